"""Which error an answer of Slack is. The Web API says errors in a 200, webhooks as plain text with a status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.words.exchange import Answer

OF_CHANNEL = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope", "no_permission"}
    | {"org_login_required", "ekm_access_denied", "team_access_not_granted", "access_denied", "not_allowed_token_type"}
    | {"channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "action_prohibited"}
    | {"invalid_token", "no_service", "no_team"}
)
"""The credential or the channel, not the post. Source: docs.slack.dev/reference/methods/chat.postMessage, Errors (2026-08)."""
LATER = frozenset({"service_unavailable", "request_timeout", "team_added_to_org"})
PERHAPS = frozenset({"internal_error", "fatal_error", "rollup_error", "duplicate_message_not_found", "duplicate_channel_not_found"})
"""The message may have been posted all the same."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    told = body if isinstance(body, Mapping) else {}
    error = str(told.get("error") or "") or (body.strip() if isinstance(body, str) and status >= 300 else "")
    if status < 300 and told.get("ok", True) is True:
        return None
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return RateLimited(f"Slack: {error or status}", after=retry_after(headers))
    more = told.get("response_metadata")
    reasons = more.get("messages") if isinstance(more, Mapping) else None
    missing = [f"needs {told['needed']}"] if isinstance(told.get("needed"), str) else []
    words = ": ".join([f"Slack answered {status} {error or said_by(body)}".strip(), *missing, *map(str, reasons or ())])[:400]
    if error in OF_CHANNEL or error.startswith("restricted_action") or status in (401, 403, 410):
        return AuthFailed(words, hint=_hint(error))
    if error in PERHAPS:
        return OutcomeUnknown(words)
    if status in (408, 425) or status >= 500 or error in LATER:
        return Retriable(words)
    return Rejected(words)


def failed_with(answer: Answer, *errors: str) -> bool:
    """Whether an answer is one of these errors."""
    return answer.get("ok") is False and answer.get("error") in errors


def _hint(error: str) -> str:
    if error == "not_in_channel":
        return "invite the app: /invite @yourapp in the channel"
    if error == "missing_scope":
        return "add the scope at api.slack.com/apps, OAuth & Permissions, and install the app again"
    return "does the app or webhook still exist, and may it write to this channel?"
