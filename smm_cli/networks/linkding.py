"""linkding: bookmarks on a server of one's own. Source: github.com/sissbruecker/linkding, docs and bookmarks/api (1.46.2, 2026-08-18)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import SmmError
from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, names_of, note_of
from smm_cli.networks.base import Later, Repeat
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import Limit

DOCS = "https://linkding.link/api/"
MODELS = "linkding bookmarks/models.py (1.46.2)"


class Linkding(Bookmarks):
    """One linkding."""

    name = "linkding"
    title = "linkding"
    docs = DOCS
    dialect = "commonmark"
    auth = Bearer(scheme="Token")
    text = (Limit("title", 512, "code_points", MODELS, "2026-08-18"), Limit("url", 2048, "code_points", MODELS, "2026-08-18"))
    steps = (
        "In linkding: Settings, Integrations, REST API: create a token; smm channel login asks for it. Public bookmarks need sharing on."
    )

    Settings = Later("smm_cli.networks._linkding_tables", "Settings")

    def repeat(self) -> Repeat | None:
        """For ever: a POST of a known link changes the bookmark that is there."""
        return Repeat(None, f"{DOCS}#create: if the URL is already bookmarked, the existing bookmark is updated", "2026-08-18")

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """The server compares links by rules of its own, and reads the page meanwhile, which takes a while."""
        address = f"{self.server}/api/bookmarks/check/"
        answer = yield Request("GET", address, query=(("url", message.fields["url"]),), keeps_for=LOOKED_FOR, timeout=60.0)
        found = answer.get("bookmark")
        return self._twin(found) if isinstance(found, Mapping) else None

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        """Without scraping: what the post says stays as it is. The slash at the end is needed."""
        fields = message.fields
        body = {"url": fields["url"], "title": fields["title"], "notes": note_of(message), "tag_names": fields["tags"]}
        body |= {"shared": not fields.get("private"), "unread": bool(self.settings.unread)}
        if twin:
            return Request("PATCH", f"{self.server}/api/bookmarks/{twin.id}/", Json(body), query=(("disable_scraping", ""),), commits=True)
        return Request("POST", f"{self.server}/api/bookmarks/", Json(body), query=(("disable_scraping", ""),), commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        return self._twin(answer.body if isinstance(answer.body, Mapping) else {})

    def removal(self, receipt: PartReceipt) -> Request:
        return Request("DELETE", f"{self.server}/api/bookmarks/{receipt.id}/", reads="any", may_fail=True)

    def verify(self) -> Verifying:
        """Whether the token is right; the API tells no name."""
        yield Request("GET", f"{self.server}/api/user/profile/")
        found = urlsplit(self.server)
        return Account(f"{found.netloc}{found.path}", url=self.server, software="linkding")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Django's REST framework says what is wrong with each field."""
        if status == 400 and isinstance(body, Mapping):
            told = [f"{key}: {words[0]}" for key, words in body.items() if isinstance(words, list) and words]
            body = "; ".join(told) or body
        return fault_by_status(status, headers, body)

    def _twin(self, item: Mapping[str, Any]) -> Twin:
        id = str(item.get("id") or "")
        title, note = (str(item.get(key) or "") for key in ("title", "notes"))
        return Twin(id, f"{self.server}/bookmarks?details={id}", title, note, names_of(item.get("tag_names")))


NETWORK = Linkding
