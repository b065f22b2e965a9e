"""A fake Matrix homeserver. Rules: spec.matrix.org, client-server API v1.19 (2026-07-21), and Synapse 1.163 where that says more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, route

V3 = "/_matrix/client/v3"
EVENT = 65_536
"""Bytes of a whole event. Source: spec, size limits; Synapse api/constants.py MAX_PDU_SIZE."""
ADDED = 1200
"""Bytes that a server adds to a content: ids, hashes, signatures, references to earlier events (Synapse 1.163: 900 to 1200)."""
KEEPS = timedelta(hours=24)
"""How long transaction ids are kept. Source: Synapse storage/databases/main/events_worker.py, _cleanup_old_transaction_ids."""
UPLOAD = 50 * 1024 * 1024


def refused(status: int, code: str, words: str) -> Refused:
    """An error as every homeserver says it."""
    return Refused(status, {"errcode": code, "error": words})


class FakeMatrix(Fake):
    """One homeserver with a room "#news:matrix.example" that everybody is in. `software` is what it calls itself."""

    name = "matrix"
    channel = 'server = "https://matrix.example"\nroom = "#news:matrix.example"\nidentifier = "it"'
    place = "matrix.example"

    def __init__(self, clock: Clock, *, software: str = "Synapse") -> None:
        super().__init__(clock)
        self.software = software
        self.aliases = {"#news:matrix.example": "!news:matrix.example"}
        self.closed: set[str] = set()
        self.encrypted: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.devices: dict[str, tuple[str, str]] = {}
        self.sent: dict[tuple[str, str, str], tuple[str, datetime]] = {}
        self.files: dict[str, tuple[str, int]] = {}

    def too_many(self, seconds: float) -> Reply:
        said = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": int(seconds * 1000)}
        return Reply(429, said, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"})

    # -- who asks ---------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> tuple[str, str]:
        """User id and device of the token. Raises Refused."""
        if not call.bearer:
            raise refused(401, "M_MISSING_TOKEN", "Missing access token")
        if call.bearer in self.devices:
            return self.devices[call.bearer]
        if account := self.account_of(call):
            return f"@{account}:matrix.example", f"device of {account}"
        raise refused(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")

    @route("POST", f"{V3}/login")
    def login(self, call: Call) -> Reply:
        said = call.sent
        user, password = str(said.get("identifier", {}).get("user", "")), str(said.get("password", ""))
        if said.get("type") != "m.login.password" or said["identifier"].get("type") != "m.id.user":
            raise refused(400, "M_UNKNOWN", "Unknown login type")
        if not user or not password.startswith(SANDBOX_TOKEN):
            raise refused(403, "M_FORBIDDEN", "Invalid username or password")
        id, device = f"@{user.removeprefix('@').partition(':')[0]}:matrix.example", str(said.get("device_id") or f"D{self.next_number()}")
        self.devices = {token: whose for token, whose in self.devices.items() if whose != (id, device)}  # one token for each device
        token = f"syt_{self.next_number()}"
        self.devices[token] = (id, device)
        return Reply(200, {"access_token": token, "device_id": device, "user_id": id})

    @route("GET", f"{V3}/account/whoami")
    def whoami(self, call: Call) -> Reply:
        user, device = self._who(call)
        return Reply(200, {"user_id": user, "device_id": device, "is_guest": False})

    @route("GET", "/_matrix/federation/v1/version")
    def version(self, call: Call) -> Reply:
        return Reply(200, {"server": {"name": self.software, "version": "1.163.2"}}) if self.software else self.missing(call)

    @route("GET", "/_matrix/client/v1/media/config")
    def config(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"m.upload.size": UPLOAD})

    # -- rooms ------------------------------------------------------------------------------------------------------------

    @route("GET", f"{V3}/directory/room/{{alias}}")
    def alias(self, call: Call) -> Reply:
        found = self.aliases.get(unquote(call.args["alias"]))
        if not found:
            raise refused(404, "M_NOT_FOUND", f"Room alias {unquote(call.args['alias'])} not found")
        return Reply(200, {"room_id": found, "servers": ["matrix.example"]})

    @route("GET", f"{V3}/joined_rooms")
    def joined(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"joined_rooms": [room for room in self.aliases.values() if room not in self.closed]})

    @route("GET", f"{V3}/rooms/{{room}}/state/m.room.encryption")
    def encryption(self, call: Call) -> Reply:
        if self._room(call) in self.encrypted:
            return Reply(200, {"algorithm": "m.megolm.v1.aes-sha2"})
        raise refused(404, "M_NOT_FOUND", "Event not found.")

    def _room(self, call: Call) -> str:
        user, _ = self._who(call)
        room = unquote(call.args["room"])
        if room not in self.aliases.values() or room in self.closed:
            raise refused(403, "M_FORBIDDEN", f"User {user} not in room {room}")
        return room

    # -- files ------------------------------------------------------------------------------------------------------------

    @route("POST", "/_matrix/media/v3/upload")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        if len(call.content) > UPLOAD:
            raise refused(413, "M_TOO_LARGE", "Upload request body is too large")
        address = f"mxc://matrix.example/file{self.next_number()}"
        self.files[address] = (call.type, len(call.content))
        return Reply(200, {"content_uri": address})

    # -- events -----------------------------------------------------------------------------------------------------------

    @route("PUT", f"{V3}/rooms/{{room}}/send/{{type}}/{{transaction}}", commits=True)
    def send(self, call: Call) -> Reply:
        user, device = self._who(call)
        key = (device, call.path, user)
        id, at = self.sent.get(key, ("", self.now()))
        if id and self.now() - at < KEEPS:  # the same transaction of the same device: the first event again
            return Reply(200, {"event_id": id})
        room, content = self._room(call), self._content(call)
        id = f"$event{self.next_number()}"
        self.sent[key] = (id, self.now())
        about = {"event_id": id, "sender": user, "room_id": room, "type": call.args["type"], "device": device}
        at_ms = int(self.now().timestamp() * 1000)
        self.events.append(about | {"origin_server_ts": at_ms, "content": content, "transaction": unquote(call.args["transaction"])})
        relation = content.get("m.relates_to") or {}
        if relation.get("rel_type") == "m.replace":
            self.change(str(relation["event_id"]), text=str(content["m.new_content"]["body"]), edited=True)
        else:
            answered = str((relation.get("m.in_reply_to") or {}).get("event_id", ""))
            url, alt = f"https://matrix.to/#/{room}/{id}", ((content["body"],) if content.get("url") else ())
            self.publish(Posted(self.name, user, id, url, content["body"], self.now(), alt, answered, more=dict(content)))
        return Reply(200, {"event_id": id})

    def _content(self, call: Call) -> dict[str, Any]:
        try:
            content: Any = call.json
        except ValueError:
            raise refused(400, "M_NOT_JSON", "Content not JSON.") from None
        if not isinstance(content, dict) or not isinstance(content.get("body"), str) or not isinstance(content.get("msgtype"), str):
            raise refused(400, "M_BAD_JSON", "'msgtype' and 'body' not in content")
        canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        if len(canonical) + ADDED > EVENT:
            raise refused(413, "M_TOO_LARGE", "event too large")
        if "url" in content and content["url"] not in self.files:
            raise refused(400, "M_BAD_JSON", "the sandbox knows no such file")
        return content

    @route("PUT", f"{V3}/rooms/{{room}}/redact/{{event}}/{{transaction}}")
    def redact(self, call: Call) -> Reply:
        self._room(call)
        event = next((one for one in self.events if one["event_id"] == unquote(call.args["event"])), None)
        if event is None:
            raise refused(404, "M_NOT_FOUND", "Could not find event")
        event["content"] = {}
        if event["event_id"] in {posted.id for posted in self.posted}:
            self.change(event["event_id"], deleted=True)
        return Reply(200, {"event_id": f"$redaction{self.next_number()}"})

    @route("GET", f"{V3}/rooms/{{room}}/messages")
    def messages(self, call: Call) -> Reply:
        room, (_, device) = self._room(call), self._who(call)
        only = json.loads(call.asked("filter", "{}"))
        shown = [one for one in reversed(self.events) if one["room_id"] == room and one["sender"] in only.get("senders", [one["sender"]])]
        start, most = int(call.asked("from", "t0")[1:]), int(call.asked("limit", "10"))
        end = {"end": f"t{start + most}"} if start + most < len(shown) else {}
        return Reply(200, {"chunk": [self._shape(one, device) for one in shown[start : start + most]], "start": f"t{start}", **end})

    def _shape(self, event: dict[str, Any], device: str) -> dict[str, Any]:
        """As clients get it; the transaction id is told to the device that sent it alone."""
        own = {"transaction_id": event["transaction"]} if event["device"] == device else {}
        return {key: value for key, value in event.items() if key not in ("device", "transaction")} | {"unsigned": own}


FAKE = FakeMatrix
