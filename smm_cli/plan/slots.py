"""Weekly slots of a channel: when they are, which are used, and which post takes which."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm_cli.plan.wall import to_instant, to_wall
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Slot
from smm_cli.words.delivery import Record
from smm_cli.words.frozen import dataclass


def slot_times(slots: Iterable[Slot], zone: ZoneInfo, after: datetime, before: datetime) -> Iterator[datetime]:
    """Instants of `slots` with `after` < time <= `before`, ascending, each once."""
    by_day: dict[int, list[int]] = {}
    for slot in slots:
        by_day.setdefault(slot.weekday, []).append(slot.minute)
    day = to_wall(after, zone).date() - timedelta(days=1)
    last = after
    while by_day:
        midnight = datetime.combine(day, time())
        minutes = sorted(by_day.get(day.weekday(), ()))
        for moment in sorted(to_instant(midnight + timedelta(minutes=minute), zone) for minute in minutes):
            if moment > before:
                return
            if moment > last:
                last = moment
                yield moment
        day += timedelta(days=1)
        if to_instant(midnight, zone) > before:
            return


def used_slots(records: Iterable[Record], times: list[datetime], open_for: timedelta) -> set[datetime]:
    """Which of `times` (ascending) are used: planned for by a record, or something went out while they were open."""
    used: set[datetime] = set()
    known = set(times)
    for record in records:
        if record.due in known:
            used.add(record.due)
        elif record.at:
            started = [moment for moment in times if moment <= record.at < moment + open_for]
            used.update(started[-1:])
    return used


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that takes a slot when it is its turn: from `start` on, before `end` (None: no bound)."""

    wanted: Wanted
    start: datetime | None = None
    end: datetime | None = None

    @property
    def turn(self) -> tuple[int, str]:
        return self.wanted.post.order, self.wanted.post.id


class Line:
    """Posts that wait for slots: by `order`, then id; those whose time has not come yet stand aside."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._ready: list[tuple[int, str, Candidate]] = []
        self._later: list[tuple[datetime, str, Candidate]] = []
        for candidate in candidates:
            if candidate.start:
                heapq.heappush(self._later, (candidate.start, candidate.wanted.name, candidate))
            else:
                heapq.heappush(self._ready, (*candidate.turn, candidate))

    def __bool__(self) -> bool:
        return bool(self._ready or self._later)

    def waiting(self) -> list[Candidate]:
        """All that stand in line, by turn."""
        return sorted((entry[2] for entry in (*self._ready, *self._later)), key=lambda candidate: candidate.turn)

    def next_start(self) -> datetime | None:
        """When the next of those that stand aside may go."""
        return self._later[0][0] if self._later else None

    def take(self, moment: datetime, may_go: Callable[[Wanted, datetime], bool]) -> Candidate | None:
        """The first post that may go at `moment`; whom `may_go` refuses keeps its turn."""
        while self._later and self._later[0][0] <= moment:
            candidate = heapq.heappop(self._later)[2]
            heapq.heappush(self._ready, (*candidate.turn, candidate))
        refused, found = [], None
        while self._ready and found is None:
            entry = heapq.heappop(self._ready)
            candidate = entry[2]
            if (candidate.end and candidate.end <= moment) or not may_go(candidate.wanted, moment):
                refused.append(entry)
            else:
                found = candidate
        for entry in refused:
            heapq.heappush(self._ready, entry)
        return found
