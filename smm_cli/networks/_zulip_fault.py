"""Which error an answer of Zulip is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._chat_fault import refused

NOT_THERE = frozenset({"STREAM_DOES_NOT_EXIST", "CHANNEL_DOES_NOT_EXIST", "REALM_DEACTIVATED", "USER_DEACTIVATED", "UNAUTHORIZED"})
HINT = "do user and password hold, and may the bot write to the channel?"


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """By status and code; the words are for people."""
    told = body if isinstance(body, Mapping) else {}
    if status < 300 and told.get("result", "success") == "success":
        return None
    code, said = str(told.get("code") or ""), str(told.get("msg") or "")
    words = f"Zulip answered {status} {code}: {said}".rstrip(": ")
    closed = code in NOT_THERE or "not authorized to send" in said.lower()
    return refused(status, headers, words, HINT, channel=closed, later=code == "RATE_LIMIT_HIT", after=told.get("retry-after"))
