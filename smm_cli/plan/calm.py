"""Quiet hours and holidays: when nothing may go out unasked, and when that ends. Wall time of one zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm_cli.plan.wall import to_instant, to_wall

WEEK = 7 * 1440
QUIET, HOLIDAY = "quiet hours", "a holiday"
STEPS = 400
"""Stretches that may follow one another before we say that nothing is ever free: more than a year of days."""


class Calm:
    """When a channel is quiet: stretches of the week (minutes since Monday 00:00) and free days."""

    def __init__(self, stretches: tuple[tuple[int, int], ...], free_days: Callable[[int], frozenset[date]] | None, zone: ZoneInfo) -> None:
        self.stretches = stretches
        self.free_days = free_days
        self.zone = zone

    def why(self, moment: datetime) -> str:
        """What keeps `moment` from being used; empty where nothing does."""
        return self._why(to_wall(moment, self.zone))

    def _why(self, wall: datetime) -> str:
        if self._ends(wall.weekday() * 1440 + wall.hour * 60 + wall.minute):
            return QUIET
        return HOLIDAY if self.free_days and wall.date() in self.free_days(wall.year) else ""

    def _ends(self, minute: int) -> int:
        return next((end for start, end in self.stretches if start <= minute < end), 0)

    def free_from(self, moment: datetime) -> datetime | None:
        """`moment`, or the first one after it at which the channel is not quiet. None: never."""
        for _ in range(STEPS):
            wall = to_wall(moment, self.zone)
            minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
            if end := self._ends(minute):
                edge = wall.replace(second=0, microsecond=0) + timedelta(minutes=end - minute)
            elif self.free_days and wall.date() in self.free_days(wall.year):
                edge = datetime.combine(wall.date() + timedelta(days=1), time())
            else:
                return moment
            later = to_instant(edge, self.zone)
            # In the hour that comes twice the edge's first reading may lie behind us.
            moment = later if later > moment else moment + (edge - wall)
        return None


def read_calm(quiet: str, free_days: Callable[[int], frozenset[date]] | None, zone: ZoneInfo) -> Calm | None:
    """The Calm of `quiet` ("20:00-08:00; Sa,Su 00:00-24:00", or "none") and `free_days`. None: never quiet. Raises ValueError."""
    from smm_cli.calendar.week import read_quiet

    edges: list[tuple[int, int]] = []
    for stretch in read_quiet(quiet) if quiet.strip().lower() != "none" else ():
        length = (stretch.end - stretch.start) % 1440 or 1440
        for day in stretch.days:
            start = day * 1440 + stretch.start
            edges += [(start, min(start + length, WEEK)), (0, start + length - WEEK)]
    merged = _merged(sorted((start, end) for start, end in edges if end > start))
    return Calm(merged, free_days, zone) if merged or free_days else None


def _merged(edges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in edges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
