"""Which error an answer of a mail server is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, said_by


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Statuses are those that the carrier makes of reply codes."""
    if status < 300:
        return None
    code = body.get("code") if isinstance(body, Mapping) else None
    told = f"the mail server answered {code or status} {said_by(body)}".strip()
    if status == 401:
        return AuthFailed(told, hint="an app password is wanted where you log in with two factors; does `sender` belong to the user?")
    if status == 425:
        return Retriable(told)
    if status in (413, 422):
        return Rejected(told, hint="is the address in `to` right, and the message not too large?" if code in (550, 552, 553) else "")
    return fault_by_status(status, headers, body)
