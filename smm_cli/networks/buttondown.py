"""Buttondown: newsletters in Markdown. Source: github.com/buttondown/openapi (2026-08-21), docs.buttondown.com."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks._newsletter import LOOKED_FOR, Campaign, Newsletter, marker, of_marker
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.text.dialects import commonmark
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Blob, Part

DOCS = "https://docs.buttondown.com/api-emails-create"
SPEC = "https://github.com/buttondown/openapi"
HOST = "https://api.buttondown.com"
MARKDOWN = "<!-- buttondown-editor-mode: plaintext -->"
"""Says that a body is Markdown, whatever it looks like. Source: docs.buttondown.com/api-emails-introduction."""


class Buttondown(Newsletter):
    """One newsletter."""

    name = "buttondown"
    title = "Buttondown"
    docs = DOCS
    dialect = "commonmark"
    auth = Bearer(scheme="Token")
    apis = ("api.buttondown.com",)
    takes = frozenset({"title", "link", "alt", "canonical"})
    sent = frozenset({"about_to_send", "scheduled", "in_flight", "sent", "throttled", "imported", "resending"})
    text = (Limit("subject", 2000, "code_points", f"{SPEC}: EmailInput.subject", "2026-08-21"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 20_000_000), 20, f"{SPEC}: no limit told", "2026-08-21"),)
    media_count = 20
    steps = "In Buttondown: Settings, API, copy your key; smm channel login asks for it. It makes drafts; send = true sends them."

    Settings = Later("smm_cli.networks._buttondown_tables", "Settings")

    def fields(self, post: Any, facts: Facts) -> Mapping[str, Any]:
        return {"canonical": post.canonical} if post.canonical else {}

    def body(self, part: Part, facts: Facts) -> str:
        return f"{MARKDOWN}\n{commonmark(part.blocks, self.mention(facts))}"

    def picture(self, url: str, alt: str) -> str:
        return f"\n{super().picture(url, alt)}"

    # -- campaigns ---------------------------------------------------------------------------------------------------------

    def find(self, payload: Payload) -> Generator[Request, Answer, Campaign | None]:
        """Among the emails of this subject, by the metadata."""
        query = (("subject", payload.parts[0].fields["subject"]), ("ordering", "-creation_date"))
        answer = yield self._ask("GET", "/emails", query=query, keeps_for=LOOKED_FOR)
        found = of_marker(answer.get("results"), payload, "metadata", "smm")
        return _campaign(found) if found else None

    def creation(self, payload: Payload, message: PayloadPart, body: str) -> Request:
        """A draft is asked for in words: by itself the API sends at once."""
        return self._ask("POST", "/emails", Json({**_email(payload, message, body), "status": "draft"}))

    def made(self, answer: Answer) -> Campaign:
        return _campaign(answer.body if isinstance(answer.body, Mapping) else {})

    def change(self, id: str, payload: Payload, message: PayloadPart, body: str) -> Request:
        return self._ask("PATCH", f"/emails/{id}", Json(_email(payload, message, body)))

    def dispatch(self, campaign: Campaign) -> Request:
        """The header confirms the first sending by a key (since version 2026-04-01)."""
        headers = {"x-buttondown-live-dangerously": "true"}
        return self._ask("PATCH", f"/emails/{campaign.id}", Json({"status": "about_to_send"}), headers=headers)

    def removal(self, id: str) -> Request:
        return self._ask("DELETE", f"/emails/{id}", reads="any", may_fail=True)

    def upload(self, blob: Blob, name: str) -> Generator[Request, Any, str]:
        answer = yield self._ask("POST", "/images", Multipart((Field("image", blob, name, blob.type),)))
        return str(answer.get("image", default=""))

    def verify(self) -> Verifying:
        answer = yield self._ask("GET", "/accounts/me")
        name = str(answer.get("username", default=""))
        return Account(name or str(answer.get("email_address", default="")), url=f"https://buttondown.com/{name}", software="buttondown")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """A code and a detail; 403 is said of the plan and of an address that is not confirmed."""
        code = str(body.get("code") or "") if isinstance(body, Mapping) else ""
        told = f"Buttondown answered {status} {code} {said_by(body)}".replace("  ", " ").strip()
        if status == 403:
            return AuthFailed(told, hint="is the account confirmed, and does its plan have the API?")
        if status == 409 or code in ("email_duplicate", "slug_invalid"):
            return Rejected(told, hint="Buttondown has an email like this already; look there", slug="duplicate")
        return Rejected(told) if status in (400, 422) else fault_by_status(status, headers, body)

    def _ask(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **more: Any) -> Request:
        named = {"x-api-version": self.settings.api_version, **(headers or {})}
        return Request(method, f"{HOST}/v1{path}", body, named, **more)


def _email(payload: Payload, message: PayloadPart, body: str) -> dict[str, Any]:
    said = {"subject": message.fields["subject"], "body": body, "metadata": {"smm": marker(payload)}}
    return {**said, "canonical_url": payload.fields["canonical"]} if "canonical" in payload.fields else said


def _campaign(email: Mapping[str, Any]) -> Campaign:
    return Campaign(str(email.get("id") or ""), str(email.get("status") or ""), str(email.get("absolute_url") or ""))


NETWORK = Buttondown
