"""The time of day in a phrase: 9:30, 9am, 9 Uhr, noon …"""

from __future__ import annotations

import re
from datetime import time

from smm_cli.plan.phrase_words import MIDNIGHT, NOON
from smm_cli.words.frozen import dataclass

HOURS = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?uhr(?: (\d{1,2}))?")
COLON = re.compile(r"(\d{1,2}):(\d{2})")
HALF_DAY = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?")
BARE = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; `midnight` where it was said by that word: the beginning of a day."""

    time: time
    midnight: bool = False


def read_clock(words: str, *, bare: bool) -> Clock | None:
    """The time that `words` (lower case) say; `bare`: a number alone is an hour. None: no time."""
    if words in NOON or words in MIDNIGHT:
        return Clock(time(12 if words in NOON else 0), words in MIDNIGHT)
    if found := HALF_DAY.fullmatch(words):
        hour = int(found[1])
        return _clock(hour % 12 + 12 * (found[3] == "p"), int(found[2] or 0)) if 1 <= hour <= 12 else None
    if found := HOURS.fullmatch(words):
        return _clock(int(found[1]), int(found[2] or found[3] or 0)) if not (found[2] and found[3]) else None
    if found := COLON.fullmatch(words):
        return _clock(int(found[1]), int(found[2]))
    return _clock(int(words), 0) if bare and BARE.fullmatch(words) else None


def _clock(hour: int, minute: int) -> Clock | None:
    return Clock(time(hour, minute)) if hour < 24 and minute < 60 else None
