"""Mail: a message to a list, through a mail server of one's own or of a provider (RFC 5321, 5322, 8058).

A message is sent only where the channel says `send = true`. Without it each message is laid into the calendar as a file,
`outbox/<post>.eml`, which every mail program opens; nothing leaves then, no server is asked and no password needed.
Each address of `to` gets a message of its own. No server tells later whether it took a message: where its last answer was lost,
a person must look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._short import described, short
from smm_cli.networks._smtp_fault import read_fault
from smm_cli.networks._smtp_message import FILE, body_of, message_id, page_of, remarks_on
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.text.dialects import html, plain
from smm_cli.words.auth import Auth, Basic, NoAuth
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

MESSAGE = "most servers take messages of 25 MB as sent: support.google.com/mail/answer/6584, learn.microsoft.com (2026-11-22)"


class Smtp(Network):
    """One sender and its lists."""

    name = "smtp"
    title = "Mail"
    docs = "https://www.rfc-editor.org/rfc/rfc5321"
    auth: Auth = Basic()
    dialect = "html"
    takes = frozenset({"title", "link", "alt"})
    demands = frozenset({"title"})
    appends = frozenset({"link"})
    text = (Limit("subject", 900, "utf8", "RFC 5322, section 2.1.1: 998 characters in a line", "2026-11-22"),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), FILE), 20, MESSAGE, "2026-11-22"),
        MediaLimit("video", {MP4: FILE}, 1, MESSAGE, "2026-11-22"),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/mp4"), FILE), 1, MESSAGE, "2026-11-22"),
    )
    media_count = 20
    mixing = True
    steps = (
        "Ask your mail provider for its SMTP server and, where you log in with two factors, for an app password. Write "
        'server = "smtps://mail.example:465" (or smtp://…:587), sender and to into channels.toml. Try it without `send` first: '
        "the message is laid into outbox/. Lists of many people need SPF, DKIM and DMARC for your domain, and a way to unsubscribe."
    )

    Settings = Later("smm_cli.networks._smtp_tables", "Settings")

    fault = staticmethod(read_fault)

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of({"send": self.settings.send, "login": self.settings.login})

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        """A user and a password, unless nothing is sent, or a relay asks for none (`login = false`)."""
        return Basic() if settings.get("send", False) and settings.get("login", True) else NoAuth()

    def repeat(self) -> Repeat | None:
        """A draft is a file: written again, it is the same. A message that was sent again would come twice."""
        return None if self.settings.send else Repeat(None, "a file of the same name", "2026-11-22")

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """The same message for each list."""
        (whole,) = super().messages(post, facts)
        return tuple(whole for _ in self.settings.to)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Plain text, and HTML with the pictures below the text."""
        mention = self.mention(facts)
        subject = " ".join(short(post.title, mention).split())
        media = described(part.media, mention)
        page = page_of(subject, html(part.blocks, mention), post.language or facts.language, media)
        fields = {"subject": subject, "html": page, "to": self.settings.to[number]}
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, media, part.line)

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"from": self.settings.sender}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return tuple(remarks_on(payload.parts[0], Place(post.path, channel=self.channel.name)))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message to one list; its Message-ID is the same in every attempt."""
        yield Earlier()
        message, settings, sender = payload.parts[part], self.settings, str(payload.fields["from"])
        id = message_id(payload.key, part, sender)
        if not settings.send:
            name = f"{payload.delivery.replace('@', '.')}{f'.{part + 1}' if part else ''}.eml"
            body = body_of(message, sender, id, settings, {"x-unsent": "1"})
            yield Request("DRAFT", f"smtp:{name}", body, commits=True, auth="")
            return PartReceipt(id, "", {"draft": f"{settings.output}/{name}"})
        answer = yield Request("SEND", settings.server, body_of(message, sender, id, settings, {}), commits=True, timeout=60.0)
        return PartReceipt(id, "", {"to": message.fields["to"], "reply": str(answer.get("message", default=""))})

    def verify(self) -> Verifying:
        """Whether the server lets the channel in; a channel that only lays out drafts has nothing to ask."""
        if not self.settings.send:
            return Account(self.settings.sender)
        answer = yield Request("NOOP", self.settings.server)
        return Account(self.settings.sender, facts={"size": answer.get("size", default=0)})


NETWORK = Smtp
