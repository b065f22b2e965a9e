"""What an answer of Raindrop.io means: `result: false` comes with 200, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, said_by


def raindrop_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None; where `result` is false, `status` in the body says what was meant."""
    failed = isinstance(body, Mapping) and body.get("result") is False and "ids" not in body  # no ids: a link is not known
    meant = body.get("status") if failed else None
    said = meant if isinstance(meant, int) and meant >= 400 else 400 if failed and status < 300 else status
    words = str(body.get("errorMessage") or body.get("error") or "") if failed else said_by(body)
    if said == 401:
        return AuthFailed(f"Raindrop.io answered 401 {words}".strip(), expired=True)
    if failed and said == 400:
        return Rejected(f"Raindrop.io refused: {words[:300]}")
    if said == 404 and failed:
        return Rejected(f"Raindrop.io has no such bookmark or collection: {words[:200]}")
    return fault_by_status(said, headers, words) if said >= 300 else None
