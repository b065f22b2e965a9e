"""A fake Brevo. Source: developers.brevo.com (API v3), brevo-python 5.1.0 (2026-11-22)."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import Call, Refused, Reply, route
from smm_cli.sandbox.fakes._campaigns import Mailing

SHORTEST, LONGEST = 10, 1_000_000
SENDERS = ("news@acme.example",)


class FakeBrevo(Mailing):
    """Brevo. `credits`: how many campaigns may still be sent."""

    name = "brevo"
    hosts = ("api.brevo.com",)
    channel = 'sender = "news@acme.example"\nlists = [3]'
    credits = 10_000

    @route("GET", "/v3/account")
    def account(self, call: Call) -> Reply:
        user = self._user(call)
        return Reply(200, {"email": f"{user}@acme.example", "companyName": user.title()})

    @route("GET", "/v3/emailCampaigns")
    def all(self, call: Call) -> Reply:
        self._user(call)
        keys = ("name", "subject", "tag", "status", "sender")
        found = [{"id": int(id), **{key: one[key] for key in keys}} for id, one in reversed(self.campaigns.items())]
        return Reply(200, {"count": len(found), "campaigns": found[: int(call.asked("limit", "50"))]})

    @route("POST", "/v3/emailCampaigns", commits=True)
    def create(self, call: Call) -> Reply:
        user, said = self._user(call), self._checked(call)
        id = str(self.next_number())
        self.draft(
            user, id, f"https://app.brevo.com/marketing-campaign/edit/{id}", {**said, "text": said["htmlContent"], "status": "draft"}
        )
        return Reply(201, {"id": int(id)})

    @route("PUT", "/v3/emailCampaigns/{id}")
    def put(self, call: Call) -> Reply:
        self._draft(call)
        said = self._checked(call)
        self.rewrite(call.args["id"], **said, text=said["htmlContent"])
        return Reply(204)

    @route("POST", "/v3/emailCampaigns/{id}/sendNow", commits=True)
    def send(self, call: Call) -> Reply:
        self._draft(call)
        if not self.credits:
            raise Refused(402, {"code": "not_enough_credits", "message": "Your account does not have enough credits to send the campaign"})
        self.credits -= 1
        self.send_out(call.args["id"], "queued")
        return Reply(204)

    @route("DELETE", "/v3/emailCampaigns/{id}")
    def remove(self, call: Call) -> Reply:
        self._draft(call)
        self.discard(call.args["id"])
        return Reply(204)

    def too_many(self, seconds: float) -> Reply:
        """No Retry-After; the reset counts seconds."""
        headers = {"x-sib-ratelimit-limit": "100", "x-sib-ratelimit-remaining": "0", "x-sib-ratelimit-reset": str(int(seconds))}
        return Reply(429, {"code": "too_many_requests", "message": "The expected rate limit is exceeded."}, headers)

    def _draft(self, call: Call) -> dict[str, Any]:
        self._user(call)
        found = self.campaign(call.args["id"], {"code": "document_not_found", "message": "Campaign ID does not exist"})
        if found["status"] != "draft":
            raise Refused(400, {"code": "permission_denied", "message": "Campaign has already been sent"})
        return found

    def _checked(self, call: Call) -> dict[str, Any]:
        said = dict(call.sent)
        for key in ("name", "subject", "sender", "htmlContent"):
            if not said.get(key):
                raise Refused(400, {"code": "missing_parameter", "message": f"{key} is missing"})
        if not SHORTEST < len(said["htmlContent"].encode()) < LONGEST:
            raise Refused(400, {"code": "invalid_parameter", "message": "htmlContent should be more than 10 characters and less than 1 MB"})
        if dict(said["sender"]).get("email") not in SENDERS:
            raise Refused(400, {"code": "invalid_parameter", "message": "Sender is invalid / inactive"})
        if not dict(said.get("recipients") or {}).get("listIds"):
            raise Refused(400, {"code": "missing_parameter", "message": "recipients is missing"})
        return said

    def _user(self, call: Call) -> str:
        user = self.whose(call.headers.get("api-key", ""))
        if not user:
            raise Refused(401, {"code": "unauthorized", "message": "Key not found"})
        return user


FAKE = FakeBrevo
