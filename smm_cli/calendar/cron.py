"""Times as cron writes them: five fields, numbers alone, in one zone; and the next one of them."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from smm_cli.words.frozen import dataclass

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
MOST_DAYS = 1462
"""Days to look ahead: 29 February comes once in four years."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments that five fields name, in `zone`. Source: crontab(5) of Debian's cron (2026-11-23)."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    zone: ZoneInfo

    def next(self, moment: datetime) -> datetime | None:
        """The first of its moments that is not before `moment`, in UTC; None: there is none."""
        day = moment.astimezone(self.zone).date()
        for _ in range(MOST_DAYS):
            if self._has(day.month, day.day, day.isoweekday() % 7):
                found = _of_day(self, day)
                if (place := bisect_left(found, moment)) < len(found):
                    return found[place]
            day += timedelta(days=1)
        return None

    def _has(self, month: int, day: int, weekday: int) -> bool:
        if month not in self.months:
            return False
        wanted = (day in self.days, weekday in self.weekdays)
        return any(wanted) if self.either else all(wanted)


@lru_cache(maxsize=1024)
def _of_day(cron: Cron, day: date) -> list[datetime]:
    """Its moments of a day that it has, sorted; many posts are asked about with the same few lines and days."""
    walls = (datetime(day.year, day.month, day.day, hour, minute, tzinfo=cron.zone) for hour in cron.hours for minute in cron.minutes)
    return sorted(wall.astimezone(UTC) for wall in walls)


def read_cron(text: str, zone: str = "UTC") -> Cron:
    """The moments of `7 6-18 * * 1-5`. Raises ValueError for names, shorthands and numbers out of bounds."""
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(f'"{text}" has {len(fields)} fields: write five, as in "7 6-18 * * *"')
    minutes, hours, days, months, weekdays = (_numbers(field, *bounds) for field, bounds in zip(fields, BOUNDS, strict=True))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either, ZoneInfo(zone))


def _numbers(field: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for piece in field.split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = (str(least), "-", str(most)) if span == "*" else span.partition("-")
        if not all(word.isascii() and word.isdigit() for word in (first, *([last] if dash else []), *([step] if slash else []))):
            raise ValueError(f'"{field}" is no field of numbers')
        end = int(last) if dash else most if slash else int(first)
        if not (least <= int(first) <= end <= most and int(step or 1) > 0):
            raise ValueError(f'"{field}" is not within {least} and {most}')
        found.update(range(int(first), end + 1, int(step or 1)))
    return frozenset(found)
