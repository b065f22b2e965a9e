"""wallabag: a reading list on a server of one's own. Source: github.com/wallabag/wallabag, EntryRestController.php (2.6.14, 2026-08-21)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from smm_cli.errors import AuthFailed, SmmError
from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, names_of, note_of
from smm_cli.networks._wallabag_login import by_password, renewed
from smm_cli.networks.base import Later, Repeat
from smm_cli.networks.fault import fault_by_status
from smm_cli.text.dialects import html
from smm_cli.words.auth import Session
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.tree import Block, Mention

CODE = "https://github.com/wallabag/wallabag/blob/2.6.14/src/Wallabag/ApiBundle/Controller/EntryRestController.php"


class Wallabag(Bookmarks):
    """One account on one wallabag."""

    name = "wallabag"
    title = "wallabag"
    docs = "https://doc.wallabag.org/en/developer/api/readme/"
    dialect = "html"
    spaced = True
    auth = Session(secrets=("password", "client_secret"))
    steps = (
        "In your wallabag: API clients management, Create a new client. Put its client id and your user name into channels.toml "
        "(client_id, identifier); smm channel login asks for your password and the client's secret."
    )

    Settings = Later("smm_cli.networks._wallabag_tables", "Settings")

    def repeat(self) -> Repeat | None:
        """For ever: a known link of this account is changed, not added."""
        return Repeat(None, f"{CODE} (postEntriesAction: findByUrlAndUserId)", "2026-08-21")

    def note(self, blocks: tuple[Block, ...], mention: Callable[[Mention], str]) -> str:
        """The text is the article, unless wallabag is to fetch that."""
        return html(blocks, mention) if self.settings.content == "note" else ""

    # -- entries -----------------------------------------------------------------------------------------------------------

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """By the SHA-1 of the link, as the server has it; then what it says."""
        hashed = hashlib.sha1(unquote_plus(message.fields["url"]).encode(), usedforsecurity=False).hexdigest()
        query = (("hashed_url", hashed), ("return_id", "1"))
        answer = yield Request("GET", f"{self.server}/api/entries/exists.json", query=query, keeps_for=LOOKED_FOR)
        id = answer.get(hashed, default=answer.get("exists"))
        if not id or isinstance(id, bool):
            return None
        found = yield Request("GET", f"{self.server}/api/entries/{id}.json", keeps_for=LOOKED_FOR)
        twin = self._twin(found.body)
        return replace(twin, note="") if message.fields.get("bare") else twin  # without a text the server fetches one of its own

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        fields = message.fields
        body: dict[str, Any] = {"url": fields["url"], "title": fields["title"], "tags": ",".join(fields["tags"])}
        body |= {"public": 0 if fields.get("private") else 1}
        body |= {"content": message.text} if self.settings.content == "note" and note_of(message) else {}
        if twin:
            return Request("PATCH", f"{self.server}/api/entries/{twin.id}.json", Json(body), commits=True)
        return Request("POST", f"{self.server}/api/entries.json", Json(body), commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        return self._twin(answer.body)

    def removal(self, receipt: PartReceipt) -> Request:
        return Request("DELETE", f"{self.server}/api/entries/{receipt.id}.json", query=(("expect", "id"),), reads="any", may_fail=True)

    # -- the account -------------------------------------------------------------------------------------------------------

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        own = self.settings
        return (yield from by_password(self.server, own.client_id, own.identifier, inputs["password"], self.title))

    def refresh(self) -> LoggingIn:
        """The password makes new tokens where the one for renewing has ended."""
        return (yield from renewed(self.server, self.settings.client_id, self.title))

    def verify(self) -> Verifying:
        user = yield Request("GET", f"{self.server}/api/user.json")
        about = yield Request("GET", f"{self.server}/api/info.json", may_fail=True)
        name = str(user.get("username", default=self.settings.identifier))
        version = str(about.get("version", default=""))
        full = str(user.get("name", default=""))
        return Account(name, str(user.get("id", default="")), full, self.server, "wallabag", version)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """OAuth's errors come with 400 and 401; an error of the API may be a table of its own."""
        error = body.get("error") if isinstance(body, Mapping) else None
        if isinstance(error, Mapping):
            body = str(error.get("message") or "")
        if status == 401 or error in ("invalid_grant", "invalid_client", "unauthorized_client"):
            told = str(body.get("error_description") or "") if isinstance(body, Mapping) else ""
            return AuthFailed(f"wallabag answered {status} {told}".strip(), expired=status == 401)
        return fault_by_status(status, headers, body)

    def _twin(self, body: Any) -> Twin:
        entry = body if isinstance(body, Mapping) else {}
        id, uid = str(entry.get("id") or ""), str(entry.get("uid") or "")
        page = f"{self.server}/share/{uid}" if uid else f"{self.server}/view/{id}"
        note = str(entry.get("content") or "") if self.settings.content == "note" else ""
        return Twin(id, page, str(entry.get("title") or ""), note, names_of(entry.get("tags"), "label"))


NETWORK = Wallabag
