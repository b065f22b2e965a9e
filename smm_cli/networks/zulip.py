"""Zulip: a topic of a channel that a bot writes to. The topic is the thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._chat import Chat
from smm_cli.networks._short import short
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks._zulip_account import ask_account
from smm_cli.networks._zulip_fault import read_fault
from smm_cli.networks._zulip_files import content_of, upload_all
from smm_cli.networks._zulip_look import look_for
from smm_cli.networks.base import Facts, Later
from smm_cli.text.zulip import escaped, zulip
from smm_cli.words.auth import Basic
from smm_cli.words.channel import Person
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form, Request
from smm_cli.words.limit import Limit
from smm_cli.words.post import Part, Post

DOCS = "https://zulip.com/api"
LIMITS = f"{DOCS}/register-queue#response (max_message_length, max_topic_length)"
ADDRESS = 120
"""What an upload's address and the marks around it may take of a message. Addresses seen are shorter than 100."""


class Zulip(Chat):
    """One channel of one organisation."""

    name = "zulip"
    title = "Zulip"
    docs = f"{DOCS}/send-message"
    auth = Basic()
    dialect = "zulip"
    takes = frozenset({"link", "tags", "title", "alt"})
    # Zulip cuts off in silence what is longer
    text = (Limit("text", 10_000, "code_points", LIMITS, "2026-08-06"), Limit("topic", 60, "code_points", LIMITS, "2026-08-06"))
    media = usual_files(25 << 20, 20, f"{DOCS}/upload-file", "2026-08-06")
    media_count = 20
    mixing = True
    steps = (
        "Personal settings, Bots, Add a new bot (Generic bot). Its email is `user`, its API key is `password`: "
        'secret = { user = "…", password = "…" }. Subscribe the bot to a private channel. channel = "name".'
    )

    Settings = Later("smm_cli.networks._zulip_tables", "Settings")
    Options = Later("smm_cli.networks._zulip_tables", "Options")

    written = staticmethod(zulip)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    @property
    def api(self) -> str:
        return f"{self.settings.server}/api/v1"

    # -- composing -------------------------------------------------------------------------------------------------------

    def called(self, handle: str, person: Person) -> str:
        """By full name, or by number."""
        return f"@**|{handle}**" if handle.isdigit() else f"@**{handle}**"

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"topic": self.options(post).topic or self.settings.topic or short(post.title, self.named(facts)) or post.id}

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The links to the files stand in the text."""
        files = sum(len(medium.alt) + ADDRESS for medium in part.media) if limit.name == "text" else 0
        return super().measured(part, limit) + files

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one message. `local_id` is not sent: it tells an event queue, and prevents nothing."""
        message = payload.parts[part]
        files = yield from upload_all(message.media, self.api)
        yield Earlier()
        pairs = (("type", "stream"), ("to", self.settings.channel), ("topic", str(message.fields["topic"])))
        body = Form((*pairs, ("content", content_of(message, files, self.account))))
        answer = yield Request("POST", f"{self.api}/messages", body, commits=True)
        return self._receipt(self.known(answer, "id"), files)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text, with the files that it had; new ones are uploaded. An organisation may forbid it after a time."""
        message, had = payload.parts[part], dict(receipt.more.get("files") or {})
        new = [medium for medium in message.media if medium.blob and medium.blob.sha256 not in had]
        files = had | (yield from upload_all(new, self.api))
        body = Form((("content", content_of(message, files, self.account)),))
        yield Request("PATCH", f"{self.api}/messages/{receipt.id}", body)
        return self._receipt(receipt.id, files)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        answer = yield Request("DELETE", f"{self.api}/messages/{receipt.id}", may_fail=True)
        if "invalid message" not in str(answer.get("msg", default="")).lower():
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the bot's own messages in the topic."""
        return (yield from look_for(self.api, intent, earlier, lambda id: self._receipt(id, {})))

    def verify(self) -> Verifying:
        """Whose key it is, what the server runs, and the channel's number."""
        return (yield from ask_account(self.settings.server, self.settings.channel))

    def _receipt(self, id: str, files: Mapping[str, str]) -> PartReceipt:
        channel = self.account.facts.get("channel") if self.account else ""
        place = f"channel/{channel}/" if channel else ""
        return PartReceipt(id, f"{self.settings.server}/#narrow/{place}near/{id}", {"files": dict(files)} if files else {})


NETWORK = Zulip
