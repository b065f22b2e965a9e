"""What Reddit's answers mean: errors stand in a 200 as [code, words, field]; a limit may, too.

Sources: PRAW 8.0.3, exceptions and rate-limit handling; Reddit's API documentation (2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status

PAUSE = re.compile(r"(\d{1,3}) (millisecond|second|minute|hour)s?")
SECONDS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
ACCOUNT = frozenset({"USER_REQUIRED", "USER_SUSPENDED", "ACCOUNT_SUSPENDED", "BAD_CAPTCHA"})
BUCKET = re.compile(r"<Error>.*?<Code>(\w+)</Code>", re.DOTALL)
"""How the bucket refuses an upload: too large, or its place has ended (AccessDenied, ExpiredToken)."""
TOO_LARGE = "EntityTooLarge"
BLOCKED = "Reddit refuses this program: give your name as `user` in the channel, and look whether the app is approved"


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    for code, words in errors_in(body):
        told = f"{code}: {words}"
        if code == "RATELIMIT":
            return RateLimited(told, after=_pause(body, words))
        if code in ACCOUNT:
            return AuthFailed(told)
        if code == "ALREADY_SUB":
            return Rejected(told, hint="this link stands in the subreddit already; look whether it is yours", slug="duplicate")
        return Rejected(told)
    if status == 401:
        return AuthFailed("401: the token has ended, or was taken back", expired=True)
    if status >= 400 and isinstance(body, str) and (refused := BUCKET.search(body)):  # Amazon's, not Reddit's
        return (
            Rejected(f"{status} {refused[1]}: the picture is too large for Reddit")
            if refused[1] == TOO_LARGE
            else Retriable(f"{status} {refused[1]}")
        )
    if status == 403 and not isinstance(body, Mapping):
        return AuthFailed("403: refused", hint=BLOCKED)
    if status == 403 and isinstance(body, Mapping) and body.get("reason"):
        return Rejected(f"403: the subreddit is {body['reason']} to this account")
    return fault_by_status(status, headers, body)


def errors_in(body: Any) -> list[tuple[str, str]]:
    """Codes and words of the errors in a body."""
    inner = body.get("json") if isinstance(body, Mapping) else None
    found = inner.get("errors") if isinstance(inner, Mapping) else None
    rows = [one for one in found if isinstance(one, list) and one] if isinstance(found, list) else []
    return [(str(one[0]), str(one[1]) if len(one) > 1 else "") for one in rows]


def _pause(body: Any, words: str) -> float | None:
    """Seconds to wait: as a number beside the errors, or in the words."""
    told = body["json"].get("ratelimit")
    if isinstance(told, int | float):
        return float(told)
    found = PAUSE.search(words)
    return int(found[1]) * SECONDS[found[2]] + 1.0 if found else None
