"""One Discourse: how it is asked, whose key it is, how it takes pictures, where a post of it stands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, RateLimited, Retriable
from smm_cli.networks._discourse_fault import read_fault
from smm_cli.networks._file import blob_of
from smm_cli.networks._forum_look import moment, pending
from smm_cli.networks._forum_text import escaped
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Field, Json, Multipart, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media


@dataclass(frozen=True, slots=True)
class Board:
    """The forum at `server`, for the account `username`."""

    server: str
    username: str

    @property
    def quoted(self) -> str:
        """The account's name as it stands in addresses."""
        return quote(self.username, safe="")

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        """A request of this account; `body` that is no form is JSON."""
        sent = body if body is None or isinstance(body, Multipart) else Json(body)
        return Request(method, f"{self.server}{path}", sent, {"api-username": self.username}, reads="any", **more)

    def receipt(self, post: Mapping[str, Any]) -> PartReceipt:
        """Of a post as the forum shows it."""
        slug, topic, number = post.get("topic_slug") or "-", post.get("topic_id"), post.get("post_number", 1)
        more = {"topic": topic, "number": number}
        return PartReceipt(str(post.get("id")), f"{self.server}/t/{slug}/{topic}/{number}", more, moment(post.get("created_at")))

    def waiting(self, id: Any) -> PartReceipt:
        """Of a post that waits for approval; its author sees it in his activity."""
        return pending(id, f"{self.server}/u/me/activity/pending")

    def upload(self, medium: Media) -> Generator[Request, Any, str]:
        """The Markdown of a picture: by its short address, with its size so that nothing jumps."""
        blob = blob_of(medium)
        ending = blob.type.rpartition("/")[2]
        file = Field("file", blob, f"picture.{'jpg' if ending == 'jpeg' else ending}", blob.type)
        fields = (Field("upload_type", "composer"), Field("synchronous", "true"), file)  # not `type`: the description allows no more
        answer = yield self.ask("POST", "/uploads.json", Multipart(fields), timeout=120.0)
        address = answer.get("short_url") or answer.get("url")
        if not address:
            raise Retriable("the forum took the picture and gave it no address")
        size = f"|{answer.get('width')}x{answer.get('height')}" if answer.get("width") and answer.get("height") else ""
        return f"![{escaped(medium.alt)}{size}]({address})"


def ask_account(board: Board, category: int | None) -> Verifying:
    """Whose key it is, and whether the category is there."""
    answer = yield board.ask("GET", "/session/current.json", may_fail=True)
    refused = read_fault(answer.status, answer.headers, answer.body) if answer.status else None
    if isinstance(refused, AuthFailed | RateLimited):
        raise refused
    me = answer.get("current_user", default={}) if answer.ok else {}
    if not me:  # keys for all users have no session of their own
        answer = yield board.ask("GET", f"/u/{board.quoted}.json")
        me = answer.get("user", default={})
    if category is not None:
        shown = yield board.ask("GET", f"/c/{category}/show.json", may_fail=True)
        if shown.status == 404:
            raise ConfigError(f"{board.server} has no category {category} that the account can see", slug="no-category")
    name = str(me.get("username") or board.username)
    return Account(f"@{name}", str(me.get("id", "")), str(me.get("name") or ""), f"{board.server}/u/{name}", "discourse")
