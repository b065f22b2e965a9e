"""Brevo: newsletters by the API v3. Source: developers.brevo.com, brevo-python 5.1.0 (2026-11-22).

Campaigns may be asked about a hundred times an hour only: nothing here polls.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, SmmError
from smm_cli.networks._newsletter import LOOKED_FOR, Campaign, Newsletter, marker, of_marker
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status, retry_after, said_by
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit

DOCS = "https://developers.brevo.com/reference/createemailcampaign-1"
HOST = "https://api.brevo.com"
HOUR = 3600.0


class Brevo(Newsletter):
    """One account and the lists that a channel writes to."""

    name = "brevo"
    title = "Brevo"
    docs = DOCS
    auth = Bearer(header="api-key", scheme="")
    apis = ("api.brevo.com",)
    fetches = frozenset({"image"})
    sent = frozenset({"sent", "queued", "in_process", "in_review", "archive"})
    text = (Limit("body", 990_000, "utf8", f"{DOCS}: htmlContent below 1 MB, the footer with it", "2026-11-22"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 10_000_000), 20, "shown from a public address", "2026-11-22"),)
    media_count = 20
    steps = (
        "In Brevo: Settings, SMTP and API, API keys: make one; smm channel login asks for it. `sender` must be verified there, `lists` are "
        "the numbers of your lists; where addresses are restricted, allow this machine's. It makes drafts; send = true sends them."
    )

    Settings = Later("smm_cli.networks._brevo_tables", "Settings")

    @property
    def api(self) -> str:
        return f"{HOST}/{self.settings.api_version}/emailCampaigns"

    # -- campaigns ---------------------------------------------------------------------------------------------------------

    def find(self, payload: Payload) -> Generator[Request, Answer, Campaign | None]:
        """Among the newest, by tag or name: neither can be asked for. Both fields of the list are optional (brevo-python 5.1.0)."""
        query = (("limit", "50"), ("sort", "desc"), ("excludeHtmlContent", "true"))
        answer = yield Request("GET", self.api, query=query, keeps_for=LOOKED_FOR)
        listed = answer.get("campaigns", default=None if answer.get("count") else [])
        found = of_marker(listed, payload, "tag") or of_marker(listed, payload, "name")
        return _campaign(str(found.get("id") or ""), str(found.get("status") or "")) if found else None

    def creation(self, payload: Payload, message: PayloadPart, body: str) -> Request:
        return Request("POST", self.api, Json(self._said(payload, message, body)))

    def made(self, answer: Answer) -> Campaign:
        return _campaign(str(answer.get("id", default="")))

    def change(self, id: str, payload: Payload, message: PayloadPart, body: str) -> Request:
        return Request("PUT", f"{self.api}/{id}", Json(self._said(payload, message, body)), reads="any")

    def dispatch(self, campaign: Campaign) -> Request:
        return Request("POST", f"{self.api}/{campaign.id}/sendNow", reads="any")

    def removal(self, id: str) -> Request:
        return Request("DELETE", f"{self.api}/{id}", reads="any", may_fail=True)

    def verify(self) -> Verifying:
        answer = yield Request("GET", f"{HOST}/{self.settings.api_version}/account")
        name = str(answer.get("companyName", default=""))
        return Account(str(answer.get("email", default="")) or name, name=name, software="brevo")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """A code and a message. 401 is said of an address that is not allowed, too; 429 counts by the hour, without Retry-After."""
        code = str(body.get("code") or "") if isinstance(body, Mapping) else ""
        told = f"Brevo answered {status} {code} {said_by(body)}".replace("  ", " ").strip()
        if status == 429:
            reset = headers.get("x-sib-ratelimit-reset", "").strip()
            return RateLimited(told, after=retry_after(headers) or (float(reset) if reset.isdigit() else HOUR))
        if status in (401, 403) or code == "unauthorized":
            return AuthFailed(told, hint="is the key right, and may this machine's address use it (Security, Authorised IPs)?")
        if code in ("not_enough_credits", "account_under_validation") or status == 402:
            return AuthFailed(told, hint="Brevo lets this account send nothing now: log in there and see why")
        return Rejected(told) if status == 400 else fault_by_status(status, headers, body)

    def _said(self, payload: Payload, message: PayloadPart, body: str) -> dict[str, Any]:
        """Name and tag are seen by users of the account alone."""
        subject, mark, own = str(message.fields["subject"]), marker(payload), self.settings
        page = f"<html><body>\n{body}\n{own.footer}\n</body></html>"
        sender = {"name": own.sender_name, "email": own.sender} if own.sender_name else {"email": own.sender}
        said = {"name": f"{subject[:80]} ({mark})", "subject": subject, "sender": sender, "tag": mark}
        return {**said, "htmlContent": page, "recipients": {"listIds": list(own.lists)}}


def _campaign(id: str, status: str = "draft") -> Campaign:
    """Brevo tells no address of a campaign; this is where users of the account find it (unverified, 2026-11-22; only shown to people)."""
    return Campaign(id, status, f"https://app.brevo.com/marketing-campaign/edit/{id}")


NETWORK = Brevo
