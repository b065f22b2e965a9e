"""Rocket.Chat: a room that an account with a personal access token writes to. Messages have ids that smm chooses; files are messages
of their own, whose ids the server chooses."""

from __future__ import annotations

import re
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._chat import Chat, files_of, multipart, root_of
from smm_cli.networks._rocketchat_fault import read_fault
from smm_cli.networks._rocketchat_look import look_for_file
from smm_cli.networks._rocketchat_room import Room, ask_account, message_id
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Later
from smm_cli.text.rocketchat import escaped, rocketchat
from smm_cli.words.auth import InRequest
from smm_cli.words.conversation import Absent, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json
from smm_cli.words.limit import Limit

DOCS = "https://developer.rocket.chat/apidocs"
SERVER_CODE = "Rocket.Chat apps/meteor/server/settings/message.ts, Message_MaxAllowedSize (8)"
KEEPS = 20 * 3600.0
"""A file that no message confirmed is kept for a day; less a margin. Source: api/server/v1/rooms.ts, rooms.media."""
LISTED = 100


class RocketChat(Chat):
    """One room of one server. Parts of a post after the first stand in its thread."""

    name = "rocketchat"
    title = "Rocket.Chat"
    docs = f"{DOCS}/send-message"
    auth = InRequest(("token", "user_id"))
    dialect = "rocketchat"
    takes = frozenset({"link", "tags", "alt", "reply_to"})
    address = re.compile(r"[?&]msg=([A-Za-z0-9]+)")
    apart = True
    text = (
        Limit("text", 5000, "utf16", SERVER_CODE, "2026-08-20"),
        Limit("alt", 5000, "utf16", "Rocket.Chat apps/meteor/app/api/server/v1/rooms.ts, rooms.mediaConfirm (8)", "2026-08-20"),
    )
    media = usual_files(100 << 20, 10, f"{DOCS}/upload-file-to-a-room", "2026-08-20")
    media_count = 10
    mixing = True
    steps = (
        "Profile, Account, Personal Access Tokens: add one (ignore two factor authentication); it shows a token and a user id: "
        'secret = { token = "…", user_id = "…" }. room is the id of the room; the account must be in it.'
    )

    Settings = Later("smm_cli.networks._rocketchat_tables", "Settings")

    written = staticmethod(rocketchat)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    @property
    def room(self) -> Room:
        return Room(self.settings.server, self.settings.room, self.account)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """A text under an id of our own, or one file: it is uploaded, then confirmed, which makes it a message."""
        message, room = payload.parts[part], self.room
        _, thread = self.answered(message)
        own, file = message_id(payload.key, part), ""
        if message.media:
            files = multipart({}, files_of(message.media, lambda n: "file"))
            answer = yield room.ask("POST", f"rooms.media/{room.id}", files, keeps_for=KEEPS)
            file = str(answer.get("file", "_id"))
        root = root_of((yield Earlier())) or thread
        follows = {"tmid": root} if root else {}
        if not message.media:
            body = {"_id": own, "rid": room.id, "msg": message.text, **follows}
            yield room.ask("POST", "chat.sendMessage", Json({"message": body}), commits=True)
            return room.receipt(own, root)
        told = {"description": message.media[0].alt} if message.media[0].alt else {}
        answer = yield room.ask("POST", f"rooms.mediaConfirm/{room.id}/{file}", Json({**told, **follows}), commits=True)
        return room.receipt(self.known(answer, "message", "_id"), root)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; a file stays as it is. A server may forbid it after a time."""
        if not payload.parts[part].media:
            body = {"roomId": self.settings.room, "msgId": receipt.id, "text": payload.parts[part].text}
            yield self.room.ask("POST", "chat.update", Json(body))
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        body = Json({"roomId": self.settings.room, "msgId": receipt.id, "asUser": True})
        answer = yield self.room.ask("POST", "chat.delete", body, may_fail=True)
        if "no message found" not in str(answer.get("error", default="")).lower():
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """A text by its id, which decides; a file among the messages of the room."""
        root = root_of(earlier) or self.answered(payload.parts[intent.part])[1]
        if payload.parts[intent.part].media:
            return (yield from look_for_file(self.room, intent, root))
        own = message_id(payload.key, intent.part)
        answer = yield self.room.ask("GET", "chat.getMessage", query=(("msgId", own),), may_fail=True)
        if answer.ok and answer.get("success") is True:
            return Found(self.room.receipt(own, root))
        if not isinstance(self.fault(answer.status, answer.headers, answer.body), Rejected):
            self.must(answer)
        return Absent()

    def verify(self) -> Verifying:
        return (yield from ask_account(self.room))


NETWORK = RocketChat
