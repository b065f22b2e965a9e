"""Which error an answer of Mattermost is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import Rejected, SmmError
from smm_cli.networks._chat_fault import refused
from smm_cli.networks.fault import said_by

HINT = "does the token hold, and is its account in the team and the channel?"


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """By status; `id` names the error. A post that is still being made says so with a 500, which is looked into."""
    if status < 300:
        return None
    id = str(body.get("id") or "") if isinstance(body, Mapping) else ""
    words = f"Mattermost answered {status}: {said_by(body)} {f'({id})' if id else ''}".rstrip(": ")
    if status == 501:
        return Rejected(words)
    return refused(status, headers, words, HINT, channel=status == 404 and "channel" in id)
