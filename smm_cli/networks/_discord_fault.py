"""Which error an answer of Discord is: by its status and the code within."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by

OF_POST = frozenset({50006, 50035, 40005, 200000, 200001, 240000})
"""Codes that mean the post whatever the status: empty, malformed, too large, stopped by AutoMod, harmful links."""
LATER = frozenset({20028, 40062, 130000})
"""Codes that pass: channel write limit, a limit of the resource, overloaded."""
OF_ACCOUNT = frozenset({10003, 10015, 50001, 50013})
"""Codes that mean channel, webhook or rights: unknown channel, unknown webhook, no access, no permission."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None. Many refused requests in a row end in a ban by address: the first stops the channel."""
    if status < 300:
        return None
    told = body if isinstance(body, Mapping) else {}
    code, words = told.get("code"), f"Discord answered {status}: {said_by(body)}".rstrip(": ")
    if status == 429 or code in LATER:
        seconds = told.get("retry_after")
        return RateLimited(words, after=float(seconds) if isinstance(seconds, int | float) else retry_after(headers))
    if code in OF_POST:
        return Rejected(words, hint=str(told.get("errors") or "")[:300])
    if status == 401 or code in OF_ACCOUNT or status == 403:
        return AuthFailed(words, hint="does the webhook still exist, or may the bot see the channel and write there?")
    return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)
