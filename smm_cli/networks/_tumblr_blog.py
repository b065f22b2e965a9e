"""One blog on Tumblr: the receipts of its posts, finding one again, and whether it belongs to who logged in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown
from smm_cli.networks._moment import earliest
from smm_cli.networks._squashed import squashed
from smm_cli.networks._tumblr_post import MARK, heading_of
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Request

PAGE, PAGES = 20, 5
MARKED = re.compile(rf"(?:^|-)[0-9a-f]{{{MARK}}}$")


def receipt_of(blog: str, post: Mapping[str, Any]) -> PartReceipt:
    """A post's id has more digits than JSON numbers hold everywhere: the string is taken where there is one."""
    id = str(post.get("id_string") or post.get("id") or "")
    if not id:
        raise OutcomeUnknown("Tumblr answered without the id of a post")
    return PartReceipt(id, f"https://www.tumblr.com/{blog}/{id}")


def look_for(posts: str, blog: str, payload: Payload, intent: Intent) -> Looking:
    """By the digits of the key at the end of its slug, among the newest of `posts`; by its texts where the slug was changed.

    Private ones may not be listed.
    """
    since, fields = earliest(intent), payload.parts[intent.part].fields
    private, texts = fields["state"] != "published", _texts([*heading_of(fields), *fields["blocks"]])
    for page in range(PAGES):
        query = (("npf", "true"), ("limit", str(PAGE)), ("offset", str(page * PAGE)))
        answer = yield Request("GET", posts, query=query)
        items = answer.get("response", "posts")
        if not isinstance(items, list):
            break
        listed = [post for post in items if isinstance(post, Mapping)]
        for post in listed:
            slug = str(post.get("slug", ""))
            alike = not MARKED.search(slug) and _made_at(post) >= since and _texts(post.get("content")) == texts != []
            if slug.endswith(payload.key[:MARK]) or alike:
                return Found(receipt_of(blog, post))
        older = any(_made_at(post) < since for post in listed if not post.get("is_pinned"))
        if (older or len(items) < PAGE) and not private:
            return Absent()
    return CannotTell(f"https://www.tumblr.com/{blog}")


def owner_of(api: str, blog: str) -> Verifying:
    """Whose token it is, and whether the blog is hers."""
    answer = yield Request("GET", f"{api}/user/info")
    user = answer.get("response", "user", default={})
    blogs = {str(one.get("name")): one for one in user.get("blogs", ()) if isinstance(one, Mapping)}
    own = blogs.get(blog)
    if own is None:
        known = ", ".join(sorted(blogs)) or "none"
        raise AuthFailed(f"{user.get('name')} has no blog {blog}; she has {known}", hint="set blog in channels.toml")
    url = str(own.get("url") or f"https://{blog}.tumblr.com/")
    return Account(f"@{blog}", str(own.get("uuid", "")), str(own.get("title") or blog), url, facts={"user": str(user.get("name"))})


def _texts(content: Any) -> list[str]:
    """The words of each text block, without white space."""
    blocks = [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []
    return [squashed(block.get("text")) for block in blocks if block.get("type") == "text"]


def _made_at(post: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(post.get("timestamp") or 0), UTC)
