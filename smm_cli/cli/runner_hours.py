"""When a job of a git host looks: the office hours of a calendar as cron lines, and the minutes that this takes in a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.moments import seconds_of
from smm_cli.calendar.week import Quiet, read_quiet, say_quiet
from smm_cli.errors import UsageError
from smm_cli.words.frozen import dataclass

DAY, WEEK = 1440, 7 * 1440
USUAL = "07:00-18:00"
LEAST = 5
"""Minutes. Source: docs.github.com, Events that trigger workflows, schedule: once every 5 minutes at most (2026-11-23)."""
PAST_THE_HOUR = 7
"""Minutes after the full hour, when the hosts are busiest and start jobs late, or not at all. Source: as above."""
PER_MONTH = 365.25 / 12 / 7
"""Weeks of a month."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a job looks: `said` in the calendar's zone; `lines` of cron, in `zone`; `a_week`: how often."""

    said: str
    every: int
    zone: str
    lines: tuple[str, ...]
    a_week: int

    def minutes(self, each: int) -> int:
        """Minutes of a month where a run takes `each`."""
        return round(self.a_week * each * PER_MONTH)


def hours_of(calendar: Calendar, every: str, said: str, *, utc: bool) -> Hours:
    """When to look. `said` like "Mo-Fr 07:00-19:00"; empty: outside of the calendar's quiet hours, and where slots are.

    One look follows the last minute, for what is due until then, unless it would be quiet. With `utc` the lines are in UTC and hold
    at both ends of summer time. Raises UsageError.
    """
    step = _step(every)
    try:
        open_ = _minutes_of(read_quiet(said)) if said else _open(calendar)
    except ValueError as error:
        raise UsageError(f"--hours: {error}", hint='--hours "Mo-Fr 07:00-19:00"') from None
    offsets, quiet = _offsets(calendar.timezone) if utc else {0}, _quiet(calendar)
    marks = range(PAST_THE_HOUR % step, WEEK, step)
    useful = {(minute + later) % WEEK for minute in open_ for later in range(step)} - (quiet - open_)
    ticks = [mark for mark in marks if any((mark + offset) % WEEK in useful for offset in offsets)]
    if not ticks:
        raise UsageError(f"no look falls into these hours: {_said(open_) or 'none at all'}", hint='--hours "Mo-Fr 07:00-19:00"')
    return Hours(_said(open_), step, "UTC" if utc else calendar.timezone, _lines(ticks), len(ticks))


def _step(every: str) -> int:
    try:
        minutes = (seconds_of(every) or 0) / 60
    except ValueError:
        minutes = 0
    if not LEAST <= minutes <= 360 or DAY % minutes or (minutes > 60 and minutes % 60) or (minutes < 60 and 60 % minutes):
        raise UsageError(f"--every {every}: a git host counts 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h", hint="--every 1h")
    return int(minutes)


def _open(calendar: Calendar) -> frozenset[int]:
    """Minutes of the week in which something may be due."""
    slots = {slot.weekday * DAY + slot.minute for channel in calendar.channels.values() for slot in channel.slots}
    quiet = _quiet(calendar)
    usual = frozenset(range(WEEK)) - quiet if quiet else _minutes_of(read_quiet(USUAL))
    return usual | slots


def _quiet(calendar: Calendar) -> frozenset[int]:
    return _minutes_of(read_quiet(calendar.quiet)) if calendar.quiet.lower() != "none" else frozenset()


def _minutes_of(stretches: Iterable[Quiet]) -> frozenset[int]:
    found: set[int] = set()
    for stretch in stretches:
        length = (stretch.end - stretch.start) % DAY or DAY
        for day in stretch.days:
            found.update((day * DAY + stretch.start + minute) % WEEK for minute in range(length))
    return frozenset(found)


def _said(open_: frozenset[int]) -> str:
    """The open minutes in the calendar's own words: `Mo-Fr 07:00-19:00` as `Mo,Tu,We,Th,Fr 07:00-19:00`."""
    days: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for day in range(7):
        here = sorted(minute - day * DAY for minute in open_ if day * DAY <= minute < (day + 1) * DAY)
        first = 0
        for place, minute in enumerate(here):
            if place + 1 == len(here) or here[place + 1] != minute + 1:
                days[here[first], minute + 1].append(day)
                first = place + 1
    return say_quiet(Quiet(tuple(on), start, end) for (start, end), on in sorted(days.items()))


def _offsets(zone: str) -> set[int]:
    """How many minutes the zone is ahead of UTC, in winter and in summer."""
    start, place = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    spans = {(start + timedelta(days=day)).astimezone(place).utcoffset() or timedelta() for day in range(366)}
    return {round(span.total_seconds() / 60) for span in spans}


def _lines(ticks: Iterable[int]) -> tuple[str, ...]:
    """As few lines of cron as say exactly these minutes of the week."""
    by_hour: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for tick in ticks:
        by_hour[tick // DAY, tick % DAY // 60].add(tick % 60)
    hours: defaultdict[tuple[int, tuple[int, ...]], set[int]] = defaultdict(set)
    for (day, hour), minutes in by_hour.items():
        hours[day, tuple(sorted(minutes))].add(hour)
    days: defaultdict[tuple[tuple[int, ...], tuple[int, ...]], set[int]] = defaultdict(set)
    for (day, marks), at_hours in hours.items():
        days[marks, tuple(sorted(at_hours))].add((day + 1) % 7)
    return tuple(
        f"{_spans(minutes)} {'*' if len(at) == 24 else _spans(at)} * * {'*' if len(on) == 7 else _spans(sorted(on))}"
        for (minutes, at), on in days.items()
    )


def _spans(numbers: Iterable[int]) -> str:
    """`6-18` or `7,22,37,52`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ",".join(f"{span[0]}-{span[-1]}" if len(span) > 2 else ",".join(map(str, span)) for span in found)
