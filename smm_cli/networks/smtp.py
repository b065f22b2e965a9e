"""Mail: a message to a list, through a mail server of one's own or of a provider (RFC 5321, 5322, 8058).

A message is sent only where the channel says `send = true`. Without it each message is laid into the calendar as a file,
`outbox/<post>.eml`, which every mail program opens; nothing leaves then, no server is asked and no password needed.
Each address of `to` gets a message of its own. No server tells later whether it took a message: where its last answer was lost,
a person must look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, Retriable, SmmError
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.text.dialects import html, plain
from smm_cli.words.auth import Auth, Basic, NoAuth
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Field, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

MESSAGE = "most servers take messages of 25 MB as sent: support.google.com/mail/answer/6584, learn.microsoft.com (2026-11-22)"
FILE = 15_000_000
"""Bytes; base64 makes a third more of them."""
CLIPPED = 102_400
"""Bytes of HTML after which Gmail shows "message clipped" (observed by many senders, not documented; 2026-11-22)."""


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
        pictures = [medium for medium in media if medium.kind == "image"]
        shown = "".join(f'\n<p><img src="cid:{_cid(one)}" alt="{escape(one.alt)}" style="max-width:100%"></p>' for one in pictures)
        body = html(part.blocks, mention)
        language = post.language or facts.language
        named = f' lang="{escape(language)}"' if language else ""
        head = f'<!doctype html>\n<html{named}>\n<head><meta charset="utf-8"><title>'
        page = f"{head}{escape(subject)}</title></head>\n<body>\n{body}{shown}\n</body>\n</html>\n"
        text = plain(part.blocks, mention, links="after")
        fields = {"subject": subject, "html": page, "to": self.settings.to[number]}
        return PayloadPart(text, fields, media, part.line)

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"from": self.settings.sender}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Files together, and HTML that Gmail cuts off."""
        part, place, found = payload.parts[0], Place(post.path, channel=self.channel.name), []
        size = sum(medium.blob.size for medium in part.media if medium.blob)
        if size > FILE:
            found.append(Problem("mail-size", f"the files have {size} bytes together; most servers take {FILE}", place, "leave some out"))
        if len(part.fields["html"].encode()) > CLIPPED:
            found.append(Problem("mail-clipped", "Gmail shows the beginning of so long a message only", place, "shorten it", WARNING))
        return tuple(found)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message to one list; its Message-ID is the same in every attempt."""
        yield Earlier()
        id = f"<smm.{payload.key[:32]}.{part}@{str(payload.fields['from']).rpartition('@')[2].rstrip('>')}>"
        body = self._fields(payload, part, id)
        if not self.settings.send:
            name = f"{payload.delivery.replace('@', '.')}{f'.{part + 1}' if part else ''}.eml"
            yield Request("DRAFT", f"smtp:{name}", _with(body, "x-unsent", "1"), commits=True, auth="")
            return PartReceipt(id, "", {"draft": f"{self.settings.output}/{name}"})
        answer = yield Request("SEND", self.settings.server, body, commits=True, timeout=60.0)
        return PartReceipt(id, "", {"to": payload.parts[part].fields["to"], "reply": str(answer.get("message", default=""))})

    def verify(self) -> Verifying:
        """Whether the server lets the channel in; a channel that only lays out drafts has nothing to ask."""
        if not self.settings.send:
            return Account(self.settings.sender)
        answer = yield Request("NOOP", self.settings.server)
        return Account(self.settings.sender, facts={"size": answer.get("size", default=0)})

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Statuses are those that the carrier makes of reply codes."""
        if status < 300:
            return None
        code = body.get("code") if isinstance(body, Mapping) else None
        told = f"the mail server answered {code or status} {said_by(body)}".strip()
        if status == 401:
            return AuthFailed(told, hint="an app password is wanted where you log in with two factors; does `sender` belong to the user?")
        if status == 425:
            return Retriable(told)
        if status in (413, 422):
            return Rejected(told, hint="is the address in `to` right, and the message not too large?" if code in (550, 552, 553) else "")
        return fault_by_status(status, headers, body)

    def _fields(self, payload: Payload, part: int, id: str) -> Multipart:
        message, said = payload.parts[part], self.settings
        pairs = {"from": payload.fields["from"], "to": message.fields["to"], "subject": message.fields["subject"], "message-id": id}
        pairs |= {"reply-to": said.reply_to, "list-unsubscribe": f"<{said.unsubscribe}>" if said.unsubscribe else ""}
        pairs |= {"list-unsubscribe-post": "List-Unsubscribe=One-Click" if said.one_click else ""}
        pairs |= {"text": message.text, "html": message.fields["html"]}
        fields = [Field(name, str(value)) for name, value in pairs.items() if value]
        return Multipart((*fields, *(_file(medium) for medium in message.media if medium.blob)))


def _with(body: Multipart, name: str, value: str) -> Multipart:
    """`body` with one field more, before all others."""
    return replace(body, fields=(Field(name, value), *body.fields))


def _cid(medium: Media) -> str:
    """How the HTML names a picture (RFC 2392)."""
    return f"{medium.blob.sha256[:32]}@smm" if medium.blob else ""


def _file(medium: Media) -> Field:
    assert medium.blob is not None
    name = medium.path.rpartition("/")[2]
    return Field(f"cid:{_cid(medium)}" if medium.kind == "image" else "file", medium.blob, name, medium.blob.type)


NETWORK = Smtp
