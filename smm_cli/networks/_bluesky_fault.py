"""What Bluesky's answers mean. Every server of the network says {"error": name, "message": words}."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after, said_by

RENEW = frozenset({"ExpiredToken", "InvalidToken"})
"""400, not 401. A new log-in mends both. Source: auth-verifier of the PDS 0.4.217, 2026-08."""
GONE = {
    "AccountTakedown": "Bluesky has taken the account down",
    "AccountDeactivated": "the account is deactivated",
    "AccountNotFound": "there is no such account on this server",
    "RepoTakendown": "Bluesky has taken the account down",
    "RepoDeactivated": "the account is deactivated",
}


def bluesky_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    if status < 400:
        return fault_by_status(status, headers, body)
    name = name_of(body)
    if name in ("RecordNotFound", "already_exists"):
        return None  # answers, not errors: the conversations that ask expect them
    if name in RENEW:
        return AuthFailed(f"{status} {said_by(body)}", expired=True)
    if name in GONE:
        return AuthFailed(f"{GONE[name]}: {said_by(body)}", hint="log in to the app with this account and see what it says")
    if name == "AuthFactorTokenRequired":
        return AuthFailed(
            "this is the main password, and it wants a second factor", hint="make an app password: Settings, Privacy and security"
        )
    if status == 429 or name == "RateLimitExceeded":
        return RateLimited(f"{status} {said_by(body)}".strip(), after=pause(headers))
    if name == "BlobNotFound":
        return Retriable(f"the server has dropped an uploaded file: {said_by(body)}")  # asked again, it is uploaded again
    if name == "unconfirmed_email":
        return Rejected("Bluesky takes videos only after the account's mail address is confirmed", hint="confirm it in the app's settings")
    return fault_by_status(status, headers, body)


def name_of(body: Any) -> str:
    """The name of an error; the video service may say it within `jobStatus` (bluesky-social/atproto issue 3097, read 2026-11-23)."""
    told = body if isinstance(body, Mapping) else {}
    inner = told.get("jobStatus")
    return str(told.get("error") or (inner.get("error") if isinstance(inner, Mapping) else "") or "")


def pause(headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit is lifted: Retry-After, or RateLimit-Reset (seconds since 1970) by the server's own clock (Date)."""
    said = retry_after(headers)
    if said is not None:
        return said
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
        # the server rounds the reset down to a second: one more, or the next try comes too early
        return max(float(headers["ratelimit-reset"]) - now, 0.0) + 1.0
    except (KeyError, TypeError, ValueError):
        return None
