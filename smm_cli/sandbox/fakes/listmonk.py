"""A fake listmonk. Source: github.com/knadh/listmonk, cmd/campaigns.go, cmd/media.go, cmd/auth.go (6.x, 2026-07-21)."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Any

from smm_cli.sandbox.base import Call, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._campaigns import Mailing

SUBJECT, LISTS = 5000, (1, 2, 3)
KEYS = ("name", "subject", "lists", "type", "content_type", "body", "altbody", "from_email", "messenger", "template_id", "tags")
MOVES = {"running": ("draft", "paused"), "scheduled": ("draft",), "paused": ("running",), "cancelled": ("running", "paused")}
"""From which status a campaign may go to another: UpdateCampaignStatus."""


class FakeListmonk(Mailing):
    """One listmonk. `filters`: it reads `tags` in a query."""

    name = "listmonk"
    channel = 'server = "https://lists.example"\nlists = [1]'
    place = "lists.example"
    filters = True

    @route("GET", "/api/profile")
    def profile(self, call: Call) -> Reply:
        return Reply(200, {"data": {"id": 1, "username": self._user(call), "type": "api"}})

    @route("GET", "/api/campaigns")
    def all(self, call: Call) -> Reply:
        self._user(call)
        asked = [value for key, value in call.query if key == "tags"] if self.filters else []
        found = [self._shown(id) for id, one in reversed(self.campaigns.items()) if set(asked) <= set(one["tags"])]
        return Reply(200, {"data": {"results": found[: int(call.asked("per_page", "20"))], "total": len(found), "page": 1}})

    @route("POST", "/api/campaigns", commits=True)
    def create(self, call: Call) -> Reply:
        user, said = self._user(call), self._checked(call)
        number = self.next_number()
        record = {**said, "text": said["body"], "uuid": f"{number:08}-0000-4000-8000-000000000000", "status": "draft"}
        self.draft(user, str(number), f"{call.base}/admin/campaigns/{number}", record)
        return Reply(200, {"data": self._shown(str(number))})

    @route("PUT", "/api/campaigns/{id}")
    def put(self, call: Call) -> Reply:
        self._user(call)
        id, said = call.args["id"], self._checked(call)
        if self._campaign(id)["status"] not in ("draft", "scheduled", "paused"):
            raise Refused(400, {"message": "Cannot update a running or a finished campaign."})
        self.rewrite(id, **said, text=said["body"])
        return Reply(200, {"data": self._shown(id)})

    @route("PUT", "/api/campaigns/{id}/status", commits=True)
    def status(self, call: Call) -> Reply:
        self._user(call)
        id, wanted = call.args["id"], str(call.sent.get("status", ""))
        if self._campaign(id)["status"] not in MOVES.get(wanted, ()):
            raise Refused(400, {"message": f"Only {', '.join(MOVES.get(wanted, ('no')))} campaigns can be started."})
        self.send_out(id, wanted)
        return Reply(200, {"data": self._shown(id)})

    @route("DELETE", "/api/campaigns/{id}")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        self._campaign(call.args["id"])
        self.discard(call.args["id"])
        return Reply(200, {"data": True})

    @route("POST", "/api/media")
    def upload(self, call: Call) -> Reply:
        self._user(call)
        sent = call.multipart.get("file")
        if not isinstance(sent, Upload):
            raise Refused(400, {"message": "Invalid file: http: no such file"})
        name = hashlib.sha256(sent.content).hexdigest()[:12]
        return Reply(200, {"data": {"id": 1, "filename": sent.filename, "url": f"/uploads/{name}.png"}})

    def _campaign(self, id: str) -> dict[str, Any]:
        return self.campaign(id, {"message": "Campaign not found."}, 400)

    def _checked(self, call: Call) -> dict[str, Any]:
        """validateCampaignFields."""
        said = {"messenger": "email", "tags": [], "template_id": 1, **{key: call.sent[key] for key in KEYS if key in call.sent}}
        for key in ("name", "subject"):
            if not said.get(key) or len(said[key]) > SUBJECT:
                raise Refused(400, {"message": f"Invalid length for {key}."})
        if not said.get("lists") or not set(said["lists"]) <= set(LISTS):
            raise Refused(400, {"message": "No lists selected."})
        if "{{" in said.get("body", ""):
            raise Refused(400, {"message": "Error compiling campaign body: template: content:1: function not defined"})
        return said

    def _shown(self, id: str) -> dict[str, Any]:
        return {"id": int(id), **{key: value for key, value in self.campaigns[id].items() if not key.startswith("_")}}

    def _user(self, call: Call) -> str:
        scheme, _, basic = call.headers.get("authorization", "").partition(" ")
        user, _, token = b64decode(basic).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if not user:
            raise Refused(403, {"message": "invalid session"})
        if not token.startswith("sandbox-"):
            raise Refused(403, {"message": "invalid API credentials"})
        return user


FAKE = FakeListmonk
