"""Blogger's posts and blogs as its API gives them: receipts, finding a draft again, whose blog it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown
from smm_cli.networks._articles import sent_json
from smm_cli.networks._moment import is_newer, moment
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Request

PAGE = 50


def receipt_of(post: Any) -> PartReceipt:
    """The receipt of a post as the API gives it."""
    if not isinstance(post, Mapping) or not post.get("id"):
        raise OutcomeUnknown("Blogger answered without the id of a post")
    return PartReceipt(str(post["id"]), str(post.get("url") or ""), at=moment(post.get("published")))


def look_for_draft(posts: str, intent: Intent) -> Looking:
    """A draft of the title that was sent, among the newest at the address `posts`."""
    query = (("status", "DRAFT"), ("view", "ADMIN"), ("fetchBodies", "false"), ("orderBy", "UPDATED"), ("maxResults", str(PAGE)))
    answer = yield Request("GET", posts, query=query)
    items = answer.get("items", default=[])
    for item in items if isinstance(items, list) else ():
        if item.get("title") == sent_json(intent).get("title") and is_newer(item.get("updated"), intent):
            return Found(receipt_of(item))
    return CannotTell("https://www.blogger.com") if len(items) >= PAGE else Absent()


def account_of(blogs: Any, id: str) -> Account:
    """The blog of this number, among those that the login may write to. Raises AuthFailed where it is not."""
    own = {str(item.get("id")): item for item in blogs if isinstance(item, Mapping)} if isinstance(blogs, list) else {}
    if not (blog := own.get(id)):
        there = ", ".join(f"{other} ({item.get('name')})" for other, item in own.items()) or "none"
        raise AuthFailed(f"this login may not write to blog {id}; it may to: {there}", hint="set blog, or log in anew")
    url = str(blog.get("url") or "")
    return Account(url.partition("://")[2].rstrip("/") or str(blog.get("name")), id, str(blog.get("name")), url)
