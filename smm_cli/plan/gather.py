"""From files to deliveries that are wanted: each post on each of its channels, with what its record and its times say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from smm_cli.calendar.targets import Target, aim
from smm_cli.errors import PostError
from smm_cli.plan.plain import Plain
from smm_cli.plan.scope import Scope
from smm_cli.plan.settled import SETTLED, is_over, settled, stands_for
from smm_cli.plan.since import Joined
from smm_cli.plan.times import due_time, planned_time, was_tried
from smm_cli.plan.wall import read_written, to_instant, to_wall
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import FINAL, HELD, Delivery, Record
from smm_cli.words.post import Post

if TYPE_CHECKING:  # rules of repetition are imported where a post repeats
    from smm_cli.plan.recurrence import Recurrence


def gather(posts: Sequence[Post], scope: Scope) -> Iterator[Wanted | Delivery]:
    """Every delivery of `posts`: settled ones as they are, the others as wanted. Problems go to scope.found."""
    joined = Joined(scope)
    far, plain = Far(scope), Plain(scope)
    doubled = _doubled(posts, scope)
    for post in posts:
        if not post.id or post.id in doubled:
            continue
        rules: dict[tuple[str, ...], Recurrence] = {}
        for target in scope.targets(post):
            record = scope.past.records.get(f"{post.id}@{target.channel.name}")
            if record is not None and record.state in FINAL and not post.repeat:
                if scope.shows_past:
                    yield settled(post, target.channel, record)
            elif not far.passes_over(post, record) and (record is not None or not plain.takes(post, target)):
                yield from _of_target(post, target, record, joined, rules, scope)
    yield from plain.deliveries()
    scope.found.problems.update(dict.fromkeys(joined.problems()))
    scope.found.wakes += far.wakes()


def _doubled(posts: Sequence[Post], scope: Scope) -> set[str]:
    """Ids that two files bear: neither goes out, whichever is read first."""
    if len({post.id for post in posts}) == len(posts):
        return set()
    counts = Counter(post.id for post in posts if post.id)
    doubled = {post_id for post_id, count in counts.items() if count > 1}
    for post in sorted((post for post in posts if post.id in doubled), key=lambda post: post.path):
        others = ", ".join(sorted(other.path for other in posts if other.id == post.id and other.path != post.path))
        scope.found.problem("same-id", f"id {post.id} is also that of {others}", post.path, hint="a copy? give it its own id")
    return doubled


def _of_target(
    post: Post, target: Target, record: Record | None, joined: Joined, rules: dict[tuple[str, ...], Recurrence], scope: Scope
) -> Iterator[Wanted | Delivery]:
    channel = target.channel
    aimed = aim(post, channel, scope.calendar) if post.targets else post
    try:
        if aimed.repeat:
            yield from _repeated(aimed, target, joined, rules, scope)
        else:
            yield from _single(aimed, target, record, joined, scope)
    except PostError as error:
        yield _unreadable(aimed, channel, error, scope)


def _unreadable(post: Post, channel: Channel, error: PostError, scope: Scope) -> Delivery:
    scope.found.problem(error.slug, f"{post.id}: {error.what}", post.path, hint=error.hint)
    return Wanted(post, channel).delivery(HELD, reason="error", why=error.what, hint=error.hint)


def _single(post: Post, target: Target, record: Record | None, joined: Joined, scope: Scope) -> Iterator[Wanted | Delivery]:
    channel = target.channel
    if (record is None or record.state not in SETTLED) and (found := scope.past.occurrences.get((post.id, channel.name))):
        record = stands_for(list(found.values())) or record
    if record is not None and record.state in SETTLED:
        if scope.shows_past or not is_over(record):
            yield settled(post, channel, record, None if record.due else planned_time(post, scope))
        return
    if target.by_group and channel.since and record is None and joined.stays_away(post, channel, target.by_group, _written_day(post)):
        return
    if record is None and post.publish_at and not post.wait_for:
        at = due = planned_time(post, scope)
    else:
        by_slot = bool(post.slot) and not post.publish_at
        at = record.due if by_slot and record and was_tried(record) else planned_time(post, scope)
        if at is None and not by_slot and not post.wait_for and post.status == "ready":
            raise PostError("ready, but without a time", hint=f'smm post schedule {post.id} "tomorrow 9am", or slot: next', slug="no-time")
        due = due_time(post, channel.name, at, record, scope)
    yield Wanted(post, channel, target.by_group, "", at, due, record)


def _written_day(post: Post) -> date | None:
    return read_written(post.publish_at).date() if post.publish_at else None


def _repeated(
    post: Post, target: Target, joined: Joined, rules: dict[tuple[str, ...], Recurrence], scope: Scope
) -> Iterator[Wanted | Delivery]:
    from smm_cli.plan.repeats import Repeated, recurrence_of

    channel = target.channel
    key = (post.repeat, post.publish_at, post.until, post.timezone)
    rule = rules.get(key)
    if rule is None:
        rule = rules[key] = recurrence_of(post, scope)
    repeated = Repeated(post, channel, rule, scope)
    yield from repeated.recorded()
    if not repeated.known and joined.stays_away(post, channel, target.by_group, None):
        return
    for one in repeated.coming():
        since = channel.since if target.by_group else None
        if since is None or one.at is None or to_wall(one.at, rule.zone).date() >= since:
            yield one


class Far:
    """Passes over posts whose time lies surely beyond the end, without asking any zone; keeps the first of them for waking."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._first: dict[str, datetime] = {}

    def passes_over(self, post: Post, record: Record | None) -> bool:
        """Whether `post` cannot concern a plan that ends at `until`: one plain written time, far away."""
        end = self.scope.fast_until
        if end is None or post.targets or post.repeat or not post.publish_at or record is not None:
            return False
        try:
            written = read_written(post.publish_at)
        except PostError:
            return False
        if written.tzinfo is not None or written <= end:
            return False
        if post.status == "ready" and (post.timezone not in self._first or written < self._first[post.timezone]):
            self._first[post.timezone] = written
        return True

    def wakes(self) -> Iterable[datetime]:
        """The first instant of each zone at which a post passed over may be due."""
        from smm_cli.plan.wall import zone_of

        for name, wall in self._first.items():
            try:
                yield to_instant(wall, zone_of(name) if name else self.scope.zone)
            except PostError:
                continue
