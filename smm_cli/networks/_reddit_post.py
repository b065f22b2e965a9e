"""A post or a comment on Reddit: its form, publishing, changing and finding it again.

Sources: Reddit's API documentation (2026), POST /api/submit, /api/comment; PRAW 8.0.3, submit_gallery.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected
from smm_cli.networks._reddit_account import API
from smm_cli.networks._reddit_lookup import WEB, is_same, items_of, judged, made_at, own, receipt_of, time_of
from smm_cli.networks._reddit_media import upload
from smm_cli.words.conversation import CannotTell, Earlier, Intent, Looking, Publishing, Step, Wait
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Form, Json, Request

NAMELESS = "t3_"
"""The id of a picture's post that was published, but is not listed yet."""
WAITS = (2.0, 3.0, 5.0, 5.0, 10.0, 10.0)
User = Generator[Step, Any, str]
"""Asks for the account's name."""


def sent_of(message: PayloadPart, settings: Any) -> dict[str, Any]:
    """What a post says of itself. A link that stands in the subreddit already is refused rather than doubled (`resubmit`)."""
    told = {**message.fields, "sendreplies": settings.replies, "resubmit": False, "validate_on_submit": True}
    return told | ({"text": message.text} if told["kind"] == "self" or settings.text_beside else {})


def publish_post(headers: Mapping[str, str], message: PayloadPart, settings: Any, user: User) -> Publishing:
    """Upload pictures, then the request that publishes. One picture's post is named by no answer: it is looked up at once."""
    sent, uploaded = sent_of(message, settings), []
    for medium in message.media if message.fields["kind"] == "image" else ():
        uploaded.append((yield from upload(API, headers, medium)))
    yield Earlier()
    if len(uploaded) > 1:
        items = [{"media_id": id, "caption": "", "outbound_url": ""} for id, _ in uploaded]
        told = {name: value for name, value in sent.items() if name not in ("kind", "resubmit")}
        body = {"api_type": "json", "items": items, "show_error_list": True, **told}
        answer = yield Request("POST", f"{API}/api/submit_gallery_post.json", Json(body), headers, commits=True)
    else:
        fields = {**sent, **({"url": uploaded[0][1]} if uploaded else {})}
        answer = yield Request("POST", f"{API}/api/submit", form_of(fields), headers, commits=True)
    told = answer.get("json", "data", default={})
    if told.get("id"):
        return PartReceipt(f"t3_{str(told['id']).removeprefix('t3_')}", str(told.get("url", "")))
    if not uploaded:
        raise OutcomeUnknown(f"Reddit answered {answer.status} without the id of a post")
    return (yield from _appeared(headers, sent, answer, (yield from user)))


def publish_comment(headers: Mapping[str, str], text: str, post: PartReceipt) -> Publishing:
    """Write a comment below `post`."""
    answer = yield Request("POST", f"{API}/api/comment", form_of({"thing_id": post.id, "text": text}), headers, commits=True)
    made = answer.get("json", "data", "things", 0, "data", default={})
    if not made.get("name"):
        raise OutcomeUnknown(f"Reddit answered {answer.status} without the id of a comment")
    return receipt_of(made)


def change(headers: Mapping[str, str], receipt: PartReceipt, message: PayloadPart) -> Publishing:
    """The text of text posts and comments can be changed, nothing else."""
    if message.fields.get("kind", "self") != "self":
        raise Rejected("Reddit changes the text of text posts and comments only", hint="smm post withdraw, then publish anew")
    yield Request("POST", f"{API}/api/editusertext", form_of({"thing_id": receipt.id, "text": message.text}), headers)
    return receipt


def find_again(headers: Mapping[str, str], asked: User, message: PayloadPart, settings: Any, intent: Intent, earlier: Any) -> Looking:
    """Among the account's newest posts, or comments."""
    user = yield from asked
    if "comment" in message.fields:
        if not isinstance(earlier, PartReceipt):
            return CannotTell(f"{WEB}/user/{user}/comments/")
        sent = {"thing_id": earlier.id, "text": message.text}
        listing = yield own(API, headers, user, "comments")
    else:
        sent = sent_of(message, settings)
        listing = yield own(API, headers, user, "submitted")
    return judged(listing, intent, sent, f"{WEB}/user/{user}/")


def form_of(fields: Mapping[str, Any]) -> Form:
    """The form of a request: what is true or false is written small."""
    said = {"api_type": "json", "raw_json": "1", **fields}
    return Form(tuple((name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in said.items()))


def _appeared(headers: Mapping[str, str], sent: Mapping[str, Any], answer: Answer, user: str) -> Publishing:
    """The receipt of a picture's post once it is listed: not older than the `answer` to its form, by Reddit's own clock."""
    since = made_at(answer)
    for seconds in WAITS:
        listing = yield own(API, headers, user, "submitted")
        for item in items_of(listing) or ():
            if time_of(item) >= since and is_same(item, sent):
                return receipt_of(item)
        yield Wait(seconds)
    return PartReceipt(NAMELESS, f"{WEB}/user/{user}/submitted/", {"note": "Reddit was still working on the picture"})
