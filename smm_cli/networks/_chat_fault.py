"""Which error a chat's refusal is, once its words are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after


def refused(
    status: int, headers: Mapping[str, str], words: str, hint: str, *, channel: bool = False, later: bool = False, after: Any = None
) -> SmmError:
    """To be asked later (`after` seconds), of the `channel` or its credential, passing, or of the post. `hint` tells how to renew."""
    if status == 429 or later:
        return RateLimited(words, after=float(after) if isinstance(after, int | float) else retry_after(headers))
    if status in (401, 403) or channel:
        return AuthFailed(words, hint=hint)
    return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)
