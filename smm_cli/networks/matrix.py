"""Matrix: messages in a room. Facts: spec.matrix.org, client-server API v1.19 (2026-07-21), and Synapse 1.163.

A post is one event; each picture is another, since an event holds one file. There is no alternative text of its own: the
description is the file's caption. Polls are not sent: they have no stable event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks import _matrix_event as events
from smm_cli.networks import _matrix_server as homeserver
from smm_cli.networks._matrix_fault import read_fault
from smm_cli.networks._matrix_look import look_for
from smm_cli.networks._matrix_message import answered_by, message_of, user_of
from smm_cli.networks._matrix_room import Room
from smm_cli.networks._pointer import pointer
from smm_cli.networks._take_down import take_down
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.words.auth import Auth, Bearer, Session
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import Limit
from smm_cli.words.post import Part, Post

SPEC = "https://spec.matrix.org/v1.19/client-server-api"
READ = "2026-07-21"
SYNAPSE = "Synapse 1.163: max_upload_size 50M by default; GET /_matrix/client/v1/media/config tells the server's own"


class Matrix(Network):
    """One room, written to by one account."""

    name = "matrix"
    title = "Matrix"
    takes_alerts = True
    docs = SPEC
    auth: Auth = Session()
    text = (Limit("bytes", 60_000, "utf8", f"{SPEC}/#size-limits: 65536 for the event, less what servers add to it", READ),)
    media = usual_files(50 << 20, 1, SYNAPSE, "2026-11-23")
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

    fault = staticmethod(read_fault)

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of({"sign_in": self.settings.sign_in})
        if isinstance(self.auth, Bearer):
            vars(self)["login"] = None  # the token is asked for instead

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return Bearer() if settings.get("sign_in") == "token" else Session()

    @property
    def room(self) -> Room:
        """Where it writes."""
        return Room(self.settings, self.account, self.channel.name)

    def repeat(self) -> Repeat | None:
        return self.room.repeat(token=isinstance(self.auth, Bearer))

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        fields = {"reply_to": pointer(post.reply_to, facts, -1)} if number == 0 and post.reply_to else {}
        wanted = self.options(post).notice
        notice = self.settings.notice if wanted is None else wanted
        return message_of(part, fields, self.mention(facts), user_of(facts, self.channel, self.name), notice=notice)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """Bytes of the event's content as JSON."""
        return events.size(events.message(part, "smm" + "0" * 43, "mxc://" + "0" * 60))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the room, upload the file, then the event under a transaction id made of the payload's key."""
        message, room = payload.parts[part], self.room
        id = yield from room.find()
        reply = answered_by(message)
        uploaded = yield from homeserver.upload_for(room.server, message)
        earlier = yield Earlier()
        content = events.content_of(payload, part, uploaded, earlier, reply)
        answer = yield events.send(room.server, id, content[events.MARK], content, commits=True)
        return room.receipt(answer, id, content)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """An event that replaces the first for whoever reads it."""
        return (yield from self.room.change(payload, part, receipt))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Redact the event and its edits, which would keep their text; what is gone already is success."""
        room = str(receipt.more.get("room") or "") or (yield from self.room.find())
        for event in (*receipt.more.get("edits", ()), receipt.id):
            yield from take_down(self, events.redact(self.room.server, room, str(event)), "the server")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own messages in the room, by the mark that each of ours carries."""
        return (yield from look_for(self.room.server, self.room.user, intent, self.room.via))

    def verify(self) -> Verifying:
        return (yield from homeserver.ask_account(self.room.server, self.settings.room, cleartext=self.settings.cleartext))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """The password for a token, on the channel's own device."""
        return (yield from homeserver.log_in(self.room.server, inputs.get("identifier") or self.settings.identifier, self.room.device))


NETWORK = Matrix
