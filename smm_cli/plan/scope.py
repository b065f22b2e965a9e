"""Everything one planning may know: calendar, history, answers, now; with what is worked out once and asked often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.targets import Target, channels_of
from smm_cli.errors import PostError
from smm_cli.plan.approval import NOBODY, Witness, asks_anything, missing
from smm_cli.plan.calm import Calm, read_calm
from smm_cli.plan.past import Past
from smm_cli.plan.say import say_moment
from smm_cli.plan.wall import zone_of
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Delivery
from smm_cli.words.outage import Outage
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, Place, Problem

if TYPE_CHECKING:
    from smm_cli.plan.waits import WaitAnswer


@dataclass
class Found:
    """What planning has come to so far."""

    deliveries: list[Delivery] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    wakes: list[datetime] = field(default_factory=list)

    def problem(self, slug: str, what: str, path: str, *, hint: str = "", severity: str = ERROR, channel: str = "") -> None:
        """Note a problem; the same one twice is one."""
        self.problems[Problem(slug, what, Place(path, channel=channel), hint, severity)] = None


class Scope:
    """The facts of one planning. `until` (None: no end) bounds what is asked for; `now` is aware."""

    def __init__(
        self,
        calendar: Calendar,
        past: Past,
        now: datetime,
        until: datetime | None,
        waits: Mapping[str, WaitAnswer],
        held: Mapping[str, str],
        digests: Mapping[str, str],
        free_days: Callable[[int], frozenset[date]] | None,
        witness: Witness = NOBODY,
        ahead: timedelta = timedelta(),
        outages: tuple[Outage, ...] = (),
    ) -> None:
        self.calendar, self.past = calendar, past
        self.now = now.astimezone(UTC)
        self.until = until.astimezone(UTC) if until else None
        self.ahead, self.outages = ahead, outages
        self.waits, self.held, self.digests, self.witness = waits, held, digests, witness
        self.free_days = free_days or _own_free_days(calendar)
        self.zone: ZoneInfo = zone_of(calendar.timezone)
        self.asks_approval = asks_anything(calendar)
        self.found = Found()
        self._targets: dict[tuple[str, ...], tuple[Target, ...]] = {}
        self._calm: dict[str, Calm | None] = {}
        self._lacking: dict[tuple[str, str], str] = {}
        self._moved: dict[tuple[str, Outage], datetime] = {}

    def targets(self, post: Post) -> tuple[Target, ...]:
        """The channels `post` goes to; the same list of names is expanded once."""
        found = self._targets.get(post.channels)
        if found is None:
            found = self._targets[post.channels] = channels_of(post, self.calendar)
        return found

    def lacking(self, post: Post) -> str:
        """What `post` lacks to be approved; asked once, whatever the number of its channels and occurrences."""
        key = post.id, post.author  # a target may have an author of its own
        if key not in self._lacking:
            digest = self.digests.get(post.id, "") if post.approved else ""
            self._lacking[key] = missing(post, digest, self.calendar, self.witness)
        return self._lacking[key]

    def zone_for(self, post: Post) -> ZoneInfo:
        """The zone in which the times of `post` are written. Raises PostError."""
        return zone_of(post.timezone) if post.timezone else self.zone

    def calm(self, channel: Channel) -> Calm | None:
        """When `channel` is quiet; None: never."""
        key = channel.quiet or self.calendar.quiet
        if not key and not self.free_days:
            return None
        if key not in self._calm:
            self._calm[key] = self._read_calm(key)
        return self._calm[key]

    def _read_calm(self, quiet: str) -> Calm | None:
        try:
            return read_calm(quiet, self.free_days, self.zone)
        except ValueError as error:
            raise PostError(str(error), where="channels.toml", slug="bad-quiet") from None

    def says(self, moment: datetime) -> str:
        """`moment` in words, in the calendar's zone."""
        return say_moment(moment, self.zone)

    def outage_at(self, due: datetime) -> Outage | None:
        """The outage in which a delivery fell due."""
        return next((outage for outage in self.outages if outage.covers(due)), None)

    def moved(self, channel: str, outage: Outage) -> datetime:
        """When the last of those that fell due in `outage` went out on `channel`; its end where none did yet."""
        key = (channel, outage)
        if key not in self._moved:
            times = (record.at for record in self.past.busy.get(channel, ()) if record.due and outage.covers(record.due))
            self._moved[key] = max((at for at in times if at), default=outage.until)
        return self._moved[key]

    @property
    def shows_past(self) -> bool:
        """Whether deliveries that are over are listed: not when only what is due is asked for."""
        return self.until is None or self.until > self.now

    @cached_property
    def fast_until(self) -> datetime | None:
        """A wall time (naive) after which nothing can be due by `until` in any zone: offsets stay below a day."""
        return self.until.replace(tzinfo=None) + timedelta(days=1) if self.until else None


def _own_free_days(calendar: Calendar) -> Callable[[int], frozenset[date]] | None:
    if not calendar.holidays:
        return None
    from smm_cli.plan.holidays import free_days

    return free_days(calendar.holidays)
