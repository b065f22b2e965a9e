"""A fake Zulip. Rules: zulip.com/api and zerver/actions/message_send.py, zerver/lib/message.py (12)."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, Upload, route

MOST, TOPIC = 10_000, 60
CUT = "\n[message truncated]"


class FakeZulip(Fake):
    """One organisation. Any channel exists but those in `missing_channels`; too long a text is cut off in silence."""

    name = "zulip"
    channel = 'server = "https://zulip.example"\nchannel = "news"'
    place = "zulip.example"
    cuts = True

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.messages: dict[int, dict[str, Any]] = {}
        self.uploads: dict[str, bytes] = {}
        self.missing_channels: set[str] = set()
        self.version = "12.0"

    def too_many(self, seconds: float) -> Reply:
        told = {"result": "error", "code": "RATE_LIMIT_HIT", "msg": "API usage exceeded rate limit", "retry-after": seconds}
        return Reply(429, told, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"result": "error", "msg": "API endpoint not found", "code": "BAD_REQUEST"})

    # -- messages ---------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v1/messages", commits=True)
    def send(self, call: Call) -> Reply:
        name, sent = self._who(call), call.sent
        if call.type != "application/x-www-form-urlencoded" or sent.get("type") not in ("stream", "channel", "direct", "private"):
            raise _no("Invalid type", "BAD_REQUEST")
        for wanted in ("to", "content"):
            if wanted not in sent:
                raise _no(f"Missing '{wanted}' argument", "REQUEST_VARIABLE_MISSING")
        channel = self._channel(str(sent["to"]))
        text = self._body(str(sent["content"]))
        topic = str(sent.get("topic") or "").strip()
        topic = topic if len(topic) <= TOPIC else topic[: TOPIC - 3] + "..."
        id = self.next_number()
        before = [str(m["id"]) for m in self.messages.values() if m["channel"] == channel and m["subject"] == topic]
        made = {"id": id, "content": text, "timestamp": int(self.now().timestamp()), "sender": name, "subject": topic, "channel": channel}
        self.messages[id] = made
        pictures = tuple(line for line in text.split("\n") if "](/user_uploads/" in line)
        # the topic is the thread: messages in it follow one another
        after, url = before[-1] if before else "", f"{call.base}/#narrow/channel/42/near/{id}"
        self.publish(Posted(self.name, name, str(id), url, text, self.now(), pictures, after, more={"topic": topic}))
        return _yes(id=id, automatic_new_visibility_policy=2)

    @route("GET", "/api/v1/messages")
    def listing(self, call: Call) -> Reply:
        self._who(call)
        wanted = {one["operator"]: one["operand"] for one in json.loads(call.asked("narrow", "[]"))}
        if wanted.get("sender") not in {_number_of(str(m["sender"])) for m in self.messages.values()} | {_number_of(self._who(call))}:
            raise _no("Invalid narrow operator: unknown user", "BAD_NARROW")
        channel = wanted.get("channel")  # a number is an id, text always a name
        if isinstance(channel, str) and channel.isdigit():
            raise _no("Invalid narrow operator: unknown channel", "BAD_NARROW")
        found = [m for m in self.messages.values() if m["subject"] == wanted.get("topic") and m["channel"] == str(channel)]
        found = [m for m in found if _number_of(str(m["sender"])) == wanted.get("sender")]
        most = int(call.asked("num_before"))
        return _yes(messages=found[-most:], found_oldest=len(found) <= most, found_newest=True)

    @route("PATCH", "/api/v1/messages/{id}")
    def edit(self, call: Call) -> Reply:
        found = self._own(call)
        found["content"] = self._body(str(call.sent["content"]))
        self.change(str(found["id"]), text=found["content"], edited=True)
        return _yes()

    @route("DELETE", "/api/v1/messages/{id}")
    def delete(self, call: Call) -> Reply:
        found = self._own(call)
        del self.messages[found["id"]]
        self.change(str(found["id"]), deleted=True)
        return _yes()

    @route("POST", "/api/v1/user_uploads")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        files = [file for file in call.multipart.values() if isinstance(file, Upload)]
        if len(files) != 1:
            raise _no("You must specify a file to upload" if not files else "You may only upload one file at a time", "BAD_REQUEST")
        if len(files[0].content) > 25 * (1 << 20):
            raise _no("Uploaded file is larger than the allowed limit of 25 MiB", "BAD_REQUEST")
        # the middle is random on a real server; here the same file has the same address, so that texts can be compared
        url = f"/user_uploads/2/{sha256(files[0].content).hexdigest()[:8]}/{files[0].filename}"
        self.uploads[url] = files[0].content
        return _yes(url=url, uri=url, filename=files[0].filename)

    # -- the account ------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v1/users/me")
    def me(self, call: Call) -> Reply:
        name = self._who(call)
        return _yes(user_id=_number_of(name), email=name, full_name=name.title(), is_bot=True)

    @route("GET", "/api/v1/server_settings")
    def settings(self, call: Call) -> Reply:
        return _yes(zulip_version=self.version, zulip_feature_level=445, realm_url=call.base)

    @route("POST", "/api/v1/register")
    def register(self, call: Call) -> Reply:
        self._who(call)
        for name in ("event_types", "fetch_event_types"):
            if not isinstance(json.loads(str(call.sent.get(name, "[]"))), list):
                raise _no(f'Argument "{name}" is not valid JSON.', "BAD_REQUEST")
        return _yes(queue_id="q1", last_event_id=-1, max_message_length=MOST, max_topic_length=TOPIC, max_file_upload_size_mib=25)

    @route("GET", "/api/v1/get_stream_id")
    def number(self, call: Call) -> Reply:
        self._who(call)
        self._channel(call.asked("stream"))
        return _yes(stream_id=42)

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> str:
        scheme, _, pair = call.headers.get("authorization", "").partition(" ")
        user, _, key = b64decode(pair).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if not user or not key.startswith(SANDBOX_TOKEN):
            raise Refused(401, {"result": "error", "msg": "Invalid API key", "code": "INVALID_API_KEY"})
        return user

    def _channel(self, name: str) -> str:
        if name in self.missing_channels:
            raise _no(f"Channel '{name}' does not exist", "STREAM_DOES_NOT_EXIST")
        return name

    def _body(self, text: str) -> str:
        text = text.rstrip()
        if not text or "\x00" in text:
            raise _no("Message must not be empty" if not text else "Message must not contain null bytes", "BAD_REQUEST")
        return text if len(text) <= MOST else text[: MOST - len(CUT)] + CUT

    def _own(self, call: Call) -> dict[str, Any]:
        self._who(call)
        found = self.messages.get(int(call.args["id"]))
        if found is None:
            raise _no("Invalid message(s)", "BAD_REQUEST")
        return found


def _yes(**more: Any) -> Reply:
    return Reply(200, {"result": "success", "msg": "", **more})


def _no(words: str, code: str) -> Refused:
    return Refused(400, {"result": "error", "msg": words, "code": code})


def _number_of(name: str) -> int:
    return int(sha256(name.encode()).hexdigest()[:6], 16)


FAKE = FakeZulip
