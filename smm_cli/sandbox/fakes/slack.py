"""A fake Slack: one workspace, channels by id, uploads, incoming webhooks. Errors of the Web API stand in a 200.

Rules: docs.slack.dev/reference/methods (2026-08-06); those of webhooks: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, route

BARE = re.compile(r"<(?![@#!]|https?://|mailto:)|&(?!amp;|lt;|gt;)")
"""What was not escaped. Slack itself takes it, and may read it otherwise than meant; smm never sends it."""
MOST = 4000
"""Where msg_too_long begins is documented for chat.update alone; chat.postMessage cuts off above 40000."""


class FakeSlack(Fake):
    """Messages by time stamp. `closed` are channels that the bot is not in; `scopes` what its token may do."""

    name = "slack"
    hosts = ("slack.com", "hooks.slack.com", "files.slack.com")
    channel = 'channel = "C0123ABCD"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.messages: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()
        self.slow = 0
        """Looks at a file before Slack tells where it shared it."""
        self.scopes = {"chat:write", "files:write", "files:read", "channels:history"}

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, {"ok": False, "error": "ratelimited"}, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(200, {"ok": False, "error": "unknown_method"}) if call.path.startswith("/api/") else Reply(404, "no_service")

    # -- messages ---------------------------------------------------------------------------------------------------------

    @route("POST", "/api/chat.postMessage", commits=True)
    def post(self, call: Call) -> Reply:
        name, sent = self._who(call, "chat:write"), call.sent
        channel = self._channel(sent.get("channel"))
        self._check(sent)
        metadata = sent.get("metadata")
        if metadata is not None and not (metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)):
            raise _no("invalid_metadata_format")
        made = self._keep(name, channel, str(sent["text"]), str(sent.get("thread_ts") or ""), metadata=metadata, sent=dict(sent))
        return _yes(channel=channel, ts=made["ts"], message={key: made[key] for key in ("type", "text", "ts", "user")})

    @route("POST", "/api/chat.update")
    def update(self, call: Call) -> Reply:
        self._who(call, "chat:write")
        found = self._found(call.sent)
        self._check(call.sent)
        found["text"] = str(call.sent["text"])
        self.change(found["id"], text=found["text"], edited=True)
        return _yes(ts=found["ts"], text=found["text"])

    @route("POST", "/api/chat.delete")
    def delete(self, call: Call) -> Reply:
        self._who(call, "chat:write")
        found = self._found(call.sent)
        del self.messages[found["ts"]]
        self.change(found["id"], deleted=True)
        return _yes(ts=found["ts"])

    @route("GET", "/api/conversations.history")
    def history(self, call: Call) -> Reply:
        return self._listed(call, lambda message, sent: not message.get("thread_ts"))

    @route("GET", "/api/conversations.replies")
    def replies(self, call: Call) -> Reply:
        return self._listed(call, lambda message, sent: sent.get("ts") in (message["ts"], message.get("thread_ts")))

    @route("POST", "/api/auth.test")
    def test(self, call: Call) -> Reply:
        name = self._who(call)
        return _yes(url="https://smm.slack.com/", team="smm", user=name, team_id="T1", user_id="U1", bot_id="B1")

    # -- files ------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/files.getUploadURLExternal")
    def upload_address(self, call: Call) -> Reply:
        self._who(call, "files:write")
        sent = call.sent
        if not sent.get("filename") or not str(sent.get("length", "")).isdigit():
            raise _no("invalid_arguments")
        if len(str(sent.get("alt_txt") or "")) > 1000:
            raise _no("alt_txt_too_large")
        id = f"F{self.next_number():06}"
        self.files[id] = {"length": int(sent["length"]), "alt": str(sent.get("alt_txt") or ""), "shares": {}, "whole": False}
        return _yes(file_id=id, upload_url=f"https://files.slack.com/upload/v1/{id}-capability")

    @route("POST", "/upload/v1/{id}")
    def upload(self, call: Call) -> Reply:
        file = self.files.get(call.args["id"].partition("-")[0])
        if file is None or len(call.content) != file["length"]:
            return Reply(400, "bad upload")
        file["whole"] = True
        return Reply(200, f"OK - {len(call.content)}")

    @route("POST", "/api/files.completeUploadExternal", commits=True)
    def complete(self, call: Call) -> Reply:
        name, sent = self._who(call, "files:write"), call.sent
        channel = self._channel(sent.get("channel_id"))
        files = [(str(told["id"]), self.files.get(str(told["id"]))) for told in sent.get("files") or ()]
        if not files or any(file is None or not file["whole"] or file["shares"] for _, file in files):
            raise _no("file_not_found")
        comment = str(sent.get("initial_comment") or "")
        if comment:
            self._check({"text": comment})
        kept = {id: file for id, file in files if file}
        pictures = tuple(file["alt"] for file in kept.values())
        made = self._keep(name, channel, comment, str(sent.get("thread_ts") or ""), media=pictures, files=list(kept))
        for file in kept.values():
            file["shares"] = {"public": {channel: [{"ts": made["ts"]}]}}
        return _yes(files=[{"id": id} for id in kept])

    @route("GET", "/api/files.info")
    def info(self, call: Call) -> Reply:
        self._who(call, "files:read")
        file = self.files.get(call.asked("file"))
        if file is None:
            raise _no("file_not_found")
        self.slow -= 1
        return _yes(file={"id": call.asked("file"), "shares": file["shares"] if self.slow < 0 else {}})

    @route("POST", "/api/files.delete")
    def unmake(self, call: Call) -> Reply:
        self._who(call, "files:write")
        if self.files.pop(str(call.sent.get("file")), None) is None:
            raise _no("file_not_found")
        return _yes()

    # -- a webhook --------------------------------------------------------------------------------------------------------

    @route("POST", "/services/{team}/{hook}/{secret}", commits=True)
    def hook(self, call: Call) -> Reply:
        if not call.args["secret"].startswith(SANDBOX_TOKEN):
            raise Refused(403, "invalid_token")
        if call.args["hook"] in self.closed:
            raise Refused(410, "channel_is_archived")
        if not str(call.sent.get("text") or "").strip():
            raise Refused(400, "no_text")
        self._keep(call.args["hook"], "C0123ABCD", str(call.sent["text"]), "", sent=dict(call.sent))
        return Reply(200, "ok")

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call, scope: str = "") -> str:
        name = self.account_of(call)
        if not name:
            raise _no("invalid_auth" if call.bearer else "not_authed")
        if scope and scope not in self.scopes:
            raise _no("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        return name

    def _channel(self, id: Any) -> str:
        if not re.fullmatch(r"[CGD][A-Z0-9]{5,}", str(id or "")):
            raise _no("channel_not_found")
        if id in self.closed:
            raise _no("not_in_channel")
        return str(id)

    def _check(self, sent: Mapping[str, Any]) -> None:
        text = str(sent.get("text") or "")
        if not text.strip():
            raise _no("no_text")
        if len(text) > MOST:
            raise _no("msg_too_long")
        if wrong := BARE.search(text):
            raise _no("invalid_arguments", response_metadata={"messages": [f"not escaped: {wrong[0]}"]})

    def _keep(self, name: str, channel: str, text: str, thread: str, media: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        if thread and thread not in self.messages:
            raise _no("thread_not_found")
        stamp = f"{self.now().timestamp():.0f}.{self.next_number():06}"
        made = {"type": "message", "user": "U1", "ts": stamp, "text": text, "channel": channel, "id": stamp}
        made |= {"thread_ts": thread} if thread else {}
        made |= {"metadata": more["metadata"]} if more.get("metadata") else {}
        before = [m["id"] for m in self.messages.values() if thread and thread in (m["ts"], m.get("thread_ts"))]
        self.messages[stamp] = made
        url = f"https://smm.slack.com/archives/{channel}/p{stamp.replace('.', '')}"
        # in a thread messages follow one another
        self.publish(Posted(self.name, name, stamp, url, text, self.now(), media, before[-1] if before else "", more=more))
        return made

    def _found(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        found = self.messages.get(str(sent.get("ts")))
        if found is None or found["channel"] != sent.get("channel"):
            raise _no("message_not_found")
        return found

    def _listed(self, call: Call, fits: Any) -> Reply:
        self._who(call, "channels:history")
        sent = {name: call.asked(name) for name in ("ts", "oldest", "cursor", "limit", "include_all_metadata")}
        channel, since = self._channel(call.asked("channel")), float(sent["oldest"] or 0)
        found = [m for m in self.messages.values() if m["channel"] == channel and float(m["ts"]) > since and fits(m, sent)]
        page, most = int(sent.get("cursor") or 0), min(int(sent.get("limit") or 100), 999)
        shown = list(reversed(found))[page : page + most]
        if sent.get("include_all_metadata") != "true":
            shown = [{key: value for key, value in message.items() if key != "metadata"} for message in shown]
        left = len(found) > page + most
        return _yes(messages=shown, has_more=left, response_metadata={"next_cursor": str(page + most) if left else ""})


def _yes(**more: Any) -> Reply:
    return Reply(200, {"ok": True, **more})


def _no(error: str, **more: Any) -> Refused:
    return Refused(200, {"ok": False, "error": error, **more})


FAKE = FakeSlack
