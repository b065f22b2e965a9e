"""Whose token it is at Hashnode, and whether the publication is that person's."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import AuthFailed
from smm_cli.words.channel import Account
from smm_cli.words.exchange import Answer


def account_of(me: Answer, publication: str) -> Account:
    """The account that an answer to `ME` tells of. Raises AuthFailed where the publication is somebody else's."""
    edges = me.get("data", "me", "publications", "edges", default=[])
    own = {str(edge["node"].get("id")): edge["node"] for edge in edges if isinstance(edge, Mapping) and edge.get("node")}
    blog = own.get(publication)
    if blog is None:
        there = ", ".join(f"{id} ({node.get('title')})" for id, node in own.items()) or "none"
        raise AuthFailed(f"publication {publication} is not among this person's: {there}", hint="set publication")
    user = me.get("data", "me", "username", default="")
    return Account(f"@{user}", str(me.get("data", "me", "id", default="")), str(blog.get("title") or ""), str(blog.get("url") or ""))
