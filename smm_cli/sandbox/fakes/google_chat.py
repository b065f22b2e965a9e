"""A fake of Google Chat's webhooks. Rules: developers.google.com/workspace/chat, webhooks and spaces.messages.create (2026-11-22)."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, route

LONGEST = 32_000
"""Bytes of a message (spaces.messages.create)."""


def refusal(code: int, status: str, message: str) -> dict[str, Any]:
    """google.rpc.Status as JSON."""
    return {"error": {"code": code, "message": message, "status": status}}


class FakeGoogleChat(Fake):
    """All spaces. `remembers`: whether it knows request ids; the contract is tried with a server that does."""

    name = "google-chat"
    hosts = ("chat.googleapis.com",)
    channel = 'space = "AAAAsandbox"\nrequest_ids = true'
    remembers = True

    def too_many(self, seconds: float) -> Reply:
        return Reply(
            429, refusal(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."), {"retry-after": str(int(seconds))}
        )

    def missing(self, call: Call) -> Reply:
        return Reply(404, refusal(404, "NOT_FOUND", "Requested entity was not found."))

    @property
    def known(self) -> dict[str, Reply]:
        found: dict[str, Reply] = self.__dict__.setdefault("_known", {})
        return found

    @route("POST", "/v1/spaces/{space}/messages", commits=True)
    def create(self, call: Call) -> Reply:
        if not call.asked("key").startswith(SANDBOX_TOKEN):
            raise Refused(400, refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."))
        if not call.asked("token").startswith(SANDBOX_TOKEN):
            raise Refused(403, refusal(403, "PERMISSION_DENIED", "The caller does not have permission"))
        own = call.asked("requestId")
        if self.remembers and own in self.known:
            return self.known[own]
        text = str(call.sent.get("text") or "")
        if not text.strip():
            raise Refused(400, refusal(400, "INVALID_ARGUMENT", "Message cannot be empty."))
        if len(text.encode()) > LONGEST:
            raise Refused(400, refusal(400, "INVALID_ARGUMENT", "Message is too long."))
        reply = self.publish_in(call, text)
        if own:
            self.known[own] = reply
        return reply

    def publish_in(self, call: Call, text: str) -> Reply:
        """Keep it, in the thread that it names or in a new one (REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD); a webhook is told names alone."""
        space, number = f"spaces/{call.args['space']}", f"m{self.next_number()}"
        wished = str((call.sent.get("thread") or {}).get("name") or "") if call.asked("messageReplyOption") else ""
        before = [posted for posted in self.posted if posted.more["thread"] == wished]
        thread = wished if before else f"{space}/threads/{number}"
        name = f"{space}/messages/{thread.rpartition('/')[2]}.{number}"
        account = call.asked("token").removeprefix(SANDBOX_TOKEN)
        answered = before[-1].id if before else ""
        self.publish(Posted(self.name, account, name, "", text, self.now(), reply_to=answered, more={"thread": thread}))
        return Reply(200, {"name": name, "text": text, "thread": {"name": thread}})


FAKE = FakeGoogleChat
