"""Which error an answer of TikTok's is: `error.code` tells, in a 200 as well. Source: developers.tiktok.com, direct post (2026-11-22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after, said_by

MINUTE, HOURS = 60.0, 6 * 3600.0
WAITS = {
    "rate_limit_exceeded": MINUTE,
    "spam_risk_too_many_posts": HOURS,
    "spam_risk_too_many_pending_share": HOURS,
    "reached_active_user_cap": HOURS,
}
"""How long to wait; the daily ones say no time."""
UNAUDITED = "unaudited_client_can_only_post_to_private_accounts"
STOPS = {
    "scope_not_authorized": "log in again, with all that smm asks for",
    "scope_permission_missed": "log in again, with all that smm asks for",
    "spam_risk_user_banned_from_posting": "TikTok lets this account post nothing; look at its app",
    UNAUDITED: 'TikTok has not audited your app: make the account private and set privacy = "private", or mode = "inbox"',
}
HINTS = {
    "url_ownership_unverified": "verify the address of [media] host at developers.tiktok.com, URL properties",
    "privacy_level_option_mismatch": "this account does not offer that privacy",
}
GRANT = frozenset({"invalid_grant", "invalid_client", "access_denied", "invalid_scope"})
GONE = (404, 410, 416)
"""What the host of uploads says of one that is over or out of step: it has no JSON, and a new upload mends it."""


def tiktok_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str) and (error in GRANT or (status < 300 and error)):
        return AuthFailed(f"TikTok refused the login: {said_by(body)}")
    code = str(error.get("code") or "") if isinstance(error, Mapping) else ""
    told = f"TikTok answered {status} {code}: {error.get('message') or ''}".strip(" :") if isinstance(error, Mapping) else ""
    if code in ("ok", ""):
        return Retriable(f"TikTok's upload answered {status}") if status in GONE and not code else fault_by_status(status, headers, body)
    if code == "access_token_invalid":
        return AuthFailed(told, expired=True)
    if code in WAITS or status == 429:
        return RateLimited(told, after=retry_after(headers) or WAITS.get(code, MINUTE))
    if code in STOPS:
        return AuthFailed(told, hint=STOPS[code])
    return Retriable(told) if status >= 500 or code == "internal_error" else Rejected(told, hint=HINTS.get(code, ""))
