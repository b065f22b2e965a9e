"""Rocket.Chat: a room that an account with a personal access token writes to. Messages have ids that smm chooses; files are messages
of their own, whose ids the server chooses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat, file_of, files_of, multipart, root_of
from smm_cli.networks.base import Later
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.text.rocketchat import escaped, rocketchat
from smm_cli.words.auth import InRequest
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Multipart, Request, handle  # fmt: skip
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.tree import Block, Mention

DOCS = "https://developer.rocket.chat/apidocs"
SERVER_CODE = "Rocket.Chat apps/meteor/server/settings/message.ts, Message_MaxAllowedSize (8)"
FILES = f"{DOCS}/upload-file-to-a-room"
MB = 1 << 20
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ROOMS = {"c": ("channel", "channels"), "p": ("group", "groups"), "d": ("direct", "im")}
"""Of each type of room: how its address begins, and the group of its methods."""
KEEPS = 20 * 3600.0
"""A file that no message confirmed is kept for a day; less a margin. Source: api/server/v1/rooms.ts, rooms.media."""
LISTED = 100
SKEW = timedelta(seconds=60)
WAIT = re.compile(r"wait (\d+) seconds")
OF_ROOM = re.compile(
    r"error-(invalid-room|room-not-found|not-allowed|user-not-in-room|room-archived|action-not-allowed|no-owner-channel)"
    r"|room_is_(blocked|archived)|totp-|You are not in the room|readonly",
    re.IGNORECASE,
)


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
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), 100 * MB), 10, FILES, "2026-08-20"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 100 * MB), 10, FILES, "2026-08-20"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 100 * MB), 10, FILES, "2026-08-20"),
    )
    media_count = 10
    mixing = True
    steps = (
        "Profile, Account, Personal Access Tokens: add one (ignore two factor authentication); it shows a token and a user id: "
        'secret = { token = "…", user_id = "…" }. room is the id of the room; the account must be in it.'
    )

    Settings = Later("smm_cli.networks._rocketchat_tables", "Settings")

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return rocketchat(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """A text under an id of our own, or one file: it is uploaded, then confirmed, which makes it a message."""
        message, room = payload.parts[part], self.settings.room
        _, thread = self.answered(message)
        if not message.media:
            root = root_of((yield Earlier())) or thread
            own = message_id(payload.key, part)
            body = {"_id": own, "rid": room, "msg": message.text, **({"tmid": root} if root else {})}
            yield self._ask("POST", "chat.sendMessage", Json({"message": body}), commits=True)
            return self._receipt(own, root)
        (medium,) = message.media
        file_of(medium)
        answer = yield self._ask("POST", f"rooms.media/{room}", multipart({}, files_of([medium], lambda n: "file")), keeps_for=KEEPS)
        file = str(answer.get("file", "_id"))
        root = root_of((yield Earlier())) or thread
        told = {"description": medium.alt} if medium.alt else {}
        confirmed = Json({**told, **({"tmid": root} if root else {})})
        answer = yield self._ask("POST", f"rooms.mediaConfirm/{room}/{file}", confirmed, commits=True)
        return self._receipt(self.known(answer, "message", "_id"), root)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; a file stays as it is. A server may forbid it after a time."""
        if not payload.parts[part].media:
            body = {"roomId": self.settings.room, "msgId": receipt.id, "text": payload.parts[part].text}
            yield self._ask("POST", "chat.update", Json(body))
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        body = Json({"roomId": self.settings.room, "msgId": receipt.id, "asUser": True})
        answer = yield self._ask("POST", "chat.delete", body, may_fail=True)
        if "no message found" not in str(answer.get("error", default="")).lower():
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """A text by its id, which decides; a file among the messages of the room."""
        root = root_of(earlier) or self.answered(payload.parts[intent.part])[1]
        if not payload.parts[intent.part].media:
            own = message_id(payload.key, intent.part)
            answer = yield self._ask("GET", "chat.getMessage", query=(("msgId", own),), may_fail=True)
            if answer.ok and answer.get("success") is True:
                return Found(self._receipt(own, root))
            if not isinstance(self.fault(answer.status, answer.headers, answer.body), Rejected):
                self.must(answer)
            return Absent()
        file, since = intent.request.url.rpartition("/")[2], (intent.at - SKEW).isoformat().replace("+00:00", "Z")
        _, group = ROOMS.get(self._kind, ("", ""))
        if not group:
            return CannotTell(f"look into the room on {self.settings.server} yourself")
        query = (("roomId", self.settings.room), ("count", str(LISTED)), ("oldest", since))
        page = yield self._ask("GET", f"{group}.history", query=query)
        messages = page.get("messages")
        if not isinstance(messages, list):
            return CannotTell(f"look into the room on {self.settings.server} yourself")
        for message in messages:
            if (message.get("file") or {}).get("_id") == file:
                return Found(self._receipt(str(message["_id"]), root))
        return Absent() if len(messages) < LISTED else CannotTell(f"look into the room on {self.settings.server} yourself")

    def verify(self) -> Verifying:
        """Whose token it is, the room, and the server's version."""
        me = yield self._ask("GET", "me")
        found = yield self._ask("GET", "rooms.info", query=(("roomId", self.settings.room),))
        about = yield Request("GET", f"{self.settings.server}/api/info", auth="", may_fail=True)
        facts = {"type": found.get("room", "t", default=""), "name": found.get("room", "name", default="")}
        version = str(about.get("info", "version") or about.get("version", default=""))
        handle_ = f"@{me.get('username', default='')}"
        url = f"{self.settings.server}/{ROOMS.get(facts['type'], ('channel',))[0]}/{facts['name']}"
        return Account(handle_, str(me.get("_id")), str(facts["name"]), url, "rocket.chat", version, facts=facts)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """By status, `success` and the code that stands in brackets or in `errorType`. Older servers say limits with a 400."""
        told = body if isinstance(body, Mapping) else {}
        if status < 300 and told.get("success", True) is True:
            return None
        error = f"{told.get('errorType') or ''} {said_by(body)}".strip()
        words = f"Rocket.Chat answered {status}: {error}".rstrip(": ")
        if status == 429 or "error-too-many-requests" in error:
            seconds = WAIT.search(error)
            return RateLimited(words, after=float(seconds[1]) if seconds else retry_after(headers))
        if "E11000" in error:
            return OutcomeUnknown(words, hint="a message with this id is there already")
        if status in (401, 403) or OF_ROOM.search(error):
            return AuthFailed(words, hint="do token and user_id belong together, and is the account in the room and allowed to write?")
        return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return str(self.account.facts.get("type") or "") if self.account else ""

    def _ask(self, method: str, path: str, body: Json | Multipart | None = None, **more: Any) -> Request:
        """Signed by two headers, which the transport fills."""
        headers = {"x-auth-token": handle("token"), "x-user-id": handle("user_id")}
        timeout = 300.0 if isinstance(body, Multipart) else 30.0
        return Request(method, f"{self.settings.server}/api/v1/{path}", body, headers, timeout=timeout, **more)

    def _receipt(self, id: str, root: str) -> PartReceipt:
        name = self.account.facts.get("name") if self.account else ""
        place, _ = ROOMS.get(self._kind, ("", ""))
        where = self.settings.room if place == "direct" else name
        url = f"{self.settings.server}/{place}/{where}?msg={id}" if place and where else ""
        return PartReceipt(id, url, {"root": root} if root else {})


def message_id(key: str, part: int) -> str:
    """17 letters and digits, as the server's own ids are; the same for the same message on every machine."""
    number = int.from_bytes(hashlib.sha256(f"{key}-{part}".encode()).digest()[:13], "big")
    found = ""
    for _ in range(17):
        number, digit = divmod(number, len(LETTERS))
        found += LETTERS[digit]
    return found


NETWORK = RocketChat
