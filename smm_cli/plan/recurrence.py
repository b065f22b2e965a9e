"""Repeated posts: the times that an RRULE gives, in wall time. dateutil is imported here only, and only where a post repeats."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from smm_cli.errors import PostError
from smm_cli.plan.wall import exists, occurrence_name, to_instant, to_wall
from smm_cli.words.frozen import dataclass

if TYPE_CHECKING:
    from dateutil.rrule import rrule

EXAMPLE = "write FREQ=WEEKLY;BYDAY=TU"
STEP = {"MINUTELY": timedelta(minutes=1), "HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(days=7)}
BACK = {"MINUTELY": timedelta(hours=6), "HOURLY": timedelta(days=3), "DAILY": timedelta(days=45), "WEEKLY": timedelta(days=70)}
"""How far back the occurrence before a moment is looked for; for rarer rules 400 days."""
BACK_ELSE = timedelta(days=400)
DAY = timedelta(days=1)
DAY_FILTERS = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYEASTER"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of a repeated post: its name, wall time (naive) and instant (UTC)."""

    name: str
    wall: datetime
    at: datetime


class Recurrence:
    """All occurrences of a rule from `start` (wall time, naive) on, before `until` (exclusive), in `zone`. Raises PostError.

    The rule is worked out in wall time: a weekly 09:00 stays 09:00 through both ends of summer time. A wall time that a clock
    shows twice occurs once; one that it skips moves forward, and falls away where it would meet another occurrence.
    """

    def __init__(self, rule: str, start: datetime, until: datetime | None, zone: ZoneInfo) -> None:
        parts, end = _parts(rule, zone)
        self.zone, self.start = zone, start
        self.until = min((edge for edge in (until, end) if edge), default=None)
        self._parts = parts
        self._listed: dict[tuple[datetime, datetime], tuple[Occurrence, ...]] = {}
        self._whole = _rrule(_text(parts), start)
        if _never_happens(parts, start):
            raise PostError(f"repeat: {rule} never happens: no such day", hint=EXAMPLE, slug="bad-rule")

    def between(self, after: datetime, before: datetime) -> Iterator[Occurrence]:
        """Occurrences with `after` <= at (instants), in order, up to the first after `before`, which is given too."""
        low = max(to_wall(after, self.zone) - DAY, self.start)
        waiting: list[Occurrence] = []
        for wall in self._from(low).xafter(low, inc=True):
            if self.until and wall >= self.until:
                break
            occurrence = Occurrence(occurrence_name(wall), wall, to_instant(wall, self.zone))
            if self._falls_away(occurrence) or occurrence.at < after:
                continue
            # A skipped time that moved forward may overtake those that come next: each waits until the clock shows its instant.
            while waiting and to_wall(waiting[0].at, self.zone) <= wall:
                yield waiting[0]
                if waiting.pop(0).at > before:
                    return
            insort(waiting, occurrence, key=lambda one: one.at)
        for one in waiting:
            yield one
            if one.at > before:
                return

    def listed(self, after: datetime, before: datetime) -> tuple[Occurrence, ...]:
        """As between, worked out once for all channels of a post."""
        if (after, before) not in self._listed:
            self._listed[after, before] = tuple(self.between(after, before))
        return self._listed[after, before]

    def _falls_away(self, occurrence: Occurrence) -> bool:
        shown = to_wall(occurrence.at, self.zone)
        return shown != occurrence.wall and self.has(shown)

    def has(self, wall: datetime) -> bool:
        """Whether the rule gives `wall`, and a clock shows it."""
        if wall < self.start or (self.until and wall >= self.until):
            return False
        return next(iter(self._from(wall).xafter(wall, inc=True)), None) == wall and (
            exists(wall, self.zone) or not self.has(to_wall(to_instant(wall, self.zone), self.zone))
        )

    def back(self, moment: datetime) -> datetime:
        """How far before `moment` to begin in order to meet the occurrence before it."""
        return moment - BACK.get(self._parts["FREQ"], BACK_ELSE)

    def _from(self, wall: datetime) -> rrule:
        """The rule, begun shortly before `wall`: years of hours need not be walked through."""
        step = STEP.get(self._parts["FREQ"])
        if step is None or "COUNT" in self._parts:
            return self._whole
        whole = step * int(self._parts.get("INTERVAL", "1"))
        times = (wall - self.start) // whole - 1
        # Whole multiples keep what the start decides: weekday, hour, minute, and the weeks that an interval leaves out.
        return _rrule(_text(self._parts), self.start + times * whole) if times > 0 else self._whole


def _parts(rule: str, zone: ZoneInfo) -> tuple[dict[str, str], datetime | None]:
    bare = rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    pairs = [piece.partition("=") for piece in bare.split(";")]
    parts = {key.strip(): value.strip() for key, _, value in pairs}
    if len(parts) != len(pairs) or not all(re.fullmatch(r"[A-Z]+", key) and value for key, value in parts.items()) or "FREQ" not in parts:
        raise PostError(f"repeat: {rule} is no rule", hint=EXAMPLE, slug="bad-rule")
    if parts["FREQ"] == "SECONDLY" or "BYSECOND" in parts:
        raise PostError("repeat: nothing is repeated within a minute", hint=EXAMPLE, slug="bad-rule")
    return parts, _end(parts.pop("UNTIL", ""), zone)


def _never_happens(parts: dict[str, str], start: datetime) -> bool:
    """Whether no day fits (30 February). dateutil would look for it minute by minute up to the year 9999; by years it is quick."""
    filters = {key: value for key, value in parts.items() if key in DAY_FILTERS}
    return len(filters) > 1 and next(iter(_rrule(_text({"FREQ": "YEARLY", **filters}), start)), None) is None


def _end(until: str, zone: ZoneInfo) -> datetime | None:
    """UNTIL inside a rule is inclusive (RFC 5545, 3.3.10); made exclusive here."""
    if not until:
        return None
    try:
        if "T" not in until:
            return datetime.combine(date.fromisoformat(until) + DAY, time())
        wall = datetime.fromisoformat(until.rstrip("Z"))
    except ValueError:
        raise PostError(f"repeat: UNTIL={until} is no time", hint="write until: 2026-12-31 as a key of its own", slug="bad-rule") from None
    return (to_wall(wall.replace(tzinfo=UTC), zone) if until.endswith("Z") else wall) + timedelta(seconds=1)


def _text(parts: dict[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in parts.items())


@lru_cache(maxsize=512)
def _rrule(text: str, start: datetime) -> rrule:
    from dateutil.rrule import rrule, rrulestr

    try:
        found = rrulestr(text, dtstart=start)
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise PostError(f"repeat: {text}: {error}", hint=EXAMPLE, slug="bad-rule") from None
    if not isinstance(found, rrule):
        raise PostError(f"repeat: {text} is more than one rule", hint=EXAMPLE, slug="bad-rule")
    return found
