"""Times and spans as files spell them. Wall time stays text: plan/ gives it a zone. Pure; no pydantic."""

from __future__ import annotations

import re
from datetime import datetime

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)?")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
NONE = "none"

_EUROPEAN = re.compile(
    r"(?:\w{2,10}[.,]?\s+)?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:\D+(\d{1,2})(?:[:.](\d{2}))?\s*(?:Uhr|h|H)?)?\s*", re.IGNORECASE
)
_LOOSE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ,]+(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|Uhr|h)?)?", re.IGNORECASE)


def is_moment(text: str) -> bool:
    """Whether `text` is a wall time, or a time with its offset, as files write it: `2026-11-24 09:00`, `…T09:00:00+01:00`."""
    return bool(MOMENT.fullmatch(text)) and as_datetime(text) is not None


def is_day(text: str) -> bool:
    """Whether `text` is a day that exists: `2026-11-24`."""
    return bool(DAY.fullmatch(text)) and as_datetime(text) is not None


def as_datetime(text: str) -> datetime | None:
    """`text` as a datetime, naive where it names no offset; None where there is no such time."""
    try:
        return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    except ValueError:
        return None


def mended(text: str) -> str:
    """What somebody who typed `24.11.2026 9 Uhr` or `2026/11/24 9:00` should write; empty where that cannot be told."""
    if found := _EUROPEAN.fullmatch(text.strip()):
        day, month, year, hour, minute = found.groups()
        year = year if len(year) == 4 else f"20{year}"
    elif found := _LOOSE.fullmatch(text.strip()):
        year, month, day, hour, minute = found.groups()[:5]
        if (found[6] or "").lower() == "pm" and hour and int(hour) < 12:
            hour = str(int(hour) + 12)
    else:
        return ""
    written = f"{year}-{int(month):02}-{int(day):02} {int(hour or 9):02}:{int(minute or 0):02}"
    return written if is_moment(written) else ""


def seconds_of(text: str) -> float | None:
    """Seconds of `2h`, `30m`, `1d`, `90`; None for `none` (no limit). Raises ValueError for anything else."""
    if text.strip().lower() == NONE:
        return None
    found = SPAN.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(text)
    return float(found[1]) * SECONDS[(found[2] or "s")[0]]
