"""A fake receiver of Standard Webhooks. It checks signatures by itself, from the specification (1.0.0), not with smm's code."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, route

SECRET = "whsec_" + b64encode(b"a secret of the sandbox, no more").decode()
"""What a rehearsal signs with."""
TOLERANCE = 300
"""Seconds that a timestamp may be off; the reference libraries of the specification use five minutes (2026-11-22)."""


class FakeWebhook(Fake):
    """One receiver. `dedupes`: a known webhook-id is answered as at first and not taken again. `answers`: json, text or empty.

    `gone` answers 410, `moved` 308 with another address.
    """

    name = "webhook"
    channel = 'url = "https://hook.example/in"'
    place = "hook.example"

    def __init__(self, clock: Clock, *, secret: str = SECRET, dedupes: bool = True, answers: str = "json") -> None:
        super().__init__(clock)
        self.secret = secret
        self.dedupes = dedupes
        self.answers = answers
        self.gone = False
        self.moved = ""
        self.events: list[Mapping[str, Any]] = []
        self.seen: dict[str, Reply] = {}

    @route("POST", "{path*}", commits=True)
    def receive(self, call: Call) -> Reply:
        if self.gone:
            return Reply(410, {"error": "no more, please"})
        if self.moved:
            return Reply(308, "", {"location": self.moved})
        self._check_signature(call)
        event = self._event(call)
        id = call.headers["webhook-id"]
        if self.dedupes and id in self.seen:
            return self.seen[id]
        self.events.append(event)
        self.seen[id] = self._take(event, call, id)
        return self.seen[id]

    def _check_signature(self, call: Call) -> None:
        id, stamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
        if not id or not stamp.isdigit() or "." in id:
            raise Refused(400, {"error": "missing required headers"})
        if abs(self.now().timestamp() - int(stamp)) > TOLERANCE:
            raise Refused(401, {"error": "message timestamp too old or too new"})
        key = b64decode(self.secret.removeprefix("whsec_"))
        made = b64encode(hmac.new(key, f"{id}.{stamp}.".encode() + call.content, hashlib.sha256).digest()).decode()
        told = [part.partition(",")[2] for part in call.headers.get("webhook-signature", "").split() if part.startswith("v1,")]
        if not any(hmac.compare_digest(made, one) for one in told):
            raise Refused(401, {"error": "no matching signature found"})

    def _event(self, call: Call) -> Mapping[str, Any]:
        try:
            event = call.json
        except ValueError:
            raise Refused(400, {"error": "the body is no JSON"}) from None
        if not isinstance(event, dict) or not isinstance(event.get("type"), str) or not isinstance(event.get("data"), dict):
            raise Refused(422, {"error": "an event has a type and data"})
        return event

    def _take(self, event: Mapping[str, Any], call: Call, id: str) -> Reply:
        data = event["data"]
        known = {posted.id for posted in self.public}
        own = str(data.get("id", ""))
        if event["type"] == "post.published":
            number = f"item-{self.next_number()}" if self.answers == "json" else id
            media = tuple(str(medium.get("alt", "")) for medium in data.get("media", ()))
            url = f"{call.base}/items/{number}"
            self.publish(
                Posted(self.name, str(data.get("channel", "")), number, url, str(data["text"]), self.now(), media, more=dict(data))
            )
            return self._say({"id": number, "url": url})
        if event["type"] == "post.updated" and own in known:
            self.change(own, text=str(data["text"]), edited=True)
        elif event["type"] == "post.deleted" and own in known:
            self.change(own, deleted=True)
        elif event["type"] != "ping":
            return Reply(404, {"error": f"nothing known of {own}"})
        return self._say({})

    def _say(self, body: Mapping[str, Any]) -> Reply:
        if self.answers == "json":
            return Reply(200, dict(body))
        return Reply(200, "ok") if self.answers == "text" else Reply(204)


FAKE = FakeWebhook
