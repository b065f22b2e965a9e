"""Deliveries of two versions of a calendar: added, removed, moved, held or let go, their approval lapsed or given, their text another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from smm_cli.calendar.digest import TIMES, digest_of
from smm_cli.calendar.media_files import paths_of
from smm_cli.calendar.targets import aim
from smm_cli.cli.preview_post import View, view_of
from smm_cli.delivery.freeze import content_digest
from smm_cli.plan.approval import asks_anything, is_needed
from smm_cli.words.delivery import HELD, PUBLISHED, Delivery
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

if TYPE_CHECKING:
    from smm_cli.cli.review import Side

ADDED, REMOVED, MOVED, UNNEEDED, LAPSED, GIVEN, STOPPED, FREED, TEXT, WHERE = (
    "added",
    "removed",
    "moved",
    "needs no approval any more",
    "approval lapsed",
    "approval given",
    "held",
    "let go",
    "rendering",
    "account",
)
"""What may have become of a delivery."""
SEEN = frozenset({"text", "media", "pictures", "handles", *TIMES})
"""Of what a person wrote: what the rendering shows, or the delivery's time."""


@dataclass(frozen=True)
class Changed:
    """A delivery that differs: `what` of it, before and after, how it will look (`view`), what else was written otherwise than before
    (`written`: key and value), and the digest to approve."""

    what: tuple[str, ...]
    before: Delivery | None
    after: Delivery | None
    view: View | None = None
    written: tuple[tuple[str, str], ...] = ()
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
    for name, after in new.open.items():
        before = old.open.get(name)
        what = (ADDED,) if before is None else tuple(_differences(before, after, old, new))
        post = new.posts.get(after.post)
        if what and post is not None:
            digest = digest_of(post.id, new.said(post))
            if ADDED in what or TEXT in what:
                yield Changed(what, before, after, _view(post, after, new), tuple(_written(post, after, old, new)), digest)
            else:
                yield Changed(what, before, after, digest=digest)
        elif what:
            yield Changed(what, before, after)
    for name, before in old.open.items():
        if name not in new.open and name not in new.over:  # what is settled there by its record was not removed
            yield Changed((REMOVED,), before, None)


def outdated(old: Side, new: Side) -> Iterator[Delivery]:
    """What is public, and says something else in the new version than in the old one."""
    if new.planned is None or old.planned is None:
        return
    for delivery in new.over.values():
        post, then = new.posts.get(delivery.post), old.posts.get(delivery.post)
        if delivery.state == PUBLISHED and post is not None and then is not None and post.text_digest != then.text_digest:
            yield delivery


def _differences(before: Delivery, after: Delivery, old: Side, new: Side) -> Iterator[str]:
    if before.due != after.due:
        yield MOVED
    held, was_held = after.state == HELD, before.state == HELD
    asked = _is_asked(after, new)
    if not asked and _is_asked(before, old):
        yield UNNEEDED
    if after.reason == "approval" and before.reason != "approval":
        yield LAPSED
    elif asked and before.reason == "approval" and after.reason != "approval":
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


def _is_asked(delivery: Delivery, side: Side) -> bool:
    """Whether somebody must approve it there."""
    post = side.posts.get(delivery.post)
    assert side.runner is not None
    calendar = side.runner.calendar
    channel = calendar.channels.get(delivery.channel)
    return post is not None and channel is not None and asks_anything(calendar) and is_needed(calendar, post, channel)


def _looks_other(before: Delivery, after: Delivery, old: Side, new: Side) -> bool:
    """Whether its network would get something else. Composed only where anything that is composed from differs."""
    assert old.runner and new.runner
    one, other = old.posts.get(before.post), new.posts.get(after.post)
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


def _view(post: Post, delivery: Delivery, side: Side) -> View:
    assert side.runner is not None and side.planned is not None
    return view_of(post, side.runner.calendar.channels[delivery.channel], side.planned, side.runner)


def _written(post: Post, delivery: Delivery, old: Side, new: Side) -> Iterator[tuple[str, str]]:
    """Keys that a rendering need not show, a poll or a canonical address, as far as they differ; empty for what is gone."""
    then = old.posts.get(delivery.post)
    before = old.said(then).get(delivery.channel, {}) if then is not None else {}
    now = new.said(post).get(delivery.channel, {})
    for key in sorted({*before, *now} - SEEN):
        value = now.get(key, "")
        if value != before.get(key, ""):
            yield key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
