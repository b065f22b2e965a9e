"""Which error an answer of Tumblr is: `meta`, and `errors` with codes, or the older `response.errors` with words alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after

DAILY = frozenset({8004, 8011, 8022, 8023})
"""403: posts, pictures or films of this day are used up, or the queue is full. Source: tumblr/docs api.md, error codes (2024-10-18)."""
WORKING = 8010
"""403: a film of ours is still being made ready."""
QUARTER_DAY, HOUR = 21_600.0, 3600.0


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None. Daily limits end at midnight in New York, which is not told: asked every six hours."""
    if status < 300:
        return None
    codes, words = _told(body)
    told = f"Tumblr answered {status}" + (f": {words}" if words else "")
    if status == 401:
        return AuthFailed(told, expired=True)
    if status == 429:
        return RateLimited(told, after=retry_after(headers) or _reset(headers))
    if codes & DAILY:
        return RateLimited(told, after=QUARTER_DAY)
    if status == 403 and WORKING in codes:
        return Retriable(told)
    if status == 403 and not codes:
        return AuthFailed(told, hint="does this account own the blog, and may the app write?")
    return Rejected(told) if 400 <= status < 500 and (codes or words) else fault_by_status(status, headers, body)


def _told(body: Any) -> tuple[set[int], str]:
    """Codes and words, new way or old."""
    if not isinstance(body, Mapping):
        return set(), ""
    errors = body.get("errors")
    listed = [one for one in errors if isinstance(one, Mapping)] if isinstance(errors, list) else []
    codes = {one["code"] for one in listed if isinstance(one.get("code"), int)}
    words = [str(one.get("detail") or one.get("title") or "") for one in listed]
    response, meta = body.get("response"), body.get("meta")
    older = response.get("errors") if isinstance(response, Mapping) else None
    words += [str(word) for word in older] if isinstance(older, list) else []
    words += [str(meta["msg"])] if not any(words) and isinstance(meta, Mapping) and meta.get("msg") else []
    return codes, "; ".join(word for word in words if word)[:300]


def _reset(headers: Mapping[str, str]) -> float:
    """Seconds until the app may ask again: of the window that is used up (api.md, Rate Limits)."""
    for window in ("perday", "perhour"):
        if headers.get(f"x-ratelimit-{window}-remaining") == "0":
            told = headers.get(f"x-ratelimit-{window}-reset", "")
            return float(told) if told.isdigit() and float(told) < 1e6 else HOUR
    return HOUR
