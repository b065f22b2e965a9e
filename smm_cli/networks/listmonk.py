"""listmonk: newsletters from a server of one's own. Source: github.com/knadh/listmonk, docs and cmd/campaigns.go (6.x, 2026-07-21)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, SmmError
from smm_cli.networks._newsletter import LOOKED_FOR, Campaign, Newsletter, marker, of_marker
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.words.auth import Basic
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Blob

CODE = "https://github.com/knadh/listmonk/blob/v6.0.0/cmd"


class Listmonk(Newsletter):
    """One listmonk and the lists that a channel writes to."""

    name = "listmonk"
    title = "listmonk"
    docs = "https://listmonk.app/docs/apis/campaigns/"
    auth = Basic()
    sent = frozenset({"running", "finished", "scheduled", "paused"})
    text = (Limit("subject", 5000, "code_points", f"{CODE}/campaigns.go: hasLen(subject, 1, 5000)", "2026-07-21"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 10_000_000), 20, f"{CODE}/media.go: the server's setting", "2026-07-21"),)
    media_count = 20
    steps = (
        "In listmonk: Users, new user of type API with campaigns:manage, campaigns:get, campaigns:send and media:manage; user and token "
        "are what smm channel login asks for. `lists` are the numbers of your lists. It makes drafts; send = true sends them."
    )

    Settings = Later("smm_cli.networks._listmonk_tables", "Settings")

    @property
    def server(self) -> str:
        return str(self.settings.server)

    # -- campaigns ---------------------------------------------------------------------------------------------------------

    def find(self, payload: Payload) -> Generator[Request, Answer, Campaign | None]:
        """By the tag that marks it; the newest first, for servers that do not read the filter."""
        query = (("tags", marker(payload)), ("no_body", "true"), ("order_by", "created_at"), ("order", "DESC"), ("per_page", "50"))
        answer = yield Request("GET", f"{self.server}/api/campaigns", query=query, keeps_for=LOOKED_FOR)
        found = of_marker(answer.get("data", "results"), payload, "tags")
        return self._campaign(found) if found else None

    def creation(self, payload: Payload, message: PayloadPart, body: str) -> Request:
        return Request("POST", f"{self.server}/api/campaigns", Json(self._said(payload, message, body)))

    def made(self, answer: Answer) -> Campaign:
        found = answer.get("data")
        return self._campaign(found if isinstance(found, Mapping) else {})

    def change(self, id: str, payload: Payload, message: PayloadPart, body: str) -> Request:
        """Everything again: what is not named is emptied."""
        return Request("PUT", f"{self.server}/api/campaigns/{id}", Json(self._said(payload, message, body)))

    def dispatch(self, campaign: Campaign) -> Request:
        return Request("PUT", f"{self.server}/api/campaigns/{campaign.id}/status", Json({"status": "running"}))

    def removal(self, id: str) -> Request:
        return Request("DELETE", f"{self.server}/api/campaigns/{id}", reads="any", may_fail=True)

    def is_gone(self, answer: Answer) -> bool:
        return super().is_gone(answer) or (answer.status == 400 and "not found" in said_by(answer.body).lower())

    def upload(self, blob: Blob, name: str) -> Generator[Request, Any, str]:
        """Its address is relative where files lie on the server itself."""
        answer = yield Request("POST", f"{self.server}/api/media", Multipart((Field("file", blob, name, blob.type),)))
        url = str(answer.get("data", "url", default=""))
        return f"{self.server}{url}" if url.startswith("/") else url

    def verify(self) -> Verifying:
        answer = yield Request("GET", f"{self.server}/api/profile")
        name = str(answer.get("data", "username", default=""))
        host = urlsplit(self.server).netloc
        return Account(name or host, str(answer.get("data", "id", default="")), url=self.server, software="listmonk")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """403 is said of a wrong token as of a missing permission."""
        if status == 403:
            return AuthFailed(
                f"listmonk answered 403 {said_by(body)}".strip(), hint="are user and token right, and has it campaigns:manage?"
            )
        return fault_by_status(status, headers, body)

    def _said(self, payload: Payload, message: PayloadPart, body: str) -> dict[str, Any]:
        said: dict[str, Any] = {"name": f"{message.fields['subject']} ({marker(payload)})", "subject": message.fields["subject"]}
        said |= {"lists": list(self.settings.lists), "type": "regular", "content_type": "html", "messenger": "email"}
        said |= {"body": body, "altbody": message.text, "tags": [*self.settings.tags, marker(payload)]}
        said |= {"from_email": self.settings.sender} if self.settings.sender else {}
        return said | ({"template_id": self.settings.template} if self.settings.template else {})

    def _campaign(self, said: Mapping[str, Any]) -> Campaign:
        """Its page is that of whoever sends it; readers get another, if the archive is on."""
        id = str(said.get("id") or "")
        return Campaign(id, str(said.get("status") or ""), f"{self.server}/admin/campaigns/{id}", {"uuid": str(said.get("uuid") or "")})


NETWORK = Listmonk
