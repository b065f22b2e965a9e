"""What the answers of most servers mean, by status and body; a network starts from here and says where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError


def said_by(body: Any) -> str:
    """The network's own words in an error body: JSON `error`, `message`, `error_description` …, or the start of a text."""
    if isinstance(body, Mapping):
        words = [body.get(key) for key in ("error", "message", "error_description", "detail", "title")]
        return ": ".join(str(word) for word in words if isinstance(word, str) and word)[:300]
    if isinstance(body, str) and not body.lstrip().startswith("<"):
        return " ".join(body.split())[:300]
    return ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header that counts seconds; None otherwise (a date is read by the transport)."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.replace(".", "", 1).isdigit() else None


def fault_by_status(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """What most servers mean: 401 renew, 429 later, other 4xx the post must change, 5xx try again (unknown for a commit)."""
    words = said_by(body)
    if status == 401:
        return AuthFailed(f"401 {words}".strip())
    if status == 429:
        return RateLimited(f"429 {words}".strip(), after=retry_after(headers))
    if status in (408, 425) or status >= 500:
        return Retriable(f"{status} {words}".strip())
    if status >= 300:
        return Rejected(f"{status} {words}".strip())
    return None
