"""The API v1 of del.icio.us: Pinboard, and whatever server speaks it (SemanticScuttle, Scuttle and their kin).

All calls are GET. Names are historic: `description` is the title, `extended` the note. Errors stand in a 200. Sources:
pinboard.in/api (2026-11-22) and the documentation of Scuttle's API; what only others do is a setting.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote_plus, urlsplit

from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, first_twin, note_of
from smm_cli.networks._delicious_answer import delicious_fault, owner_of, posts_of
from smm_cli.networks.base import Later, Repeat
from smm_cli.words.auth import Auth, Basic, InRequest
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Request, handle
from smm_cli.words.limit import Limit

DOCS = "https://pinboard.in/api/"
NOWHERE = "https://example.org/"


class Delicious(Bookmarks):
    """One account on one server of this API."""

    name = "delicious"
    title = "del.icio.us API (Pinboard)"
    docs = DOCS
    auth: Auth = InRequest()
    demands = frozenset({"link", "title"})
    settles = 60.0
    text = (
        Limit("text", 65_536, "code_points", f"{DOCS}#posts_add: extended", "2026-11-22"),
        Limit("bytes", 6000, "utf8", "all is one GET: nginx takes 8 kB of address (large_client_header_buffers)", "2026-11-22"),
        Limit("title", 255, "code_points", f"{DOCS}#posts_add: description", "2026-11-22"),
    )
    steps = (
        "Pinboard: Settings, Password shows your API token, which looks like you:1A2B3C; smm channel login asks for it. Any other "
        'server: write server = "https://host/api" and auth = "basic", and give your user name and password.'
    )

    Settings = Later("smm_cli.networks._delicious_tables", "Settings")

    fault = staticmethod(delicious_fault)

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of({"auth": self.settings.auth})

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return Basic() if settings.get("auth") == "basic" else InRequest()

    @property
    def pause(self) -> float:  # type: ignore[override]
        """Pinboard wants 3 seconds between calls (pinboard.in/api, Rate limits, 2026-11-22), and del.icio.us wanted one."""
        return float(self.settings.interval)

    def repeat(self) -> Repeat | None:
        """For ever: the link is the key, and a known one is written over."""
        return Repeat(None, f"{DOCS}#posts_add: replace", "2026-11-22")

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """`bytes` is the note as it stands in the address."""
        return len(quote_plus(note_of(part))) if limit.name == "bytes" else super().measured(part, limit)

    # -- bookmarks ---------------------------------------------------------------------------------------------------------

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        answer = yield self._call("posts/get", ("url", message.fields["url"]), ("meta", "yes"), keeps_for=LOOKED_FOR)
        return first_twin(posts_of(answer.body), message, "href", self._twin)

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        fields, between = message.fields, self.settings.separator
        pairs = [("url", twin.id if twin else fields["url"]), ("description", fields["title"])]
        pairs += [("extended", note_of(message)), ("tags", between.join(fields["tags"])), ("replace", "yes")]
        pairs += [("shared", "no" if fields.get("private") else "yes")]
        return self._call("posts/add", *pairs, commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        """The answer tells nothing: the link is the bookmark's name."""
        return self._twin({"href": message.fields["url"]})

    def removal(self, receipt: PartReceipt) -> Request:
        return self._call("posts/delete", ("url", receipt.id), may_fail=True)

    def verify(self) -> Verifying:
        """Asked for a bookmark that nobody has, the server tells whose they would be."""
        answer = yield self._call("posts/get", ("url", NOWHERE))
        yield from self._calmly()
        user = owner_of(answer.body)
        page = f"https://pinboard.in/u:{user}" if user and self.hosts() == ("api.pinboard.in",) else ""
        return Account(user or str(urlsplit(self.server).netloc), url=page, software="pinboard" if page else "")

    # -- calls -------------------------------------------------------------------------------------------------------------

    def _call(self, method: str, *pairs: tuple[str, str], **more: Any) -> Request:
        """One call; a token stands in its address."""
        query, in_address = pairs, isinstance(self.auth, InRequest)
        query += (("format", "json"),) if self.settings.answers == "json" else ()
        query += (("auth_token", handle("token")),) if in_address else ()
        auth = "" if in_address else "channel"
        return Request("GET", f"{self.server}/{method}", query=query, reads="any", auth=auth, timeout=30.0, **more)

    def _twin(self, post: Mapping[str, Any]) -> Twin:
        """A bookmark as JSON or XML names it; `tag` in XML, `tags` in JSON."""
        words = str(post.get("tags") or post.get("tag") or "").replace(",", " ").split()
        title, note = (str(post.get(key) or "") for key in ("description", "extended"))
        return Twin(str(post.get("href") or ""), self.account.url if self.account else "", title, note, tuple(words))


NETWORK = Delicious
