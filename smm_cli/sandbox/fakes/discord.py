"""A fake Discord: one server, channels by number (those that begin with 9 are forums), webhooks by number and token.

Rules: discord-api-docs (2026-08-06) and its OpenAPI description (2026-07-18), where no other source stands beside them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

GUILD = "1100000000000000000"
EPOCH = 1_420_070_400_000
KEEPS_NONCE = 180.0
"""Seconds: "the past few minutes" says the documentation of enforce_nonce."""


class FakeDiscord(Fake):
    """Messages by number as the API gives them. `gone` are channels and webhooks that were deleted."""

    name = "discord"
    hosts = ("discord.com",)
    channel = 'channel = "1200000000000000000"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.messages: dict[str, dict[str, Any]] = {}
        self.nonces: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.threads: dict[str, str] = {}
        self.crossposted: list[str] = []
        self.gone: set[str] = set()

    def too_many(self, seconds: float) -> Reply:
        told = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        return Reply(429, told, {"retry-after": str(int(seconds)), "x-ratelimit-scope": "user"})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"message": "404: Not Found", "code": 0})

    # -- a bot ------------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v10/users/@me")
    def me(self, call: Call) -> Reply:
        name = self._bot(call)
        return Reply(200, {"id": _id_of(name), "username": name, "bot": True})

    @route("GET", "/api/v10/channels/{channel}")
    def room(self, call: Call) -> Reply:
        self._bot(call)
        channel = self._channel(call)
        return Reply(200, {"id": channel, "guild_id": GUILD, "type": 15 if channel.startswith("9") else 0, "name": "news"})

    @route("POST", "/api/v10/channels/{channel}/messages", commits=True)
    def post(self, call: Call) -> Reply:
        name, channel, sent = self._bot(call), self._channel(call), self._message(call)
        if channel.startswith("9"):
            raise _refused(400, 50024, "Cannot execute action on this channel type")
        nonce = str(sent.get("nonce") or "")
        if len(nonce) > 25:
            raise _refused(400, 50035, "Invalid Form Body", nonce="Must be 25 or fewer in length.")
        id, at = self.nonces.get((name, nonce), ("", self.now()))
        if sent.get("enforce_nonce") and nonce and id and (self.now() - at).total_seconds() < KEEPS_NONCE:
            if id not in self.messages:
                raise _refused(404, 10008, "Unknown Message")
            return Reply(200, self.messages[id])
        made = self._keep(call, sent, name, _id_of(name), channel)
        if nonce:
            self.nonces[name, nonce] = (made["id"], self.now())
        return Reply(200, made)

    @route("POST", "/api/v10/channels/{channel}/threads", commits=True)
    def open_thread(self, call: Call) -> Reply:
        name, channel, sent = self._bot(call), self._channel(call), self._sent(call)
        if not channel.startswith("9"):
            raise _refused(400, 50024, "Cannot execute action on this channel type")
        self._check_thread(sent.get("name"))
        inside = sent.get("message") or {}
        self._check(inside, call)
        thread = self._number()
        self.threads[thread] = str(sent["name"])
        return Reply(201, {"id": thread, "message": self._keep(call, inside, name, _id_of(name), thread)})

    @route("POST", "/api/v10/channels/{channel}/messages/{id}/crosspost")
    def crosspost(self, call: Call) -> Reply:
        self._bot(call)
        self.crossposted.append(call.args["id"])
        return Reply(200, self._own(call))

    @route("GET", "/api/v10/channels/{channel}/messages")
    def listing(self, call: Call) -> Reply:
        self._bot(call)
        channel, after = self._channel(call), int(call.asked("after", "0"))
        found = [m for m in self.messages.values() if m["channel_id"] == channel and int(m["id"]) > after]
        return Reply(200, list(reversed(found[: min(int(call.asked("limit", "50")), 100)])))

    @route("PATCH", "/api/v10/channels/{channel}/messages/{id}")
    def edit(self, call: Call) -> Reply:
        self._bot(call)
        return self._edited(call)

    @route("DELETE", "/api/v10/channels/{channel}/messages/{id}")
    def delete(self, call: Call) -> Reply:
        self._bot(call)
        return self._deleted(call)

    # -- a webhook --------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v10/webhooks/{hook}/{token}")
    def hook(self, call: Call) -> Reply:
        name = self._webhook(call)
        return Reply(200, {"id": call.args["hook"], "name": name, "channel_id": "1200000000000000000", "guild_id": GUILD})

    @route("POST", "/api/v10/webhooks/{hook}/{token}", commits=True)
    def execute(self, call: Call) -> Reply:
        name, sent = self._webhook(call), self._message(call)
        if call.asked("wait") != "true":
            return Reply(204)
        channel = call.asked("thread_id") or "1200000000000000000"
        forum = call.args["hook"].startswith("9") and not call.asked("thread_id")
        if forum != bool(sent.get("thread_name")):
            words = "Webhooks posted to forum channels must have a thread_name or thread_id"
            raise _refused(400, 220001 if forum else 220003, words)
        if forum:
            self._check_thread(sent["thread_name"])
            channel = self._number()
            self.threads[channel] = str(sent["thread_name"])
        return Reply(200, self._keep(call, sent, str(sent.get("username") or name), call.args["hook"], channel))

    @route("PATCH", "/api/v10/webhooks/{hook}/{token}/messages/{id}")
    def edit_hooked(self, call: Call) -> Reply:
        self._webhook(call)
        return self._edited(call)

    @route("DELETE", "/api/v10/webhooks/{hook}/{token}/messages/{id}")
    def delete_hooked(self, call: Call) -> Reply:
        self._webhook(call)
        return self._deleted(call)

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _bot(self, call: Call) -> str:
        _check_agent(call)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        name = self.whose(token) if scheme == "Bot" else ""
        if not name:
            raise Refused(401, {"message": "401: Unauthorized", "code": 0})
        return name

    def _webhook(self, call: Call) -> str:
        _check_agent(call)
        if "authorization" in call.headers:
            raise Refused(401, {"message": "401: Unauthorized", "code": 0})
        name = self.whose(call.args["token"])
        if not name or call.args["hook"] in self.gone:
            raise _refused(404 if call.args["hook"] in self.gone else 401, 10015 if name else 50027, "Unknown Webhook")
        return name

    def _channel(self, call: Call) -> str:
        channel = call.args["channel"]
        if not channel.isdigit():
            raise _refused(400, 50035, "Invalid Form Body", channel_id=f'Value "{channel}" is not snowflake.')
        if channel in self.gone:
            raise _refused(404, 10003, "Unknown Channel")
        return channel

    def _sent(self, call: Call) -> Mapping[str, Any]:
        if call.type == "multipart/form-data":
            return dict(json.loads(str(call.multipart.get("payload_json") or "{}")))
        return call.sent

    def _message(self, call: Call) -> Mapping[str, Any]:
        sent = self._sent(call)
        self._check(sent, call)
        return sent

    def _check(self, sent: Mapping[str, Any], call: Call) -> None:
        text = str(sent.get("content") or "").strip()
        files = [file for name, file in call.multipart.items() if name.startswith("files[") and isinstance(file, Upload)]
        if not text and not files and not sent.get("poll") and not sent.get("embeds"):
            raise _refused(400, 50006, "Cannot send an empty message")
        if len(text) > 2000:
            raise _refused(400, 50035, "Invalid Form Body", content="Must be 2000 or fewer in length.")
        if len(files) > 10:
            raise _refused(400, 50035, "Invalid Form Body", files="Must be 10 or fewer in length.")
        if any(len(file.content) > 10 * 1024 * 1024 for file in files):
            raise _refused(413, 40005, "Request entity too large")
        for told in sent.get("attachments") or ():
            if len(str(told.get("description") or "")) > 1024:
                raise _refused(400, 50035, "Invalid Form Body", attachments="Must be 1024 or fewer in length.")
            if int(told["id"]) >= len(files):
                raise _refused(400, 50035, "Invalid Form Body", attachments="no such file")
        if poll := sent.get("poll"):
            answers = [str(answer["poll_media"]["text"]) for answer in poll["answers"]]
            wrong = not 1 <= len(poll["question"]["text"]) <= 300 or not 1 <= len(answers) <= 10
            if wrong or any(not 1 <= len(answer) <= 55 for answer in answers) or not 1 <= int(poll.get("duration", 24)) <= 768:
                raise _refused(400, 50035, "Invalid Form Body", poll="Must be between the limits.")

    def _check_thread(self, name: Any) -> None:
        if not 1 <= len(str(name or "")) <= 100:
            raise _refused(400, 50035, "Invalid Form Body", name="Must be between 1 and 100 in length.")

    def _keep(self, call: Call, sent: Mapping[str, Any], name: str, author: str, channel: str) -> dict[str, Any]:
        id, text = self._number(), str(sent.get("content") or "").strip()
        told = sent.get("attachments") or ()
        reply = str((sent.get("message_reference") or {}).get("message_id") or "")
        made: dict[str, Any] = {"id": id, "channel_id": channel, "content": text, "author": {"id": author, "username": name}}
        made |= {"attachments": [{"id": str(n), "filename": file["filename"]} for n, file in enumerate(told)]}
        made |= {"timestamp": self.now().isoformat()} | ({"poll": sent["poll"]} if sent.get("poll") else {})
        made |= {"message_reference": {"message_id": reply}} if reply else {}
        self.messages[id] = made
        # in a thread that a post opened, and from a webhook, messages follow one another
        before = reply or (self._last(channel) if channel in self.threads else "")
        shown = text or str((sent.get("poll") or {}).get("question", {}).get("text", ""))
        more = {"sent": dict(sent), "thread": self.threads.get(channel, "")}
        pictures = tuple(str(file.get("description") or "") for file in told)
        url = f"https://discord.com/channels/{GUILD}/{channel}/{id}"
        self.publish(Posted(self.name, name, id, url, shown, self.now(), pictures, before, more=more))
        return made

    def _last(self, channel: str) -> str:
        ids = [id for id, message in self.messages.items() if message["channel_id"] == channel]
        return ids[-2] if len(ids) > 1 else ""

    def _number(self) -> str:
        return str(((int(self.now().timestamp() * 1000) - EPOCH) << 22) + self.next_number())

    def _own(self, call: Call) -> dict[str, Any]:
        found = self.messages.get(call.args["id"])
        if found is None:
            raise _refused(404, 10008, "Unknown Message")
        return found

    def _edited(self, call: Call) -> Reply:
        found, sent = self._own(call), self._sent(call)
        self._check({**sent, "attachments": ()}, call)
        found["content"] = str(sent["content"]).strip()
        self.change(found["id"], text=found["content"], edited=True)
        return Reply(200, found)

    def _deleted(self, call: Call) -> Reply:
        found = self._own(call)
        del self.messages[found["id"]]
        self.change(found["id"], deleted=True)
        return Reply(204)


def _check_agent(call: Call) -> None:
    """Clients that do not name themselves in the form that is asked of them are blocked. Source: Reference, User Agent."""
    if not re.match(r"DiscordBot \(https?://\S+, [\w.]+\)", call.headers.get("user-agent", "")):
        raise Refused(403, "<html><title>Access denied</title>error code: 1010</html>", content_type="text/html")


def _refused(status: int, code: int, message: str, **errors: str) -> Refused:
    told = {name: {"_errors": [{"code": "INVALID", "message": words}]} for name, words in errors.items()}
    return Refused(status, {"code": code, "message": message, **({"errors": told} if told else {})})


def _id_of(name: str) -> str:
    return str(1_000_000_000_000_000_000 + sum(ord(sign) * 131**n for n, sign in enumerate(name)) % 10**15)


FAKE = FakeDiscord
