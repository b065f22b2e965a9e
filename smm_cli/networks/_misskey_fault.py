"""Which error an answer of Misskey is. Source: misskey-dev/misskey packages/backend/src/server/api/ApiCallService.ts, 2026-11-22."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.exchange import Answer

ACCOUNT = frozenset({"CREDENTIAL_REQUIRED", "AUTHENTICATION_FAILED", "YOUR_ACCOUNT_SUSPENDED", "YOUR_ACCOUNT_MOVED", "PERMISSION_DENIED"})
"""Errors of the token or the account, whatever their status: AUTHENTICATION_FAILED was 403 before 13, is 401 since."""


def read_fault(status: int, headers: Mapping[str, str], body: Any, host: str) -> SmmError | None:
    """`{"error": {"message", "code", "id", "kind"}}` in any status from 400 on; proxies before it answer as they like."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if status < 400 or not isinstance(error, Mapping):
        return fault_by_status(status, headers, body)
    code, words = str(error.get("code", "")), str(error.get("message", ""))
    info = error.get("info")
    why = f" ({info['reason']})" if isinstance(info, Mapping) and isinstance(info.get("reason"), str) else ""
    told = f"{host} answered {status}: {code} {words}{why}".strip()
    if code in ACCOUNT or status == 401:
        return AuthFailed(told)
    if status == 429 or code == "RATE_LIMIT_EXCEEDED":
        return RateLimited(told, after=retry_after(headers))
    if status >= 500:
        return Retriable(told)
    return Rejected(told)


def is_gone(answer: Answer) -> bool:
    """Whether the note is there no more."""
    return bool(answer.get("error", "code") == "NO_SUCH_NOTE")
