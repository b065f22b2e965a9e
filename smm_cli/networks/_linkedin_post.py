"""A post or a comment on LinkedIn, as the API takes and names it: its body, its receipt, its place.

Source: learn.microsoft.com/linkedin, shares/posts-api and comments-api (li-lms-2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.errors import OutcomeUnknown, Retriable
from smm_cli.networks._linkedin_content import content_of
from smm_cli.networks._linkedin_lookup import comment_receipt, receipt_of
from smm_cli.networks._linkedin_media import upload_all
from smm_cli.networks._linkedin_remarks import SHARED
from smm_cli.words.conversation import Earlier, Publishing
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Json, Request


def publish_post(api: str, headers: Mapping[str, str], message: PayloadPart, author: str, grace: float) -> Publishing:
    """Upload the media, then the one request that publishes. `grace`: seconds that a picture is given."""
    urns = yield from upload_all(api, headers, author, grace, message.media)
    yield Earlier()
    answer = yield Request("POST", f"{api}/rest/posts", Json(body_of(message, author, urns)), headers, commits=True)
    urn = answer.headers.get("x-restli-id") or answer.headers.get("x-linkedin-id")
    if not urn:
        raise OutcomeUnknown("LinkedIn published it without saying its id", hint="look at the profile")
    return receipt_of(urn)


def body_of(message: PayloadPart, author: str, urns: list[str]) -> dict[str, Any]:
    """The body of the request that publishes."""
    spread = {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []}
    body = {"author": author, "commentary": message.text, "visibility": message.fields["visibility"], "distribution": spread}
    body |= {"lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": False}
    body |= {"content": content} if (content := content_of(message, urns)) else {}
    if quoted := message.fields.get("quote"):
        body["reshareContext"] = {"parent": _shared(quoted)}
    return body


def publish_comment(api: str, headers: Mapping[str, str], text: str, author: str, post: PartReceipt) -> Publishing:
    """Write a comment on `post`."""
    body = {"actor": author, "object": post.id, "message": {"text": text}}
    url = f"{api}/rest/socialActions/{quote(post.id, safe='')}/comments"
    answer = yield Request("POST", url, Json(body), headers, commits=True)
    told = answer.body if isinstance(answer.body, Mapping) else {}
    if not (id := told.get("id") or answer.headers.get("x-restli-id")):
        raise OutcomeUnknown("LinkedIn published the comment without saying its id", hint=f"look at {post.url}")
    return comment_receipt({**told, "id": id}, post, author)


def edit_request(api: str, headers: Mapping[str, str], receipt: PartReceipt, message: PayloadPart) -> Request:
    """Change the text of a post or a comment; nothing else can be changed."""
    change: dict[str, Any] = {"$set": {"commentary": message.text}}
    if "comment" in message.fields:
        change = {"message": {"$set": {"text": message.text}}}
    return Request("POST", place_of(api, receipt), Json({"patch": change}), {**headers, "X-RestLi-Method": "PARTIAL_UPDATE"})


def delete_request(api: str, headers: Mapping[str, str], receipt: PartReceipt) -> Request:
    """Delete a post or a comment."""
    return Request("DELETE", place_of(api, receipt), headers={**headers, "X-RestLi-Method": "DELETE"}, may_fail=True)


def place_of(api: str, receipt: PartReceipt) -> str:
    """The address of a post, or of a comment, for changing and deleting it."""
    if "comment" not in receipt.more:
        return f"{api}/rest/posts/{quote(receipt.id, safe='')}"
    post, comment, actor = (quote(str(receipt.more[name]), safe="") for name in ("post", "comment", "actor"))
    return f"{api}/rest/socialActions/{post}/comments/{comment}?actor={actor}"


def _shared(quoted: str) -> str:
    """The URN of what is shared again."""
    found = SHARED.search(quoted)
    if not found:
        raise Retriable(f"quote: {quoted} is no post on LinkedIn, nor published on this channel yet")
    return found[0]
