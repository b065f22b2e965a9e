"""Times as people type them: a small closed grammar, English and German. It reads the whole input or refuses.

moment := relative | day [at] clock [zone] | clock [on] day | clock | ISO
day    := today … | [next] weekday | D.M.[YYYY] | D month [YYYY] | month D [YYYY] | YYYY-MM-DD | in N days/weeks, with a weekday
          before it if it is the right one
clock  := 9:30 | 9am | 9 Uhr | 9 Uhr 30 | 9.30 Uhr | noon | midnight, after a day also 9
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm_cli.errors import PostError, UsageError
from smm_cli.plan.phrase_clock import Clock, read_clock
from smm_cli.plan.phrase_day import Day, read_day
from smm_cli.plan.phrase_words import AT, EXAMPLES, ONE, UNITS
from smm_cli.plan.say import say_moment
from smm_cli.plan.wall import read_wall, to_instant, to_wall

__all__ = ["read_moment", "say_moment"]

ISO = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(:\d{2})?( ?(z|[+-]\d{2}:?\d{2}))?")
MOST = 60 * 24 * 366 * 20
"""Minutes that `in N …` may count: twenty years; more is a slip of the finger."""
LONGEST = 200
"""Characters of what may be typed as a time; the day's expressions would search a text of thousands for minutes."""
RECENT = timedelta(days=90)
"""A day without a year that has passed means the next year's only if it is longer ago: else it is likely a slip."""


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) that `text` means, typed at `now` by somebody in `zone`.

    Always in the future, unless written with its year in ISO form. Raises UsageError, with examples, for anything that the grammar
    does not read whole, for a day without a time, and for the past.
    """
    if len(text) > LONGEST:
        raise _refused(text[:LONGEST], "say it shorter")
    words = " ".join(unicodedata.normalize("NFC", text).lower().replace(",", " ").split())
    if any(sign.isdigit() and not sign.isascii() for sign in words):
        raise _refused(text, "write its digits as 0 to 9")
    if ISO.fullmatch(words):
        try:
            return read_wall(words.upper(), zone)
        except (PostError, OverflowError):
            raise _refused(text, "there is no such time") from None
    found = _relative(words, now) or _day_and_clock(words, text, now, zone)
    if found is None:
        raise _refused(text, "cannot be read as a time")
    return found


def _refused(text: str, why: str, hint: str = "") -> UsageError:
    return UsageError(
        f'"{text}": {why}', hint=hint or "write it like: " + ", ".join(f'"{example}"' for example in EXAMPLES), slug="bad-time"
    )


def _relative(words: str, now: datetime) -> datetime | None:
    """`in 20 minutes`, `in einer Stunde`: counted on, rounded up to the minute."""
    found = re.fullmatch(r"in (\d{1,8}|[a-zü]+) ?([a-z]+)", words)
    if not found or UNITS.get(found[2], 1440) >= 1440:
        return None
    count = 1 if found[1] in ONE else int(found[1]) if found[1].isdecimal() else 0
    minutes = count * UNITS[found[2]]
    if not 0 < minutes <= MOST:
        return None
    moment = now.astimezone(UTC) + timedelta(minutes=minutes)
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


def _day_and_clock(words: str, text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = to_wall(now, zone).date()
    for day_words, clock_words, zone_words in _splits(words):
        clock = read_clock(clock_words, bare=bool(day_words)) if clock_words else None
        day = read_day(day_words, today) if day_words else None
        if (clock_words and clock is None) or (day_words and day is None):
            continue
        if clock is None:
            raise _refused(text, "a time of day is missing", f'add one: "{text} 9:00"')
        return _moment(day, clock, zone_words, text, now, zone)
    return None


def _splits(words: str) -> list[tuple[str, str, str]]:
    """Every way to part the words into day, clock and zone; clock first only where nothing else fits."""
    parts = words.split(" ")
    found = []
    for zone_size in (0, 1):
        kept, zone = parts[: len(parts) - zone_size], " ".join(parts[len(parts) - zone_size :])
        for cut in range(len(kept), -1, -1):
            day, clock = kept[:cut], kept[cut:]
            if clock and clock[0] in AT and len(clock) > 1:
                clock = clock[1:]
            if not zone_size or (day and clock):
                found.append((" ".join(day), " ".join(clock), zone))
    for cut in range(1, len(parts)):
        clock = parts[1:cut] if parts[0] in AT else parts[:cut]
        # A bare number before a day would read "4 March" as four o'clock in March.
        if clock and not clock[-1].rstrip(".").isdecimal():
            found.append((" ".join(parts[cut:]), " ".join(clock), ""))
    return found


def _moment(day: Day | None, clock: Clock, zone_words: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    today = to_wall(now, zone).date()
    if day is None:
        # Midnight alone is the coming one; any other time alone is today's.
        day = Day(today + timedelta(days=1) if clock.midnight else today)
    try:
        moment = _in_zone(datetime.combine(day.on, clock.time), zone_words, text, zone)
        if moment <= now and not day.has_year:
            moment = _next_year(day.on, clock.time, zone_words, text, now, zone)
    except (ValueError, OverflowError):
        raise _refused(text, "there is no such time") from None
    if moment <= now and not day.is_iso:
        raise _refused(text, f"has passed: {say_moment(moment, zone)}", 'for a past time write it whole: "2026-11-24 09:00"')
    return moment


def _next_year(day: date, clock: time, zone_words: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    if now - to_instant(datetime.combine(day, clock), zone) < RECENT:
        raise _refused(text, "has passed this year", f'add the year: "{day.day} {day:%b} {day.year + 1} {clock:%H:%M}"')
    return _in_zone(datetime.combine(day.replace(year=day.year + 1), clock), zone_words, text, zone)


def _in_zone(wall: datetime, zone_words: str, text: str, zone: ZoneInfo) -> datetime:
    """The instant; a zone's short name must be what is said there then, and tells the two readings of a double hour apart."""
    if not zone_words:
        return to_instant(wall, zone)
    readings = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    for reading in readings:
        if (reading.tzname() or "").lower() == zone_words and to_wall(reading.astimezone(UTC), zone) == wall:
            return reading.astimezone(UTC)
    said = readings[0].tzname()
    raise _refused(
        text,
        f"{zone_words.upper()} is not what {zone.key} has then: {said}",
        f'for another zone write its offset: "{wall:%Y-%m-%d %H:%M}+01:00"',
    )
