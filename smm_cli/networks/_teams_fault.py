"""Which error an answer of a Teams workflow is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._chat_fault import refused
from smm_cli.networks.fault import said_by

HINT = "is the workflow on, does it accept “Anyone”, and are url and the secret both of its present address?"


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The workflow's own words are in `error.message`."""
    if status < 300:
        return None
    inner = body.get("error") if isinstance(body, Mapping) else None
    words = f"Teams answered {status}: {said_by(inner if isinstance(inner, Mapping) else body)}".rstrip(": ")
    return refused(status, headers, words, HINT, channel=status in (404, 410))
