"""A fake Rocket.Chat with one public room. Rules: RocketChat/Rocket.Chat apps/meteor/app (8): lib/server/functions/sendMessage.ts,
api/server/v1/chat.ts and rooms.ts."""

from __future__ import annotations

import re
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

MOST = 5000


class FakeRocketChat(Fake):
    """Messages and uploads by id. `closed` are rooms that the account is not in."""

    name = "rocketchat"
    channel = 'server = "https://rocket.example"\nroom = "GENERAL"'
    place = "rocket.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.messages: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()

    def too_many(self, seconds: float) -> Reply:
        words = f"Error, too many requests. Please slow down. You must wait {int(seconds)} seconds before trying this endpoint again."
        reset = str(int((self.now().timestamp() + seconds) * 1000))
        return Reply(429, {"success": False, "error": f"{words} [error-too-many-requests]"}, {"x-ratelimit-reset": reset})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"success": False, "error": "API endpoint not found"})

    # -- messages ---------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v1/chat.sendMessage", commits=True)
    def send(self, call: Call) -> Reply:
        name, message = self._who(call), call.sent.get("message")
        if not isinstance(message, dict):
            raise _no("The 'message' parameter must be provided", "error-invalid-params")
        room, text = self._room(message.get("rid")), str(message.get("msg") or "")
        self._check(text)
        if "ts" in message:
            raise _no("Message timestamp is out of sync", "error-message-ts-out-of-sync")
        id = str(message.get("_id") or f"server{self.next_number():011}")
        if id in self.messages:  # sendMessage.ts: messageAlreadyExists, and the answer bears no message
            return Reply(200, {"success": True})
        made = self._keep(call, id, name, room, text, str(message.get("tmid") or ""))
        return Reply(200, {"message": made, "success": True})

    @route("GET", "/api/v1/chat.getMessage")
    def get(self, call: Call) -> Reply:
        self._who(call)
        found = self.messages.get(call.asked("msgId"))
        return Reply(200, {"message": found, "success": True}) if found else Reply(400, {"success": False})

    @route("POST", "/api/v1/chat.update")
    def update(self, call: Call) -> Reply:
        self._who(call)
        found = self._found(call)
        self._check(str(call.sent["text"]))
        found["msg"] = str(call.sent["text"])
        self.change(found["_id"], text=found["msg"], edited=True)
        return Reply(200, {"message": found, "success": True})

    @route("POST", "/api/v1/chat.delete")
    def delete(self, call: Call) -> Reply:
        self._who(call)
        found = self._found(call)
        del self.messages[found["_id"]]
        self.change(found["_id"], deleted=True)
        return Reply(200, {"_id": found["_id"], "success": True})

    @route("GET", "/api/v1/channels.history")
    def history(self, call: Call) -> Reply:
        self._who(call)
        room, since = self._room(call.asked("roomId")), call.asked("oldest")
        found = [m for m in reversed(self.messages.values()) if m["rid"] == room and m["ts"] >= since]
        if call.asked("showThreadMessages", "true") != "true":
            found = [message for message in found if not message.get("tmid")]
        return Reply(200, {"messages": found[: int(call.asked("count", "20"))], "success": True})

    # -- files ------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v1/rooms.media/{rid}")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        self._room(call.args["rid"])
        file = call.multipart.get("file")
        if not isinstance(file, Upload):
            raise _no("File required", "error-file-required")
        if len(file.content) > 100 * (1 << 20):
            raise _no("File is too large", "error-file-too-large")
        id = f"file{self.next_number():013}"
        self.uploads[id] = {"_id": id, "name": file.filename, "type": file.type}
        return Reply(200, {"file": {"_id": id, "url": f"/file-upload/{id}/{file.filename}"}, "success": True})

    @route("POST", "/api/v1/rooms.mediaConfirm/{rid}/{file}", commits=True)
    def confirm(self, call: Call) -> Reply:
        name, room, file = self._who(call), self._room(call.args["rid"]), self.uploads.get(call.args["file"])
        if file is None:
            raise _no("invalid-file", "invalid-file")
        described = str(call.sent.get("description") or "")
        if _units(described) > MOST:
            raise _no("error-message-size-exceeded", "error-message-size-exceeded")
        # nothing keeps a file from being confirmed twice: that makes two messages
        id, text = f"server{self.next_number():011}", str(call.sent.get("msg") or "")
        made = self._keep(call, id, name, room, text, str(call.sent.get("tmid") or ""), described, file)
        return Reply(200, {"message": made, "success": True})

    # -- the account ------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v1/me")
    def me(self, call: Call) -> Reply:
        name = self._who(call)
        return Reply(200, {"_id": f"u{name}", "username": name, "roles": ["bot"], "success": True})

    @route("GET", "/api/v1/rooms.info")
    def room(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"room": {"_id": self._room(call.asked("roomId")), "name": "general", "t": "c"}, "success": True})

    @route("GET", "/api/info")
    def about(self, call: Call) -> Reply:
        return Reply(200, {"version": "8.1", "success": True})

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> str:
        account = self.whose(call.headers.get("x-auth-token", "")) if call.headers.get("x-user-id") else ""
        if not account:
            raise Refused(401, {"status": "error", "message": "You must be logged in to do this."})
        return account

    def _room(self, id: Any) -> str:
        if not re.fullmatch(r"\w{6,}", str(id or "")):
            raise _no("The required 'roomId' param is missing", "error-invalid-room")
        if id in self.closed:
            raise _no("You are not in the room", "error-not-allowed")
        return str(id)

    def _check(self, text: str) -> None:
        if not text.strip():
            raise _no("Invalid message", "error-invalid-message")
        if _units(text) > MOST:
            raise _no("Message size exceeds Message_MaxAllowedSize", "error-message-size-exceeded")

    def _found(self, call: Call) -> dict[str, Any]:
        id = call.sent.get("msgId")
        found = self.messages.get(str(id))
        if found is None:
            raise _no(f'No message found with the id of "{id}".', "")
        return found

    def _keep(
        self, call: Call, id: str, name: str, room: str, text: str, thread: str, described: str = "", file: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        if thread and thread not in self.messages:
            raise _no("Invalid thread", "error-invalid-message")
        stamp = self.now().isoformat().replace("+00:00", "Z")
        made: dict[str, Any] = {"_id": id, "rid": room, "msg": text, "ts": stamp, "u": {"_id": f"u{name}", "username": name}}
        made |= {"tmid": thread} if thread else {}
        made |= {"file": file, "attachments": [{"description": described}]} if file else {}
        before = [own for own, message in self.messages.items() if thread and thread in (own, message.get("tmid"))]
        self.messages[id] = made
        media = (described or str(file["name"]),) if file else ()
        # in a thread messages follow one another
        url, after = f"{call.base}/channel/general?msg={id}", before[-1] if before else ""
        self.publish(Posted(self.name, name, id, url, text, self.now(), media, after))
        return made


def _no(words: str, code: str) -> Refused:
    told = {"success": False, "error": f"{words} [{code}]" if code else words}
    return Refused(400, {**told, **({"errorType": code} if code else {})})


def _units(text: str) -> int:
    """As JavaScript counts: UTF-16."""
    return len(text.encode("utf-16-le")) // 2


FAKE = FakeRocketChat
