"""What LinkedIn's answers mean: {"status", "serviceErrorCode", "code", "message", "errorDetails"}.

Sources: learn.microsoft.com/linkedin, shared/api-guide/concepts/error-handling and rate-limits (2026-09); the duplicate's words:
ComposioHQ/composio issue 2710, gitroomhq/postiz-app (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after, said_by

TWIN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
REVOKED = 65601
DAY, A_WHILE = 86_400.0, 900.0
VERSIONS = frozenset({"NONEXISTENT_VERSION", "VERSION_MISSING"})
PASSING = re.compile(r"unable to obtain activity", re.IGNORECASE)
"""Reported to pass by itself (postiz-app, 2026-08)."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    if status < 300:
        return None
    told, code = f"{status} {said_by(body)}".strip(), str(body.get("code") or "") if isinstance(body, Mapping) else ""
    if status == 401:
        revoked = isinstance(body, Mapping) and body.get("serviceErrorCode") == REVOKED
        return AuthFailed(told, expired=not revoked)
    if status == 426 or code in VERSIONS:
        return AuthFailed(told, hint='set api_version = "YYYYMM" in [networks.linkedin] to a month of the last year', slug="api-version")
    if status == 403:
        return AuthFailed(told, hint="is the app approved for this, and does the account administer the page?")
    if status == 429:
        return RateLimited(told, after=retry_after(headers) or _until_midnight(headers, told))
    if status == 409 or PASSING.search(told):
        return Retriable(told)
    if status == 422 and (twin := twin_of(body)) is not None:
        hint = f"it is out already: https://www.linkedin.com/feed/update/{twin}/" if twin else "change the text"
        return Rejected(f"LinkedIn has this very post already ({told})", hint=hint, slug="duplicate")
    return fault_by_status(status, headers, body)


def twin_of(body: Any) -> str | None:
    """The URN of the post that an answer calls this one a duplicate of; empty where it names none, None where it says no such thing."""
    text = str(body)
    if "DUPLICATE_POST" not in text and "duplicate" not in text.lower():
        return None
    found = TWIN.search(text)
    return found[0] if found else ""


def _until_midnight(headers: Mapping[str, str], told: str) -> float:
    """Limits of a DAY end at midnight UTC, by the server's own clock; of others nothing is known."""
    if " DAY " not in told:
        return A_WHILE
    try:
        now = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return 4 * A_WHILE
    return DAY - (now.hour * 3600 + now.minute * 60 + now.second) + 60
