"""What Flarum's answers mean: errors of JSON:API. Source: flarum/framework 2.x (2026-08-21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.exchange import Answer

FLOOD = 10.0
"""Seconds between two posts of one account; the answer names no time (flarum/framework, Post\\PostCreationThrottler)."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """A missing token is a wrong CSRF token to it; the flood guard names no time."""
    if status < 300:
        return None
    said = Answer(status, {}, body).get("errors", 0, default={})
    code, detail = (str(said.get(key) or "") for key in ("code", "detail"))
    words = f"{status} {code} {detail}".strip()[:300]
    if status == 429:
        return RateLimited(words, after=retry_after(headers) or FLOOD)
    if status == 401 or code in ("csrf_token_mismatch", "not_authenticated", "invalid_access_token"):
        return AuthFailed(words, hint="make a new token: smm network show flarum says how")
    if code == "maintenance":
        return Retriable(words)
    error = fault_by_status(status, headers, body)
    return type(error)(words) if error else None
