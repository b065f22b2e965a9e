"""Linkwarden: bookmarks in collections. Source: github.com/linkwarden/linkwarden, apps/web/lib/api/controllers (2.16, 2026-08-17)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, Rejected, Retriable, SmmError
from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, first_twin, names_of, note_of
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import Limit

SCHEMA = "linkwarden lib/shared/schemaValidation.ts (2.16)"


class Linkwarden(Bookmarks):
    """One account on one Linkwarden; whether a bookmark is public is its collection's matter."""

    name = "linkwarden"
    title = "Linkwarden"
    docs = "https://docs.linkwarden.app/api/api-introduction"
    auth = Bearer()
    spaced = True
    takes = frozenset({"title", "link", "tags"})
    text = (
        Limit("text", 2048, "utf16", f"{SCHEMA}: description", "2026-08-17"),
        Limit("title", 2048, "utf16", f"{SCHEMA}: name", "2026-08-17"),
        Limit("url", 2048, "utf16", f"{SCHEMA}: url", "2026-08-17"),
    )
    steps = (
        "In Linkwarden: Settings, Access Tokens: create one that does not end soon; smm channel login asks for it. The number in the "
        "address of a collection goes into channels.toml as `collection`; make that collection public if others are to see it."
    )

    Settings = Later("smm_cli.networks._linkwarden_tables", "Settings")

    @property
    def api(self) -> str:
        return f"{self.server}/api/v1"

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """By searching for the address, then among the newest: a search index lags behind."""
        url = message.fields["url"]
        found = yield Request("GET", f"{self.api}/search", query=(("searchQueryString", url), ("sort", "0")), keeps_for=LOOKED_FOR)
        listed = found.get("data", "links") or found.get("data")
        twin = first_twin(listed, message, "url", self._twin)
        if twin is None:
            newest = yield Request("GET", f"{self.api}/links", query=(("sort", "0"),), keeps_for=LOOKED_FOR)
            if not isinstance(newest.get("response"), list):
                raise Retriable("the newest links cannot be read")
            twin = first_twin(newest.get("response"), message, "url", self._twin)
        return twin

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        """A change names everything, the collection with its owner too; a collection by name would be a new one each time."""
        fields = message.fields
        body: dict[str, Any] = {"url": fields["url"], "name": fields["title"], "description": note_of(message)}
        body |= {"tags": [{"name": tag} for tag in fields["tags"]]}
        if twin:
            body |= {"id": int(twin.id), "collection": {"id": twin.more.get("collection"), "ownerId": twin.more.get("owner")}}
            return Request("PUT", f"{self.api}/links/{twin.id}", Json(body), commits=True)
        body |= {"type": "url"} | ({"collection": {"id": self.settings.collection}} if self.settings.collection else {})
        return Request("POST", f"{self.api}/links", Json(body), commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        found = answer.get("response")
        return self._twin(found if isinstance(found, Mapping) else {})

    def removal(self, receipt: PartReceipt) -> Request:
        return Request("DELETE", f"{self.api}/links/{receipt.id}", reads="any", may_fail=True)

    def is_gone(self, answer: Answer) -> bool:
        """What is not there is not accessible (deleteLinkById.ts)."""
        return super().is_gone(answer) or (answer.status == 401 and "not accessible" in str(answer.get("response", default="")))

    def verify(self) -> Verifying:
        answer = yield Request("GET", f"{self.api}/users/me")
        name = str(answer.get("response", "username", default=""))
        full = str(answer.get("response", "name", default=""))
        return Account(name or urlsplit(self.server).netloc, str(answer.get("response", "id", default="")), full, self.server, "linkwarden")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Words stand in `response`. 401 is said of collections, too, that are not yours."""
        words = body.get("response") if isinstance(body, Mapping) else body
        words = words if isinstance(words, str) and not words.lstrip().startswith("<") else ""
        if status == 401 and any(sign in words.lower() for sign in ("collection", "invalid url", "link")):
            return Rejected(f"Linkwarden answered 401 {words[:300]}", hint="is `collection` one of yours, or one that you may write to?")
        if status == 401:
            return AuthFailed(f"Linkwarden answered 401 {words[:300]}".strip())
        if status == 409:
            return Rejected(f"Linkwarden has this link already ({words[:200]})", hint="replace: true writes over it", slug="link-exists")
        return fault_by_status(status, headers, words)

    def _twin(self, item: Mapping[str, Any]) -> Twin:
        id, shelf = str(item.get("id") or ""), item.get("collection")
        own = shelf if isinstance(shelf, Mapping) else {}
        more = {"collection": item.get("collectionId") or own.get("id"), "owner": own.get("ownerId") or self._owner}
        title, note = (str(item.get(key) or "") for key in ("name", "description"))
        return Twin(id, f"{self.server}/links/{id}", title, note, names_of(item.get("tags")), more)

    @property
    def _owner(self) -> int | None:
        """This account's number, where it is known."""
        return int(self.account.id) if self.account and self.account.id.isdigit() else None


NETWORK = Linkwarden
