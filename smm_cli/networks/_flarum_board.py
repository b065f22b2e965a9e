"""One Flarum: how it is asked (JSON:API), whose token it is, where a post of it stands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """The forum at `server`."""

    server: str

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        """A request of this account."""
        return Request(method, f"{self.server}{path}", None if body is None else Json(body), reads="any", **more)

    def patch(self, kind: str, id: str, attributes: Mapping[str, Any], **more: Any) -> Request:
        """The request that changes what is named of a thing."""
        return self.ask("PATCH", f"/api/{kind}/{id}", {"data": {"type": kind, "id": id, "attributes": dict(attributes)}}, **more)

    def me(self) -> Generator[Request, Any, Mapping[str, Any]]:
        """The account behind the token: the forum names it as `actor` to those who are known."""
        forum = yield self.ask("GET", "/api")
        id = forum.get("data", "relationships", "actor", "data", "id")
        if not id:
            raise AuthFailed(f"{self.server} does not know the token", hint="make a new one: smm network show flarum says how")
        user = yield self.ask("GET", f"/api/users/{id}")
        return {**(user.get("data", "attributes", default={})), "id": id}

    def receipt_in(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt | None:
        """What is proven by the answer to a discussion (its first post) or to a reply; None where it names no post."""
        id, made = str(answer.get("data", "id", default="")), answer.get("data", "attributes", default={})
        if earlier:
            return self.receipt(id, str(earlier.more["topic"]), made) if id else None
        first = answer.get("data", "relationships", "firstPost", "data", "id")
        first = first or answer.get("data", "relationships", "posts", "data", 0, "id")
        said = {"number": 1, "isApproved": made.get("isApproved")}
        return self.receipt(str(first), id, said, str(made.get("slug") or id)) if id and first else None

    def receipt(self, id: str, topic: str, said: Mapping[str, Any], slug: str = "") -> PartReceipt:
        """`slug` of a discussion; a reply is reached by its number within it."""
        number = said.get("number")
        more = {"topic": topic, **({"approved": False} if said.get("isApproved") is False else {})}
        return PartReceipt(id, f"{self.server}/d/{slug}" if slug else f"{self.server}/d/{topic}/{number or ''}".rstrip("/"), more)
