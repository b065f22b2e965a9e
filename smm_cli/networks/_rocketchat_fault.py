"""Which error an answer of Rocket.Chat is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown, SmmError
from smm_cli.networks._chat_fault import refused
from smm_cli.networks.fault import said_by

WAIT = re.compile(r"wait (\d+) seconds")
OF_ROOM = re.compile(
    r"error-(invalid-room|room-not-found|not-allowed|user-not-in-room|room-archived|action-not-allowed|no-owner-channel)"
    r"|room_is_(blocked|archived)|totp-|You are not in the room|readonly",
    re.IGNORECASE,
)
HINT = "do token and user_id belong together, and is the account in the room and allowed to write?"


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """By status, `success` and the code that stands in brackets or in `errorType`. Older servers say limits with a 400."""
    told = body if isinstance(body, Mapping) else {}
    if status < 300 and told.get("success", True) is True:
        return None
    error = f"{told.get('errorType') or ''} {said_by(body)}".strip()
    words = f"Rocket.Chat answered {status}: {error}".rstrip(": ")
    later = status == 429 or "error-too-many-requests" in error
    if "E11000" in error and not later:
        return OutcomeUnknown(words, hint="a message with this id is there already")
    seconds = WAIT.search(error)
    return refused(
        status, headers, words, HINT, channel=bool(OF_ROOM.search(error)), later=later, after=float(seconds[1]) if seconds else None
    )
