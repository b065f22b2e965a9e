"""Looking for a post or a comment among the account's own: Reddit lists both at once, also what a filter took away.

Source: Reddit's API documentation, GET /user/{name}/submitted and /comments (2026); may lag some seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

from smm_cli.networks._moment import SKEW, earliest
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request

PAGE = 50
WEB = "https://www.reddit.com"


def own(api: str, headers: Mapping[str, str], user: str, kind: str) -> Request:
    """The request for the newest of one's own: `kind` is submitted or comments."""
    query = (("sort", "new"), ("limit", str(PAGE)), ("raw_json", "1"))
    return Request("GET", f"{api}/user/{user}/{kind}", headers=headers, query=query)


def judged(answer: Answer, intent: Intent, sent: Mapping[str, str], where: str) -> Found | Absent | CannotTell:
    """Found, Absent or CannotTell for what was `sent`, in a listing of one's own."""
    items = items_of(answer)
    if items is None:
        return CannotTell(where)
    since = earliest(intent).timestamp()
    newer = [item for item in items if time_of(item) >= since]
    for item in reversed(newer):
        if is_same(item, sent):
            return Found(receipt_of(item))
    whole = not answer.get("data", "after")  # a page may hold fewer than asked for, and have another after it
    return Absent() if whole or (items and time_of(items[-1]) < since) else CannotTell(where)


def items_of(answer: Answer) -> list[Mapping[str, Any]] | None:
    """What a listing holds; None where it is none."""
    children = answer.get("data", "children")
    if not isinstance(children, list):
        return None
    return [one["data"] for one in children if isinstance(one, Mapping) and isinstance(one.get("data"), Mapping)]


def is_same(item: Mapping[str, Any], sent: Mapping[str, str]) -> bool:
    """Whether a listed thing is what was sent: a comment by what it is on and its text, a post by place, title and content."""
    if "thing_id" in sent:
        return item.get("parent_id") == sent["thing_id"] and _said(item.get("body")) == _said(sent.get("text"))
    if str(item.get("subreddit", "")).lower() != sent["sr"].lower() or _said(item.get("title")) != _said(sent["title"]):
        return False
    match sent["kind"]:
        case "self":
            return bool(item.get("is_self")) and _said(item.get("selftext")) == _said(sent.get("text"))
        case "link":
            return item.get("url") == sent["url"]
        case _:
            return not item.get("is_self")


def receipt_of(item: Mapping[str, Any]) -> PartReceipt:
    """The receipt of a listed post or comment."""
    at = datetime.fromtimestamp(time_of(item), UTC) if time_of(item) else None
    return PartReceipt(str(item.get("name")), f"{WEB}{item.get('permalink', '')}", {}, at)


def made_at(answer: Answer) -> float:
    """When an answer was made by the server's own clock, less a minute; 0 where it does not say."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp() - SKEW.total_seconds()
    except (TypeError, ValueError):
        return 0.0


def time_of(item: Mapping[str, Any]) -> float:
    """When a listed thing was made, in seconds since 1970."""
    value = item.get("created_utc")
    return float(value) if isinstance(value, int | float) else 0.0


def _said(text: Any) -> str:
    return squashed(unescape(str(text or "")))
