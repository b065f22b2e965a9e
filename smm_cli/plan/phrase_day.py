"""The day in a phrase: today, next Monday, 24.11., 4 March 2027 …"""

from __future__ import annotations

import re
from datetime import date, timedelta

from smm_cli.plan.phrase_words import MONTHS, NEXT, ON, ONE, TODAY, UNITS, WEEKDAYS
from smm_cli.words.frozen import dataclass

ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}))?")
DAY_FIRST = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)? ([^\W\d]+)\.?(?: (\d{4}))?")
MONTH_FIRST = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")
LATER = re.compile(r"in (\d{1,5}|[a-z]+) ?([a-z]+)")


@dataclass(frozen=True, slots=True)
class Day:
    """A day; `has_year`: it can mean no other year; `is_iso`: written so exactly that it may lie in the past."""

    on: date
    has_year: bool = True
    is_iso: bool = False


def read_day(words: str, today: date) -> Day | None:
    """The day that `words` (lower case) say, seen from `today`. None: no day, or one that does not exist."""
    if words in TODAY:
        return Day(today + timedelta(days=TODAY[words]))
    if (later := _later(words, today)) or (weekday := _weekday(words, today)) is None:
        return later or _dated(words, today)
    return Day(weekday)


def _later(words: str, today: date) -> Day | None:
    found = LATER.fullmatch(words)
    if not found or UNITS.get(found[2], 0) < 1440:
        return None
    count = 1 if found[1] in ONE else int(found[1]) if found[1].isdecimal() else 0
    days = count * UNITS[found[2]] // 1440
    return Day(today + timedelta(days=days)) if 0 < days <= 366 * 20 else None


def _weekday(words: str, today: date) -> date | None:
    """The first such day after today, with or without `next`."""
    *before, name = words.split(" ")
    if name.rstrip(".") not in WEEKDAYS or (before and before[0] in ON and not before.pop(0)):
        return None
    if len(before) > 1 or (before and before[0] not in NEXT):
        return None
    return today + timedelta(days=(WEEKDAYS[name.rstrip(".")] - today.weekday() - 1) % 7 + 1)


def _dated(words: str, today: date) -> Day | None:
    """A date, perhaps behind `on` and behind its own weekday, which must be right."""
    first, _, rest = words.partition(" ")
    if first in ON and rest:
        return _dated(rest, today)
    if first.rstrip(".") in WEEKDAYS and rest:
        rest = rest.removeprefix("den ").removeprefix("the ")
        day = _date(rest, today)
        return day if day and day.on.weekday() == WEEKDAYS[first.rstrip(".")] else None
    return _date(words, today)


def _date(words: str, today: date) -> Day | None:
    if found := ISO.fullmatch(words):
        return _day(found[1], int(found[2]), found[3], today, is_iso=True)
    if found := DOTTED.fullmatch(words):
        return _day(found[3], int(found[2]), found[1], today)
    if (found := DAY_FIRST.fullmatch(words)) and found[2] in MONTHS:
        return _day(found[3], MONTHS[found[2]], found[1], today)
    if (found := MONTH_FIRST.fullmatch(words)) and found[1] in MONTHS:
        return _day(found[3], MONTHS[found[1]], found[2], today)
    return None


def _day(year: str | None, month: int, day: str, today: date, *, is_iso: bool = False) -> Day | None:
    try:
        return Day(date(int(year or today.year), month, int(day)), bool(year), is_iso)
    except ValueError:
        return None
