"""What relays and Blossom servers mean by their refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status

LATER = ("rate-limited", "error", "")
"""Beginnings of what another try can mend; blocked, invalid, pow, restricted, mute, auth-required are for good (NIP-01, NIP-42,
2026-07-22), and so is what relays invent beside them ("rejected:")."""
PREFIX = re.compile(r"([a-z-]+):")


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """What relays say stands in `relays`; a Blossom server gives its reason in a header (BUD-01)."""
    relays = body.get("relays") if isinstance(body, Mapping) else None
    if not isinstance(relays, Mapping):
        reason = headers.get("x-reason", "")
        if status == 402:
            return AuthFailed(f"the server wants to be paid: {reason}".strip(": "))
        return fault_by_status(status, headers, {"error": reason} if reason else body)
    if status < 300:
        return None
    told = "; ".join(f"{urlsplit(relay).netloc}: {one.get('told')}" for relay, one in relays.items())
    words = [str(one.get("told", "")) for one in relays.values()]
    if status != 400:
        return fault_by_status(status, headers, told)
    if any(word.startswith("rate-limited") for word in words):
        return RateLimited(told)
    if any(word.startswith("auth-required:") for word in words):
        return AuthFailed(told, hint="does this relay know your key?")
    return Retriable(told) if any(may_mend(word) for word in words) else Rejected(told)


def may_mend(told: str) -> bool:
    """Whether a relay that said this may take the event later."""
    found = PREFIX.match(told)
    return (found[1] if found else "") in LATER
