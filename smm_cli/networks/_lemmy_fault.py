"""What Lemmy's answers mean. Source: LemmyNet/lemmy 0.19.20, crates/utils/src/error.rs (2026-08-12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.channel import Account

ENDED = frozenset({"not_logged_in"})
BARRED = frozenset(
    {"incorrect_login", "missing_totp_token", "incorrect_totp_token", "email_not_verified", "registration_application_is_pending"}
    | {"registration_application_denied", "person_is_banned_from_site", "site_ban", "banned", "user_not_logged_in"}
)
LIMITED = frozenset({"rate_limit_error", "too_many_requests"})
GONE = frozenset({"couldnt_find_post", "couldnt_find_comment", "not_found", "deleted", "removed"})


def read_fault(status: int, headers: Mapping[str, str], body: Any, host: str, account: Account | None) -> SmmError | None:
    """`{"error": "snake_case"}`, mostly 400, also for rate limits (0.19). A token that has ended acts as nobody's: not_logged_in."""
    code = body.get("error") if isinstance(body, Mapping) else None
    if status < 400 or not isinstance(code, str):
        return fault_by_status(status, headers, body)
    told = f"{host} answered {status}: {code}"
    if code in LIMITED or status == 429:
        pause = account.facts.get("pause", 100.0) if account else 100.0
        return RateLimited(told, after=retry_after(headers) or float(pause))
    if code in ENDED:
        return AuthFailed(told, expired=True)
    if code in BARRED or status == 401:
        return AuthFailed(told, hint="Lemmy knows no app passwords: turn two-factor login off" if "totp" in code else "")
    return Retriable(told) if status >= 500 or code.startswith("federation_") else Rejected(told)
