"""A fake Mailchimp. Source: mailchimp.com/developer/marketing (API 3.0, 2026-11-22)."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import Call, Refused, Reply, route
from smm_cli.sandbox.fakes._campaigns import Mailing

SUBJECT, TITLE = 150, 100


class FakeMailchimp(Mailing):
    """Mailchimp, in any data center."""

    name = "mailchimp"
    hosts = ("us21.api.mailchimp.com", "*.api.mailchimp.com")
    channel = 'data_center = "us21"\naudience = "a1b2c3"\nfrom_name = "Acme"\nreply_to = "news@acme.example"'

    @route("GET", "/3.0/")
    def root(self, call: Call) -> Reply:
        user = self._user(call)
        return Reply(200, {"account_id": "8d3a3db4d97663a9074efcc16", "account_name": user, "login_id": user})

    @route("GET", "/3.0/campaigns")
    def all(self, call: Call) -> Reply:
        self._user(call)
        found = [self._shown(id) for id in reversed(self.campaigns)][: int(call.asked("count", "10"))]
        return Reply(200, {"campaigns": found, "total_items": len(self.campaigns)})

    @route("POST", "/3.0/campaigns", commits=True)
    def create(self, call: Call) -> Reply:
        user = self._user(call)
        if call.sent.get("type") != "regular" or not dict(call.sent.get("recipients") or {}).get("list_id"):
            raise self._invalid("recipients.list_id", "The list does not exist")
        said = self._settings(call)
        id = f"{self.next_number():010x}"
        self.draft(user, id, f"https://mailchi.mp/acme/{id}", {"settings": said, "status": "save", "text": "", "html": ""})
        return Reply(200, self._shown(id))

    @route("PATCH", "/3.0/campaigns/{id}")
    def patch(self, call: Call) -> Reply:
        self._draft(call)
        self.rewrite(call.args["id"], settings=self._settings(call))
        return Reply(200, self._shown(call.args["id"]))

    @route("PUT", "/3.0/campaigns/{id}/content")
    def content(self, call: Call) -> Reply:
        self._draft(call)
        html = str(call.sent.get("html") or "")
        self.rewrite(call.args["id"], html=html, text=html)
        return Reply(200, {"html": html, "plain_text": ""})

    @route("POST", "/3.0/campaigns/{id}/actions/send", commits=True)
    def send(self, call: Call) -> Reply:
        found = self._draft(call)
        if "*|UNSUB|*" not in found["html"]:
            raise Refused(400, _problem(400, "Bad Request", "Your Campaign is not ready to send."))
        self.send_out(call.args["id"], "sent")
        return Reply(204)

    @route("DELETE", "/3.0/campaigns/{id}")
    def remove(self, call: Call) -> Reply:
        self._draft(call)
        self.discard(call.args["id"])
        return Reply(204)

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, _problem(429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."))

    def missing(self, call: Call) -> Reply:
        return Reply(404, _problem(404, "Resource Not Found", "The requested resource could not be found."))

    def _draft(self, call: Call) -> dict[str, Any]:
        self._user(call)
        found = self.campaign(call.args["id"], _problem(404, "Resource Not Found", "The requested resource could not be found."))
        if found["status"] != "save":
            raise Refused(400, _problem(400, "Bad Request", "This campaign has already been sent."))
        return found

    def _settings(self, call: Call) -> dict[str, Any]:
        said = dict(call.sent.get("settings") or {})
        for key, most in (("subject_line", SUBJECT), ("title", TITLE)):
            if len(str(said.get(key) or "")) > most:
                raise self._invalid(f"settings.{key}", f"This value should have {most} characters or less")
        if "@" not in str(said.get("reply_to") or ""):
            raise self._invalid("settings.reply_to", "This value should be a valid email.")
        return said

    def _invalid(self, field: str, words: str) -> Refused:
        said = _problem(400, "Invalid Resource", "The resource submitted could not be validated.")
        return Refused(400, {**said, "errors": [{"field": field, "message": words}]})

    def _shown(self, id: str) -> dict[str, Any]:
        found = self.campaigns[id]
        return {"id": id, "web_id": 1, "status": found["status"], "settings": found["settings"], "long_archive_url": found["_page"]}

    def _user(self, call: Call) -> str:
        user = self.account_of(call)
        if not user:
            raise Refused(401, _problem(401, "API Key Invalid", "Your API key may be invalid."))
        return user


def _problem(status: int, title: str, detail: str) -> dict[str, Any]:
    kind = "https://mailchimp.com/developer/marketing/docs/errors/"
    return {"type": kind, "title": title, "status": status, "detail": detail, "instance": "0a1b"}


FAKE = FakeMailchimp
