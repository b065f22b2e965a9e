"""Room on a channel: the least gap between two posts, and how many a day."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from smm_cli.plan.calm import Calm
from smm_cli.plan.say import say_length
from smm_cli.plan.wall import to_instant, to_wall
from smm_cli.words.channel import Channel

DAY = timedelta(days=1)


@dataclass
class Taken:
    """Times given away: the last of them, how many on each day, and how many were sent on to a later day."""

    last: datetime | None = None
    days: Counter[date] = field(default_factory=Counter)
    moved_to: Counter[date] = field(default_factory=Counter)

    def take(self, time: datetime, room: Room) -> None:
        """Give `time` away; times come in order."""
        self.last = time
        if room.channel.daily_limit:
            self.days[room.day(time)] += 1


class Room:
    """Where `channel` has room, beside what is `public` already (ascending)."""

    def __init__(self, channel: Channel, zone: ZoneInfo, calm: Calm | None, public: list[datetime]) -> None:
        self.channel, self.zone, self.calm, self.public = channel, zone, calm, public
        self.gap = timedelta(seconds=channel.gap)

    def day(self, time: datetime) -> date:
        """The day of `time` on the wall."""
        return to_wall(time, self.zone).date()

    @cached_property
    def _public_days(self) -> Counter[date]:
        return Counter(self.day(time) for time in self.public)

    def after(self, time: datetime, taken: Taken) -> tuple[datetime, str]:
        """`time`, or the next one worth a look, and why; the caller comes back with it until it stands."""
        later, why = self._after_gap(time, taken)
        if self.channel.daily_limit and (free := self._free_day(later, taken)):
            later, why = free, f"moved: {self.channel.name} takes {self.channel.daily_limit} posts a day"
        if later > time and self.calm:
            later = self.calm.free_from(later) or later
        return later, why

    def _after_gap(self, time: datetime, taken: Taken) -> tuple[datetime, str]:
        if not self.gap:
            return time, ""
        later = max(time, taken.last + self.gap) if taken.last else time
        position = bisect_left(self.public, time + self.gap) - 1
        if position >= 0 and self.public[position] > time - self.gap:
            later = max(later, self.public[position] + self.gap)
        return later, f"moved: {say_length(self.channel.gap)} between two posts on {self.channel.name}" if later > time else ""

    def _free_day(self, time: datetime, taken: Taken) -> datetime | None:
        """The same time of the next day that has room, when the day of `time` is full."""
        wall = to_wall(time, self.zone)
        limit, day = self.channel.daily_limit, wall.date()
        if self._public_days[day] + taken.days[day] < limit:
            return None
        day += DAY
        # Those sent on before are counted, so that a long queue is not pushed through every single day.
        while self._public_days[day] + max(taken.days[day], taken.moved_to[day]) >= limit:
            day += DAY
        taken.moved_to[day] += 1
        return to_instant(wall.replace(year=day.year, month=day.month, day=day.day), self.zone)
