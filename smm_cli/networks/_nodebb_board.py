"""One NodeBB: how it is asked, whose token it is, where a post of it stands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json, Request
from smm_cli.words.frozen import dataclass

LIMITS = {
    "title": "maximumTitleLength",
    "title_minimum": "minimumTitleLength",
    "text": "maximumPostLength",
    "text_minimum": "minimumPostLength",
}
"""Our names of limits, and those of GET /api/config."""


@dataclass(frozen=True, slots=True)
class Board:
    """The forum at `server`; a master token posts for the account `uid`."""

    server: str
    uid: int | None

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        """A request of this account."""
        uid = () if self.uid is None else (("_uid", str(self.uid)),)
        query = (*more.pop("query", ()), *uid)
        return Request(method, f"{self.server}{path}", None if body is None else Json(body), query=query, reads="any", **more)

    def me(self) -> Generator[Request, Any, Mapping[str, Any]]:
        """The account behind the token."""
        answer = yield self.ask("GET", "/api/self")
        if not answer.get("userslug"):
            raise AuthFailed("the token belongs to nobody", hint="for a master token set `uid`")
        found: Mapping[str, Any] = answer.body
        return found

    def receipt(self, pid: Any, tid: Any, slug: str) -> PartReceipt:
        """`slug` of a topic; a reply is reached by its own number."""
        return PartReceipt(str(pid), f"{self.server}/topic/{slug}" if slug else f"{self.server}/post/{pid}", {"topic": tid})


def ask_account(board: Board) -> Verifying:
    """Whose token it is, and the lengths that this forum takes."""
    me = yield from board.me()
    config = yield board.ask("GET", "/api/config", may_fail=True)
    limits = {name: int(value) for name, key in LIMITS.items() if isinstance(value := config.get(key), int)}
    slug, name = str(me.get("userslug") or ""), str(me.get("username") or "")
    version = str(config.get("version", default=""))
    return Account(f"@{slug}", str(me.get("uid")), name, f"{board.server}/user/{slug}", "nodebb", version, limits)
