"""Which error an answer of a Micropub endpoint is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, said_by


def read_fault(status: int, headers: Mapping[str, str], body: Any, host: str) -> SmmError | None:
    """The codes of Micropub, section 3.8; a refresh may mend a 401 that is not about scope."""
    code = str(body.get("error", "")) if isinstance(body, Mapping) else ""
    told = f"{host} answered {status} {said_by(body)}".strip()
    if status < 300:
        return None
    if code == "insufficient_scope":
        return AuthFailed(told, hint="log in again, and allow smm all that it asks for")
    if status == 401 or (status == 403 and code != "invalid_request"):
        return AuthFailed(told, expired=status == 401)
    return Rejected(told, hint="is `url` the final address of the site?") if status < 400 else fault_by_status(status, headers, body)
