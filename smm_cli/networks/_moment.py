"""Times as servers write them, and how far back what an intent published can be."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from smm_cli.words.conversation import Intent

SKEW = timedelta(seconds=60)
"""How far a server's clock may be behind."""


def moment(value: Any, zone: tzinfo | None = None) -> datetime | None:
    """A time as servers write it (ISO 8601, mostly with Z), aware; None for anything else. `zone` is meant where it names none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo:
        return found
    return found.replace(tzinfo=zone) if zone else None


def earliest(intent: Intent) -> datetime:
    """Nothing that a server says was made before it can be what `intent` published."""
    return intent.at - SKEW


def is_newer(value: Any, intent: Intent) -> bool:
    """Whether a time as a server writes it is late enough to be what `intent` published."""
    at = moment(value)
    return at is not None and at >= earliest(intent)
