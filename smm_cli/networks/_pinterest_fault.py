"""What Pinterest's answers mean: {"code", "message"}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after, said_by


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None. 403 with code 29 is the app's access, not the Pin
    (pinterest/pinterest-python-sdk, Postiz issue 1084)."""
    told = f"Pinterest answered {status} {said_by(body)}".strip()
    if status == 401:
        return AuthFailed(told, expired=True)
    if status == 403:
        return AuthFailed(told, hint="an app on trial publishes to https://api-sandbox.pinterest.com only: set server, or ask for access")
    if status == 429:
        return RateLimited(told, after=retry_after(headers))
    if status == 400 and "unable to reach the url" in told.lower():
        return Retriable(told)
    return fault_by_status(status, headers, body)
