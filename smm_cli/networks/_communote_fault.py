"""What an answer of Communote means: an ERROR may come with any status, WARNING was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status


def communote_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None. 401 is never tried again: the account would be locked."""
    said = body if isinstance(body, Mapping) else {}
    if status < 300 and said.get("status") != "ERROR":
        return None
    causes = [f"{one.get('cause', '')}: {one.get('message', '')}" for one in said.get("errors") or () if isinstance(one, Mapping)]
    words = f"{status} {said.get('message') or ''} {'; '.join(causes)}".strip()[:300]
    if status < 300:
        return Rejected(words)
    if status == 401:
        return AuthFailed(words, hint="are alias and password right? After some wrong tries the account is locked")
    error = fault_by_status(status, headers, body)
    return type(error)(words) if error else None
