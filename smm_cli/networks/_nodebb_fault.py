"""What NodeBB's answers mean. Source: NodeBB 4.15.1, src/user/posts.js, src/controllers/helpers.js (2026-08-22)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, SmmError
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.exchange import Answer

TOO_OFTEN = re.compile(r"error:(too-many-posts[\w-]*|user-too-new[\w-]*)(?:, *(\d+))?|once every (\d+) (second|minute)")
"""400 for those who post too often (src/user/posts.js); the text comes as a key, or translated for the account."""
ENDS = re.compile(r"error:(user-banned|master-token-no-uid|api\.master-token-no-uid|email-not-confirmed)")


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Errors are keys like [[error:no-privileges]], or what the account's language makes of them."""
    if status < 300:
        return None
    words = words_of(status, body)
    if often := TOO_OFTEN.search(words):
        minutes = "minute" in (often[1] or often[4] or "")
        return RateLimited(words, after=float(often[2] or often[3] or 10) * (60 if minutes else 1))
    if "error:already-posting" in words:
        return RateLimited(words, after=5.0)
    if ENDS.search(words):
        return AuthFailed(words, hint="for a master token set `uid`; else log in with a browser and see what the forum says")
    error = fault_by_status(status, headers, body)
    return error if isinstance(error, RateLimited) or error is None else type(error)(words)


def words_of(status: int, body: Any) -> str:
    """The status, and what the forum says to it."""
    said = Answer(status, {}, body).get("status", "message") or (body.get("error") if isinstance(body, Mapping) else "")
    return f"{status} {said or ''}".strip()[:300]
