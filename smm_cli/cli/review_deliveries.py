"""Deliveries of two versions of a calendar: added, removed, moved, held or let go, their approval lapsed or given, their text another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.media_files import paths_of
from smm_cli.calendar.targets import aim
from smm_cli.cli.preview_post import View, views_of
from smm_cli.delivery.freeze import content_digest
from smm_cli.words.delivery import FINAL, HELD, PUBLISHED, Delivery
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

if TYPE_CHECKING:
    from smm_cli.cli.review import Side

ADDED, REMOVED, MOVED, LAPSED, GIVEN, STOPPED, FREED, TEXT, WHERE = (
    "added",
    "removed",
    "moved",
    "approval lapsed",
    "approval given",
    "held",
    "let go",
    "rendering",
    "account",
)
"""What may have become of a delivery."""


@dataclass(frozen=True)
class Changed:
    """A delivery that differs: `what` of it, before and after, how it will look (`view`), and the digest to approve."""

    what: tuple[str, ...]
    before: Delivery | None
    after: Delivery | None
    view: View | None = None
    digest: str = ""

    @property
    def delivery(self) -> Delivery:
        found = self.after or self.before
        assert found is not None
        return found


def changed_deliveries(old: Side, new: Side) -> Iterator[Changed]:
    """All that differ, by their time in the new version, those that are removed last."""
    if old.planned is None or new.planned is None:  # of a side that cannot be planned nothing is known: that is told instead
        return
    was, now = _open(old), _open(new)
    for name, after in now.items():
        before = was.get(name)
        what = (ADDED,) if before is None else tuple(_differences(before, after, old, new))
        if what:
            shown = ADDED in what or TEXT in what
            yield Changed(what, before, after, _view(after, new) if shown else None, _digest(after, new))
    for name, before in was.items():
        if name not in now and not _is_over(name, new):
            yield Changed((REMOVED,), before, None)


def outdated(old: Side, new: Side) -> Iterator[Delivery]:
    """What is public, and says something else in the new version than in the old one."""
    if new.planned is None or old.planned is None:
        return
    posts, before = _posts(new), _posts(old)
    for delivery in new.planned.plan.deliveries:
        post, then = posts.get(delivery.post), before.get(delivery.post)
        if delivery.state == PUBLISHED and post is not None and then is not None and post.text_digest != then.text_digest:
            yield delivery


def _open(side: Side) -> dict[str, Delivery]:
    return {d.name: d for d in side.planned.plan.deliveries if d.state not in FINAL} if side.planned else {}


def _is_over(name: str, side: Side) -> bool:
    """Whether it is settled there by its record: nothing was removed."""
    return any(d.name == name for d in side.planned.plan.deliveries) if side.planned else False


def _posts(side: Side) -> dict[str, Post]:
    return {post.id: post for post in side.planned.indexed.posts} if side.planned else {}


def _differences(before: Delivery, after: Delivery, old: Side, new: Side) -> Iterator[str]:
    if before.due != after.due:
        yield MOVED
    held, was_held = after.state == HELD, before.state == HELD
    if after.reason == "approval" and before.reason != "approval":
        yield LAPSED
    elif before.reason == "approval" and after.reason != "approval":
        yield GIVEN
    elif held and not was_held:
        yield STOPPED
    elif was_held and not held:
        yield FREED
    elif held and (before.reason, before.why) != (after.reason, after.why):
        yield STOPPED
    if (before.handle, before.network, before.by_hand) != (after.handle, after.network, after.by_hand):
        yield WHERE
    if _looks_other(before, after, old, new):
        yield TEXT


def _looks_other(before: Delivery, after: Delivery, old: Side, new: Side) -> bool:
    """Whether its network would get something else. Composed only where anything that is composed from differs."""
    assert old.runner and new.runner
    one, other = _posts(old).get(before.post), _posts(new).get(after.post)
    if one is None or other is None:
        return one is not other
    same = one == other and old.text == new.text
    if same and not any(item.media or paths_of(item.body) for item in _aimed(other, after, new)):
        return False
    at = old.runner.clock.now()  # the same for both: a delivery that only moved says nothing else
    return _content(one, before, old, at) != _content(other, after, new, at)


def _aimed(post: Post, delivery: Delivery, side: Side) -> tuple[Post, ...]:
    assert side.runner is not None
    return post, aim(post, side.runner.calendar.channels[delivery.channel], side.runner.calendar)


def _content(post: Post, delivery: Delivery, side: Side, at: datetime) -> object:
    """What will be sent, but for its time; what is wrong with it, where nothing can be."""
    runner = side.runner
    assert runner is not None
    channel = runner.calendar.channels[delivery.channel]
    made = runner.composer.prepare(post, channel, delivery.name, at, runner.ledger.account(channel.name))
    return content_digest(made.payload) if made.payload else tuple(problem.what for problem in made.problems)


def _view(delivery: Delivery, side: Side) -> View | None:
    post = _posts(side).get(delivery.post)
    assert side.runner is not None and side.planned is not None
    if post is None:
        return None
    return next((view for view in views_of(post, side.planned, side.runner) if view.channel.name == delivery.channel), None)


def _digest(delivery: Delivery, side: Side) -> str:
    post = _posts(side).get(delivery.post)
    return approval_digest(post, side.runner.calendar, side.runner.source) if post is not None and side.runner else ""
