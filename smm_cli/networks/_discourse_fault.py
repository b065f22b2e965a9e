"""What Discourse's answers mean. Source: the server's source of 2026 (app/controllers, lib/validators)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.exchange import Answer

TWIN = re.compile(r"external.{0,20}taken|too similar to what you recently posted", re.IGNORECASE)
"""What is refused because it is there already, perhaps by us (Topic validates external_id as unique; unique_posts_mins)."""
KEY = re.compile(r"API (username|key)", re.IGNORECASE)


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Errors stand in a list; a bad key is a 403 like a missing permission; a redirection is a wrong address."""
    if status < 300:
        return None
    words = _words(status, body)
    if status in (301, 302, 303, 307, 308):
        return Rejected(words, hint="`server` must be the forum's final address")
    if status == 429 or (isinstance(body, Mapping) and body.get("error_type") == "rate_limit"):
        told = Answer(status, {}, body).get("extras", "wait_seconds")
        return RateLimited(words, after=float(told) if isinstance(told, int | float) else retry_after(headers))
    if status == 422 and TWIN.search(words):
        return OutcomeUnknown(words)
    if status == 403 and KEY.search(words):
        return AuthFailed(words, hint="are the key and `username` right?")
    error = fault_by_status(status, headers, body)
    return type(error)(words) if error else None


def _words(status: int, body: Any) -> str:
    if isinstance(body, Mapping) and isinstance(body.get("errors"), list):
        return f"{status} {'; '.join(str(error) for error in body['errors'])}"[:300]
    return f"{status} {' '.join(body.split())[:200]}" if isinstance(body, str) and not body.lstrip().startswith("<") else str(status)
