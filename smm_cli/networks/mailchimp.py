"""Mailchimp: newsletters by the Marketing API 3.0. Source: mailchimp.com/developer/marketing, mailchimp-marketing 3.0.80 (2026-11-22)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks._newsletter import LOOKED_FOR, Campaign, Newsletter, marker, of_marker
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit

DOCS = "https://mailchimp.com/developer/marketing/api/campaigns/"
LISTED = "campaigns.id,campaigns.status,campaigns.settings.title,campaigns.long_archive_url"


class Mailchimp(Newsletter):
    """One audience of one account."""

    name = "mailchimp"
    title = "Mailchimp"
    docs = DOCS
    auth = Bearer()
    fetches = frozenset({"image"})
    sent = frozenset({"sending", "sent", "schedule"})
    unsent = frozenset({"save"})
    text = (Limit("subject", 150, "code_points", f"{DOCS}add-campaign/ settings.subject_line (unverified)", "2026-11-22"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 10_000_000), 20, "shown from a public address", "2026-11-22"),)
    media_count = 20
    steps = (
        "In Mailchimp: Account, Extras, API keys: create a key. What stands behind its last hyphen (us21) is data_center in channels.toml; "
        "audience is the audience's id (Settings, Audience name and defaults); smm channel login asks for the key. It makes drafts; "
        "send = true sends them."
    )

    Settings = Later("smm_cli.networks._mailchimp_tables", "Settings")

    @property
    def api(self) -> str:
        return f"https://{self.settings.data_center}.api.mailchimp.com/{self.settings.api_version}"

    def hosts(self) -> tuple[str, ...]:
        return (f"{self.settings.data_center}.api.mailchimp.com",)

    # -- campaigns ---------------------------------------------------------------------------------------------------------

    def find(self, payload: Payload) -> Generator[Request, Answer, Campaign | None]:
        """Among the newest, by their inner title: titles are not unique, and cannot be asked for."""
        query = (("sort_field", "create_time"), ("sort_dir", "DESC"), ("count", "100"), ("fields", LISTED))
        answer = yield Request("GET", f"{self.api}/campaigns", query=query, keeps_for=LOOKED_FOR)
        found = of_marker(answer.get("campaigns"), payload, "settings", "title")
        return _campaign(found) if found else None

    def creation(self, payload: Payload, message: PayloadPart, body: str) -> Request:
        said = {"type": "regular", "recipients": {"list_id": self.settings.audience}, "settings": self._named(payload, message)}
        return Request("POST", f"{self.api}/campaigns", Json(said))

    def made(self, answer: Answer) -> Campaign:
        return _campaign(answer.body if isinstance(answer.body, Mapping) else {})

    def change(self, id: str, payload: Payload, message: PayloadPart, body: str) -> Request:
        return Request("PATCH", f"{self.api}/campaigns/{id}", Json({"settings": self._named(payload, message)}))

    def fill(self, id: str, message: PayloadPart, body: str) -> Generator[Request, Answer, None]:
        """The content has a request of its own. Mailchimp refuses to send what offers no way out of the list."""
        content = {"html": f"{body}\n{self.settings.footer}"}
        yield Request("PUT", f"{self.api}/campaigns/{id}/content", Json(content))

    def dispatch(self, campaign: Campaign) -> Request:
        return Request("POST", f"{self.api}/campaigns/{campaign.id}/actions/send", reads="any")

    def removal(self, id: str) -> Request:
        return Request("DELETE", f"{self.api}/campaigns/{id}", reads="any", may_fail=True)

    def verify(self) -> Verifying:
        answer = yield Request("GET", f"{self.api}/")
        name = str(answer.get("account_name", default=""))
        return Account(name or str(answer.get("login_id", default="")), str(answer.get("account_id", default="")), software="mailchimp")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Problem details (RFC 7807), with what is wrong with each field. 403 is said of a wrong data center, too."""
        if status < 300:
            return None
        words = _told(body)
        if status == 403:
            return AuthFailed(f"Mailchimp answered 403 {words}".strip(), hint="is data_center what stands behind the key's last hyphen?")
        if status in (400, 422):
            return Rejected(f"Mailchimp answered {status} {words}".strip())
        return fault_by_status(status, headers, words)

    def _named(self, payload: Payload, message: PayloadPart) -> dict[str, str]:
        """Mailchimp shows `title` to its users alone; it may hold 100 characters (unverified)."""
        subject = str(message.fields["subject"])
        said = {"subject_line": subject, "title": f"{subject[:60]} ({marker(payload)})"}
        return said | {"from_name": self.settings.from_name, "reply_to": self.settings.reply_to}


def _told(body: Any) -> str:
    """The detail, and the fields that are wrong."""
    if not isinstance(body, Mapping):
        return ""
    listed = body.get("errors")
    wrong = [f"{one.get('field')}: {one.get('message')}" for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return "; ".join([str(body.get("detail") or body.get("title") or ""), *wrong])[:300]


def _campaign(said: Mapping[str, Any]) -> Campaign:
    page = str(said.get("long_archive_url") or said.get("archive_url") or "")
    return Campaign(str(said.get("id") or ""), str(said.get("status") or ""), page)


NETWORK = Mailchimp
