"""Matrix: messages in a room. Facts: spec.matrix.org, client-server API v1.19 (2026-07-21), and Synapse 1.163.

A post is one event; each picture is another, since an event holds one file. There is no alternative text of its own: the
description is the file's caption. Polls are not sent: they have no stable event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown, Retriable, SmmError
from smm_cli.networks import _matrix_event as events
from smm_cli.networks import _matrix_server as homeserver
from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import described
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.text.dialects import plain
from smm_cli.text.matrix import formatted
from smm_cli.words.auth import Auth, Bearer, Session
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Mention

SPEC = "https://spec.matrix.org/v1.19/client-server-api"
READ = "2026-07-21"
UPLOAD = 50 * 1024 * 1024
SYNAPSE = "Synapse 1.163: max_upload_size 50M by default; GET /_matrix/client/v1/media/config tells the server's own"
SYNAPSE_KEEPS = "Synapse 1.163, storage/databases/main/events_worker.py: transaction ids of a device are kept for 24 hours"
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")


class Matrix(Network):
    """One room, written to by one account."""

    name = "matrix"
    title = "Matrix"
    takes_alerts = True
    docs = SPEC
    auth: Auth = Session()
    text = (Limit("bytes", 60_000, "utf8", f"{SPEC}/#size-limits: 65536 for the event, less what servers add to it", READ),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), UPLOAD), 1, SYNAPSE, "2026-11-23"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), UPLOAD), 1, SYNAPSE, "2026-11-23"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, UPLOAD), 1, SYNAPSE, "2026-11-23"),
    )
    media_count = 1
    apart = True
    threads = True
    dialect = "html"
    takes = frozenset({"link", "tags", "reply_to", "alt"})
    steps = (
        "Make an account for smm in any Matrix client, invite it to the room and accept the invitation there. `server` is the "
        "homeserver's address (Element: Settings, Help and About). smm then asks for the account's name and password. Where several "
        'machines publish, or you log in by browser only, write sign_in = "token" and give the access token of a client that stays '
        "logged in (Element: Settings, Help and About, Advanced)."
    )

    Settings = Later("smm_cli.networks._matrix_tables", "Settings")
    Options = Later("smm_cli.networks._matrix_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of({"sign_in": self.settings.sign_in})
        self.server = str(self.settings.server)
        if isinstance(self.auth, Bearer):
            vars(self)["login"] = None  # the token is asked for instead

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return Bearer() if settings.get("sign_in") == "token" else Session()

    @property
    def device(self) -> str:
        """The device that the channel logs in as: equal on every machine, since transaction ids count within one device."""
        return str(self.settings.device) or f"SMM-{self.channel.name}"

    def repeat(self) -> Repeat | None:
        """A day, on Synapse, while the token belongs to the device that it should belong to; others keep transaction ids as they like."""
        if not self.account or self.account.software != "synapse":
            return None
        ours = isinstance(self.auth, Bearer) or self.account.facts.get("device") == self.device
        return Repeat(homeserver.DAY, SYNAPSE_KEEPS, "2026-11-23") if ours else None

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text twice, plain and as HTML; of a file its description, or its name where it has none."""
        mention, user = self.mention(facts), self._user(facts)
        fields: dict[str, Any] = {}
        if number == 0 and post.reply_to:
            fields["reply_to"] = pointer(post.reply_to, facts, -1)
        media = described(part.media, mention)
        if media and not part.blocks:
            name = events.file_name(media[0])
            return PayloadPart(media[0].alt or name, fields | {"msgtype": f"m.{media[0].kind or 'file'}"}, media, part.line)
        notice = self.options(post).notice
        fields["msgtype"] = "m.notice" if (self.settings.notice if notice is None else notice) else "m.text"
        called: dict[str, None] = {}

        def calling(who: Mention) -> str:
            found = user(who)
            called.update({found: None} if found else {})
            return found

        fields["formatted_body"] = formatted(part.blocks, mention, calling)
        fields |= {"people": list(called)} if called else {}
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, media, part.line)

    def _user(self, facts: Facts) -> Callable[[Mention], str]:
        def found(who: Mention) -> str:
            person = facts.people.get(who.person)
            name = person.handle(self.channel.name, self.name) if person else ""
            return f"@{name}" if ":" in name else ""

        return found

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """Bytes of the event's content as JSON."""
        return events.size(events.message(part, "smm" + "0" * 43, "mxc://" + "0" * 60))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the room, upload the file, then the event under a transaction id made of the payload's key."""
        message = payload.parts[part]
        room = yield from self._room()
        reply = _event_in(message.fields.get("reply_to"))
        uploaded = yield from self._uploaded(message)
        earlier = yield Earlier()
        transaction = f"smm{payload.key[:40]}-{part}"
        threaded = sum("formatted_body" in one.fields for one in payload.parts) > 1
        content = events.related(events.message(message, transaction, uploaded), earlier, reply, threaded=threaded)
        answer = yield events.send(self.server, room, transaction, content, commits=True)
        return self._receipt(answer, room, content)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """An event that replaces the first; its id is kept too, so that it can be taken down with it."""
        message = payload.parts[part]
        uploaded = yield from self._uploaded(message)
        transaction = f"smm{payload.key[:40]}-{part}-edit"
        content = events.replacing(events.message(message, transaction, uploaded), receipt.id)
        answer = yield events.send(self.server, str(receipt.more["room"]), transaction, content, commits=False)
        edits = [*receipt.more.get("edits", ()), str(answer.get("event_id", default=""))]
        return PartReceipt(receipt.id, receipt.url, {**receipt.more, "edits": edits}, receipt.at)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Redact the event and its edits, which would keep their text; what is gone already is success."""
        room = str(receipt.more.get("room") or "") or (yield from self._room())
        for event in (*receipt.more.get("edits", ()), receipt.id):
            answer = yield events.redact(self.server, room, str(event))
            if not answer.ok and answer.status != 404:
                raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the server did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own messages in the room, by the mark that each of ours carries."""
        return (yield from homeserver.look_for(self.server, self.account.id if self.account else "", intent, self._via))

    def verify(self) -> Verifying:
        return (yield from homeserver.ask_account(self.server, self.settings.room, cleartext=self.settings.cleartext))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """The password for a token, on the channel's own device."""
        return (yield from homeserver.log_in(self.server, inputs.get("identifier") or self.settings.identifier, self.device))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return homeserver.read_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    @property
    def _via(self) -> tuple[str, ...]:
        """Servers that know the room: as set, else the account's own."""
        return tuple(self.settings.via) or ((self.account.id.partition(":")[2],) if self.account and ":" in self.account.id else ())

    def _room(self) -> Any:
        known = self.account.facts if self.account and self.account.facts.get("asked") == self.settings.room else {}
        return (yield from homeserver.find_room(self.server, self.settings.room, str(known.get("room") or "")))

    def _uploaded(self, message: PayloadPart) -> Any:
        if not message.media or "formatted_body" in message.fields:
            return ""
        return (yield from homeserver.upload(self.server, message.media[0], events.file_name(message.media[0])))

    def _receipt(self, answer: Answer, room: str, content: Mapping[str, Any]) -> PartReceipt:
        if not answer.get("event_id"):
            raise OutcomeUnknown(f"{self.server} answered {answer.status} without the id of an event")
        return events.receipt_of(str(answer.get("event_id")), room, content, self._via)


def _event_in(target: Mapping[str, str] | None) -> str:
    """The id of the event that a post answers: one of ours, or what a matrix.to address names."""
    if not target or "id" in target:
        return target["id"] if target else ""
    if "post" in target:
        raise Retriable(f"reply_to: the post {target['post']} is not yet published on this channel")
    return events.event_in(target["url"])


NETWORK = Matrix
