"""One channel's deliveries in order of time: slots are taken, gaps and daily limits kept, lateness judged.

What has passed is gone through as it would have been planned then, so that a delivery that had to give way to others is not late
for it; what is to come follows from there. The result depends on files, history and now alone.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from smm_cli.plan.calm import Calm
from smm_cli.plan.room import Room, Taken
from smm_cli.plan.slots import Line, slot_times, used_slots
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Record
from smm_cli.words.frozen import dataclass

AHEAD = timedelta(days=366)
"""How far slots are given out where the plan has no end."""
WEEK = timedelta(days=7)
THEN, NOW, SLOT = 0, 1, 2
"""Entries: a time to be judged as of then, a time to be sent at from now on, a slot."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a delivery came to stand: `due`, planned for `at`; `moved` says why later than written; `limit`: passed, so late."""

    due: datetime
    at: datetime | None
    moved: str = ""
    limit: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing to be placed: a delivery first due at `first`, or (wanted None) the slot of that time."""

    kind: int
    first: datetime
    wanted: Wanted | None = None
    moved: str = ""


@dataclass(frozen=True)
class Road:
    """What arranging one channel needs to know. `limit_of` gives when a delivery due then is late; `may_go` asks for pauses."""

    channel: Channel
    zone: ZoneInfo
    calm: Calm | None
    records: list[Record]
    public: list[datetime]
    now: datetime
    until: datetime | None
    slot_open: timedelta
    limit_of: Callable[[Wanted, datetime], datetime | None]
    may_go: Callable[[Wanted, datetime], bool]


class Arranging:
    """Places deliveries of one channel: `placed` by name; `next_time` is the first time after the end that was asked for."""

    def __init__(self, road: Road, wanted: Iterable[Wanted], line: Line) -> None:
        self.road, self.line = road, line
        self.room = Room(road.channel, road.zone, road.calm, road.public)
        self.placed: dict[str, Placed] = {}
        self.next_time: datetime | None = None
        self._then, self._now = Taken(), Taken()
        self._count = count()
        self._heap: list[tuple[datetime, int, datetime, str, int, Entry]] = []
        explicit = [one for one in wanted if one.due is not None]
        self._explicit = sorted(one.due for one in explicit if one.due)
        for one in explicit:
            assert one.due is not None
            self._push(one.due, Entry(THEN if one.due <= road.now else NOW, one.due, one))
        self._slots = self._free_slots() if line else iter(())
        self._push_slot()

    def run(self) -> None:
        """Place everything up to the end."""
        while self._heap:
            time, *_, entry = heapq.heappop(self._heap)
            if self.road.until and time > self.road.until:
                self.next_time = time
                return
            (self._judge, self._send, self._give)[entry.kind](time, entry)

    def _push(self, time: datetime, entry: Entry) -> None:
        wanted = entry.wanted
        rank = 2 if wanted is None else 0 if wanted.post.urgent else 1
        name = wanted.name if wanted else ""
        heapq.heappush(self._heap, (time, rank, entry.first, name, next(self._count), entry))

    def _judge(self, time: datetime, entry: Entry) -> None:
        """A time that has passed: would it have gone then, and is that too long ago?"""
        wanted = entry.wanted
        assert wanted is not None
        later, why = self._room_for(wanted, time, self._then)
        if later > time:
            self._push(later, Entry(THEN if later <= self.road.now else NOW, entry.first, wanted, why))
            return
        self._then.take(time, self.room)
        limit = self.road.limit_of(wanted, time)
        if limit and self.road.now > limit:
            self.placed[wanted.name] = Placed(time, wanted.at, entry.moved, limit)
        else:
            self._push(self.road.now, Entry(NOW, time, wanted, entry.moved))

    def _send(self, time: datetime, entry: Entry) -> None:
        """A time from now on: it stands, or gives way to what goes before it."""
        wanted = entry.wanted
        assert wanted is not None
        later, why = self._room_for(wanted, time, self._now)
        if later > time:
            self._push(later, Entry(NOW, entry.first, wanted, why))
            return
        self._now.take(time, self.room)
        due = entry.first if time <= self.road.now else time
        self.placed[wanted.name] = Placed(due, wanted.at, entry.moved if due != wanted.due else "")

    def _room_for(self, wanted: Wanted, time: datetime, taken: Taken) -> tuple[datetime, str]:
        if wanted.post.urgent or wanted.begun:
            return time, ""
        return self.room.after(time, taken)

    # -- slots --------------------------------------------------------------------------------------------------------

    def _free_slots(self) -> Iterator[datetime]:
        road = self.road
        week = list(slot_times(road.channel.slots, road.zone, road.now - WEEK, road.now + road.slot_open))
        used = used_slots(road.records, week, road.slot_open)
        end = road.until + WEEK if road.until else road.now + AHEAD
        for slot in slot_times(road.channel.slots, road.zone, road.now - road.slot_open, end):
            position = bisect_left(self._explicit, slot)
            meant = position < len(self._explicit) and self._explicit[position] < slot + road.slot_open
            if slot not in used and not meant and not (road.calm and road.calm.why(slot)):
                yield slot

    def _push_slot(self) -> None:
        slot = next(self._slots, None) if self.line else None
        if slot:
            self._push(max(slot, self.road.now), Entry(SLOT, slot))

    def _give(self, time: datetime, entry: Entry) -> None:
        """A slot is open: the first post in line takes it, as soon as there is room."""
        slot, closes = entry.first, entry.first + self.road.slot_open
        later, why = self.room.after(time, self._now)
        taker = self.line.take(time, self.road.may_go) if later == time else None
        if taker:
            self._now.take(time, self.room)
            due = time if time > self.road.now else max(slot, taker.start or slot)
            self.placed[taker.wanted.name] = Placed(due, slot, entry.moved)
        elif later == time:
            start = self.line.next_start()
            later = start if start and start > time else closes
        if not taker and later < closes:
            self._push(later, Entry(SLOT, slot, moved=why))
        else:
            self._push_slot()
