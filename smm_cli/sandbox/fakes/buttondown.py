"""A fake Buttondown. Source: github.com/buttondown/openapi (2026-08-21)."""

from __future__ import annotations

import hashlib
from typing import Any

from smm_cli.sandbox.base import Call, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._campaigns import Mailing

SUBJECT = 2000
KEYS = ("subject", "body", "status", "metadata", "canonical_url", "slug", "description")


class FakeButtondown(Mailing):
    """Buttondown. `confirmed`: this key has sent before; else the first sending wants a header."""

    name = "buttondown"
    hosts = ("api.buttondown.com",)
    channel = ""
    confirmed = False

    @route("GET", "/v1/accounts/me")
    def me(self, call: Call) -> Reply:
        user = self._user(call)
        return Reply(200, {"username": user, "email_address": f"{user}@mail.example"})

    @route("GET", "/v1/emails")
    def emails(self, call: Call) -> Reply:
        self._user(call)
        asked = call.asked("subject")
        found = [self._shown(id) for id, one in reversed(self.campaigns.items()) if asked in ("", one["subject"])]
        return Reply(200, {"results": found, "count": len(found), "next": None, "previous": None})

    @route("POST", "/v1/emails", commits=True)
    def create(self, call: Call) -> Reply:
        user, said = self._user(call), self._checked(call, {"status": "about_to_send", "metadata": {}})
        if any(one["body"] == said["body"] and one["subject"] == said["subject"] for one in self.campaigns.values()):
            raise Refused(400, {"code": "email_duplicate", "detail": "This email is a duplicate of another.", "metadata": {}})
        id = f"em_{self.next_number():08}"
        self.draft(user, id, f"https://buttondown.com/{user}/archive/{id}/", {**said, "text": said["body"], "status": "draft"})
        if said["status"] == "about_to_send":
            self._go(call, id)
        return Reply(201, self._shown(id))

    @route("PATCH", "/v1/emails/{id}", commits=True)
    def patch(self, call: Call) -> Reply:
        self._user(call)
        id = call.args["id"]
        old = self.campaign(id, {"code": "not_found", "detail": "Not Found"})
        said = self._checked(call, {key: old[key] for key in KEYS if key in old})
        if old["status"] == "sent" and said["status"] != "sent":
            raise Refused(400, {"code": "invalid_status", "detail": "This email has already been sent."})
        self.rewrite(id, **{**said, "text": said["body"], "status": old["status"]})
        if said["status"] == "about_to_send":
            self._go(call, id)
        return Reply(200, self._shown(id))

    @route("DELETE", "/v1/emails/{id}")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        self.campaign(call.args["id"], {"code": "not_found", "detail": "Not Found"})
        self.discard(call.args["id"])
        return Reply(204)

    @route("POST", "/v1/images")
    def image(self, call: Call) -> Reply:
        self._user(call)
        sent = call.multipart.get("image")
        if not isinstance(sent, Upload):
            raise Refused(422, {"detail": [{"type": "missing", "loc": ["file", "image"], "msg": "Field required"}]})
        name = hashlib.sha256(sent.content).hexdigest()[:12]
        return Reply(201, {"id": f"img_{name}", "image": f"https://assets.buttondown.email/images/{name}.png"})

    def _go(self, call: Call, id: str) -> None:
        if not self.confirmed and call.headers.get("x-buttondown-live-dangerously") != "true":
            detail = "Sending by the API must be confirmed once."
            raise Refused(400, {"code": "sending_requires_confirmation", "detail": detail})
        self.confirmed = True
        self.send_out(id, "sent")

    def _checked(self, call: Call, old: dict[str, Any]) -> dict[str, Any]:
        said = {"body": "", **old, **{key: call.sent[key] for key in KEYS if key in call.sent}}
        if not isinstance(said.get("subject"), str) or not said["subject"] or len(said["subject"]) > SUBJECT:
            raise Refused(422, {"detail": [{"type": "string_too_long", "loc": ["body", "subject"], "msg": "String should be shorter"}]})
        if said["body"].lstrip().startswith("---"):
            raise Refused(400, {"code": "body_contains_frontmatter", "detail": "The body begins with front matter."})
        return said

    def _shown(self, id: str) -> dict[str, Any]:
        found = self.campaigns[id]
        return {"id": id, "absolute_url": found["_page"], **{key: found[key] for key in KEYS if key in found}}

    def _user(self, call: Call) -> str:
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        user = self.whose(key) if scheme in ("Token", "Bearer") else ""
        if not user:
            raise Refused(401, {"detail": "Unauthorized"})
        return user


FAKE = FakeButtondown
