"""Which error an answer of a receiver is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Any 2xx is delivered; redirects are not followed; 410 says that no more events are wanted."""
    told = f"the receiver answered {status} {said_by(body)}".strip()
    if status < 300:
        return None
    if status == 410:
        return AuthFailed("the receiver wants no more events (410)", hint="remove the channel, or set its new `url`", slug="receiver-gone")
    if status in (401, 403):
        return AuthFailed(told, hint="do both sides have the same secret, and is the clock right?")
    if status == 429:
        return RateLimited(told, after=retry_after(headers))
    if status < 400:
        return Rejected(told, hint="events are never sent on to another address: set `url` to the final one")
    return Retriable(told) if status in (404, 408, 409, 425) or status >= 500 else Rejected(told)
