"""Which occurrences of a repeated post are planned on a channel: done, missed, due, to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.errors import PostError
from smm_cli.plan.late import NEVER, max_late
from smm_cli.plan.recurrence import Occurrence, Recurrence
from smm_cli.plan.scope import Scope
from smm_cli.plan.settled import SETTLED, is_over, settled
from smm_cli.plan.wall import occurrence_wall, read_written, to_instant, to_wall
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import SKIPPED, Delivery, Record, delivery_name
from smm_cli.words.post import Post

HORIZON = timedelta(days=92)
"""How far occurrences are listed where the plan has no end."""


def recurrence_of(post: Post, scope: Scope) -> Recurrence:
    """The rule of `post`, begun at publish_at. Raises PostError."""
    if not post.publish_at:
        raise PostError("repeat needs publish_at: the first time", hint="add publish_at: 2026-11-24 09:00", slug="no-time")
    zone = scope.zone_for(post)
    start = _wall(post.publish_at, zone)
    until = _wall(post.until, zone) if post.until else None
    return Recurrence(post.repeat, start, until, zone)


def _wall(text: str, zone: ZoneInfo) -> datetime:
    if len(text) == 10:
        text += " 00:00"
    written = read_written(text)
    return written if written.tzinfo is None else to_wall(written, zone)


class Repeated:
    """One repeated post on one channel. `rule` is shared by its channels."""

    def __init__(self, post: Post, channel: Channel, rule: Recurrence, scope: Scope) -> None:
        self.post, self.channel, self.rule, self.scope = post, channel, rule, scope
        past = scope.past
        self.known = past.occurrences.get((post.id, channel.name), {})
        self.before = past.record(delivery_name(post.id, channel.name))
        self._found: list[datetime] | None = None

    def recorded(self) -> Iterator[Wanted | Delivery]:
        """Occurrences that history knows, but those that were only to be tried and that the rule no longer gives."""
        for occurrence, record in sorted(self.known.items()):
            wall = occurrence_wall(occurrence)
            at = to_instant(wall, self.rule.zone) if wall else record.due
            if record.state in SETTLED:
                if self.scope.shows_past or not is_over(record):
                    yield settled(self.post, self.channel, record, at)
            elif wall and (record.parts_public or self.rule.has(wall)):
                yield self._wanted(occurrence, at, record)

    def coming(self) -> Iterator[Wanted | Delivery]:
        """Occurrences that nothing is known of: of those that passed only the last, then those to come and the first after the end.

        Where the last one that passed is known, or was made under another name, those before it are over too.
        """
        now, end = self.scope.now, self.scope.until or self.scope.now + HORIZON
        found = self.rule.listed(self.rule.back(now), max(end, now))
        passed = sum(occurrence.at <= now for occurrence in found)
        # Even one that is skipped wakes the runner: it sees no further than the first after the end.
        self.scope.found.wakes += [occurrence.at for occurrence in found[passed : passed + 1]]
        for occurrence in found[max(passed - 1, 0) :]:
            if occurrence.name in self.known or self._was_made(occurrence):
                continue
            yield self._planned(occurrence)
            if self.post.status != "ready" and occurrence.at > now:
                return

    def _planned(self, occurrence: Occurrence) -> Wanted | Delivery:
        wanted = self._wanted(occurrence.name, occurrence.at, None)
        calm = self.scope.calm(self.channel)
        if calm and not self.post.urgent and (why := calm.why(occurrence.at)):
            return wanted.delivery(SKIPPED, reason="quiet", why=f"skipped: {self.scope.says(occurrence.at)} is {_in(why)}")
        limit = max_late(self.post, self.channel)
        late = timedelta(seconds=limit) if limit is not None else NEVER
        if self.scope.now - occurrence.at > late and self.post.status == "ready":
            return wanted.delivery(
                SKIPPED,
                reason="late",
                why=f"late. Was due {self.scope.says(occurrence.at)}: skipped",
                hint=f"smm queue release {wanted.name}",
            )
        return wanted

    def _wanted(self, occurrence: str, at: datetime | None, record: Record | None) -> Wanted:
        due = max(at, record.next_at) if record and record.next_at and at else at
        return Wanted(self.post, self.channel, "", occurrence, at, due, record)

    def _was_made(self, occurrence: Occurrence) -> bool:
        """Whether a record of another name stands for it: the rule or its time was changed after it went out."""
        if any(made >= occurrence.at for made in self._made()):
            return True
        strays = self._strays()
        return bool(strays) and any(2 * abs(stray - occurrence.wall) < self._spacing(occurrence) for stray in strays)

    def _made(self) -> list[datetime]:
        records = [*self.known.values(), *([self.before] if self.before else [])]
        return [record.at for record in records if record.at and record.state in SETTLED]

    def _strays(self) -> list[datetime]:
        """Wall times of what was settled although the rule does not give it, and of what went out before the post repeated."""
        if self._found is None:
            walls = [occurrence_wall(name) for name, record in self.known.items() if record.state in SETTLED]
            self._found = [wall for wall in walls if wall and not self.rule.has(wall)]
            moment = (self.before.due or self.before.at) if self.before and self.before.state in SETTLED else None
            self._found += [to_wall(moment, self.rule.zone)] if moment else []
        return self._found

    def _spacing(self, occurrence: Occurrence) -> timedelta:
        """The distance to the nearer of its neighbours."""
        far = occurrence.at + (occurrence.at - self.rule.back(occurrence.at))
        others = [other.wall for other in self.rule.listed(self.rule.back(occurrence.at), far) if other.wall != occurrence.wall]
        return min((abs(other - occurrence.wall) for other in others), default=timedelta.max)


def _in(why: str) -> str:
    return "in quiet hours" if why == "quiet hours" else "on a holiday"
