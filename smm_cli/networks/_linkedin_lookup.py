"""Looking for a post or a comment after its answer was lost: of a page all can be read, of a person nothing.

Source: learn.microsoft.com/linkedin, shares/posts-api (find posts by author) and comments-api (li-lms-2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.networks._linkedin_content import media_in
from smm_cli.networks._moment import earliest
from smm_cli.networks._squashed import squashed
from smm_cli.text.little import visible
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json, Request

PAGE = 100
HOW = "look at {}: if it is not there, publish it again; LinkedIn refuses a twin"


def look_for(api: str, headers: Mapping[str, str], intent: Intent, earlier: Any) -> Looking:
    """Among a page's posts, or the comments on the part before."""
    if "/comments" in intent.request.url:
        return (yield from look_for_comment(api, headers, intent, earlier))
    return (yield from look_for_post(api, headers, intent))


def look_for_post(api: str, headers: Mapping[str, str], intent: Intent) -> Looking:
    """Among the page's own posts, the newest first."""
    sent = _sent(intent)
    author = str(sent.get("author"))
    if ":organization:" not in author:
        return CannotTell(HOW.format("https://www.linkedin.com/in/me/recent-activity/all/"))
    query = (("q", "author"), ("author", author), ("sortBy", "CREATED"), ("count", str(PAGE)))
    told = {**headers, "X-RestLi-Method": "FINDER"}
    answer = yield Request("GET", f"{api}/rest/posts", headers=told, query=query, may_fail=True)
    where = f"https://www.linkedin.com/company/{author.rpartition(':')[2]}/"
    reaches = 0 < min((_time(item) for item in items_of(answer)), default=0) < _since(intent)  # they come newest first
    return _found(answer, intent, where, reaches, lambda item: _same_post(item, sent), lambda item: receipt_of(str(item.get("id"))))


def look_for_comment(api: str, headers: Mapping[str, str], intent: Intent, earlier: Any) -> Looking:
    """Among the comments on the part before."""
    if not isinstance(earlier, PartReceipt):
        return CannotTell(HOW.format("the post"))
    sent = _sent(intent)
    url = f"{api}/rest/socialActions/{quote(earlier.id, safe='')}/comments"
    query = (("start", "0"), ("count", str(PAGE)))
    answer = yield Request("GET", url, headers=headers, query=query, may_fail=True)

    def same(item: Mapping[str, Any]) -> bool:
        return item.get("actor") == sent.get("actor") and squashed(_text(item)) == squashed(_text(sent))

    return _found(answer, intent, earlier.url, False, same, lambda item: comment_receipt(item, earlier, str(sent.get("actor"))))


def receipt_of(urn: str) -> PartReceipt:
    """The receipt of a post."""
    return PartReceipt(urn, f"https://www.linkedin.com/feed/update/{urn}/")


def comment_receipt(item: Mapping[str, Any], post: PartReceipt, actor: str) -> PartReceipt:
    """The receipt of a comment: its URN names the post; `more` what is needed to take it down."""
    id = str(item.get("id") or "")
    urn = str(item.get("commentUrn") or item.get("$URN") or f"urn:li:comment:({post.id},{id})")
    return PartReceipt(urn, f"{post.url}?commentUrn={quote(urn, safe='')}", {"post": post.id, "comment": id, "actor": actor})


def items_of(answer: Answer) -> list[Mapping[str, Any]]:
    """What a listing holds, as far as it can be read."""
    items = answer.get("elements")
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _found(answer: Answer, intent: Intent, where: str, reaches: bool, same: Any, receipt: Any) -> Found | Absent | CannotTell:
    """`reaches`: whether the listing goes back to before the intent; else it must be the whole one to prove anything."""
    if not answer.ok or not isinstance(answer.get("elements"), list):
        return CannotTell(HOW.format(where))
    items = items_of(answer)
    for item in reversed(items):
        if _time(item) >= _since(intent) and same(item):
            return Found(receipt(item))
    return Absent() if reaches or _is_whole(answer, len(items)) else CannotTell(HOW.format(where))


def _is_whole(answer: Answer, count: int) -> bool:
    """Whether nothing is on a further page, of which `paging` tells."""
    links, total = answer.get("paging", "links", default=[]), answer.get("paging", "total", default=count)
    more = isinstance(links, list) and any(isinstance(one, Mapping) and one.get("rel") == "next" for one in links)
    return count < PAGE and not more and isinstance(total, int) and total <= count


def _since(intent: Intent) -> float:
    return earliest(intent).timestamp() * 1000


def _same_post(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    media = media_in(sent)
    if media:  # one that we uploaded is proof
        return bool(set(media_in(item)) & set(media))
    return not media_in(item) and squashed(visible(str(item.get("commentary")))) == squashed(visible(str(sent.get("commentary"))))


def _time(item: Mapping[str, Any]) -> float:
    """When it was made, in milliseconds since 1970: posts and comments say so in different places."""
    made = item.get("created")
    value = made.get("time") if isinstance(made, Mapping) else item.get("createdAt")
    return float(value) if isinstance(value, int | float) else 0.0


def _text(item: Mapping[str, Any]) -> str:
    return str((item.get("message") or {}).get("text") or "")


def _sent(intent: Intent) -> Mapping[str, Any]:
    value: Mapping[str, Any] = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    return value
