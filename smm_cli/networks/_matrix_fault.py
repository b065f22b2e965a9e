"""Which error an answer of a Matrix homeserver is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after

ACCOUNT_ENDS = frozenset(
    {"M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED", "M_RESOURCE_LIMIT_EXCEEDED", "M_GUEST_ACCESS_FORBIDDEN"}
)
"""Codes after which nothing of this account goes out. Source: spec.matrix.org v1.19, client-server API, standard errors (2026-07-21)."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Which error an answer is: by errcode first. 403 is mostly the room's, not the account's."""
    if status < 300:
        return None
    code = str(body.get("errcode") or "") if isinstance(body, Mapping) else ""
    words = f"{status} {code} {body.get('error', '') if isinstance(body, Mapping) else ''}".strip()[:300]
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        told = body.get("retry_after_ms") if isinstance(body, Mapping) else None
        return RateLimited(words, after=told / 1000 if isinstance(told, int | float) else retry_after(headers))
    if code in ACCOUNT_ENDS:
        return AuthFailed(words, hint="log in with a client and see what it says")
    if status == 401:
        return AuthFailed(words, expired=code == "M_UNKNOWN_TOKEN")
    if code == "M_FORBIDDEN":
        return Rejected(words, hint="is the account in the room, and may it write there?")
    if code == "M_UNRECOGNIZED":
        return Rejected(words, hint="does `server` name the homeserver's address for clients?")
    return fault_by_status(status, headers, body)
