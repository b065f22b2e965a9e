"""What an answer of WriteFreely means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after


def writefreely_fault(status: int, headers: Mapping[str, str], body: Any, host: str) -> SmmError | None:
    """`{"code", "error_msg"}`. A 403 is of the account or the blog; a missing token is 400."""
    words = str(body.get("error_msg", "")) if isinstance(body, Mapping) else ""
    told = f"{host} answered {status} {words}".strip()
    if status == 401 or (status == 400 and "token required" in words):
        return AuthFailed(told, expired=True)
    if status == 403:
        return AuthFailed(told, hint="is `collection` a blog of this account, and the account in good standing?")
    if status == 429:
        return RateLimited(told, after=retry_after(headers))
    if status in range(300, 400) or (status == 404 and not words):
        return Rejected(told, hint="is `server` the right address?")
    return fault_by_status(status, headers, {"error": words} if words else body)
