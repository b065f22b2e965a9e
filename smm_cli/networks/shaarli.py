"""Shaarli: bookmarks on a server of one's own, by its REST API v1.

The server keeps one bookmark for each link: a second one of the same link is refused with 409 and the first. Sources: shaarli
application/api/ApiUtils.php, ApiMiddleware.php, controllers/Links.php (0.12.1 of Debian and 0.16.5; 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, first_twin, names_of, note_of
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.text.dialects import plain
from smm_cli.words.auth import SelfSigned
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.tree import Block, Mention

DOCS = "https://shaarli.github.io/api-documentation/"


class Shaarli(Bookmarks):
    """One Shaarli."""

    name = "shaarli"
    title = "Shaarli"
    docs = DOCS
    dialect = "commonmark"
    auth = SelfSigned(algorithm="HS512", seconds=0, early=5)
    steps = "In your Shaarli: Tools, Configure your Shaarli: enable the REST API and copy the API secret; smm channel login asks for it."

    Settings = Later("smm_cli.networks._shaarli_tables", "Settings")

    def note(self, blocks: tuple[Block, ...], mention: Callable[[Mention], str]) -> str:
        """Markdown, unless the setting says that the server shows descriptions as they are."""
        return super().note(blocks, mention) if self.settings.markdown else plain(blocks, mention, links="after")

    @property
    def api(self) -> str:
        return f"{self.server}/api/{self.settings.api_version}"

    # -- bookmarks ---------------------------------------------------------------------------------------------------------

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """By the address without its query: the server stores addresses cleaned of what tracks."""
        parts = urlsplit(message.fields["url"])
        asked = (("searchterm", f"{parts.netloc.lower()}{parts.path}".rstrip("/")), ("visibility", "all"), ("limit", "all"))
        answer = yield Request("GET", f"{self.api}/links", query=asked, keeps_for=LOOKED_FOR)
        return first_twin(answer.body, message, "url", partial(_twin, self.server))

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        """PUT empties what it does not name, so that all is said; tags are an array of words, as the oldest servers want them."""
        fields = message.fields
        body = {
            "url": fields["url"],
            "title": fields["title"] or fields["url"],
            "description": note_of(message),
            "tags": fields["tags"],
            "private": bool(fields.get("private")),
        }
        if twin:
            return Request("PUT", f"{self.api}/links/{twin.id}", Json(body), commits=True)
        return Request("POST", f"{self.api}/links", Json(body), commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        return _twin(self.server, answer.body if isinstance(answer.body, Mapping) else {})

    def removal(self, receipt: PartReceipt) -> Request:
        return Request("DELETE", f"{self.api}/links/{receipt.id}", reads="any", may_fail=True)

    def verify(self) -> Verifying:
        """Whether the secret is right; what the server calls itself."""
        answer = yield Request("GET", f"{self.api}/info")
        found = urlsplit(self.server)
        title = str(answer.get("settings", "title", default=""))
        return Account(f"{found.netloc}{found.path}", name=title, url=self.server, software="shaarli")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        if status == 401:
            hint = "is the API enabled, the secret right, and this machine's clock? Apache may drop the Authorization header"
            return AuthFailed(f"Shaarli answered 401 {said_by(body)}".strip(), hint=hint)
        if status == 409:
            title = str(body.get("title") or "") if isinstance(body, Mapping) else ""
            what = f"Shaarli has a bookmark of this link already{': ' + title if title else ''}"
            return Rejected(what, hint="replace: true (in the post, for this channel) writes over it", slug="link-exists")
        return fault_by_status(status, headers, body)


def _twin(server: str, link: Mapping[str, Any]) -> Twin:
    """A link as the API gives it."""
    id, short = link.get("id"), str(link.get("shorturl") or "")
    title, note = (str(link.get(key) or "") for key in ("title", "description"))
    return Twin("" if id is None else str(id), f"{server}/shaare/{short}" if short else "", title, note, names_of(link.get("tags")))


NETWORK = Shaarli
