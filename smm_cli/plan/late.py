"""Lateness: how much later than planned a delivery may still go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from smm_cli.errors import PostError
from smm_cli.plan.scope import Scope
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post

NEVER = timedelta.max
AWAY = timedelta(minutes=90)
"""A runner that looks every hour, and is late at times as jobs in CI are, has not been away."""


@lru_cache(maxsize=256)
def _read(text: str) -> float | None:
    from smm_cli.calendar.moments import seconds_of

    try:
        return seconds_of(text)
    except ValueError:
        raise PostError(f"max_late: {text} is no length of time", hint="write 2h, 30m or none", slug="bad-max-late") from None


def max_late(post: Post, channel: Channel) -> float | None:
    """Seconds after the planned time up to which `post` may go out on `channel`; None: however late. Raises PostError."""
    return _read(post.max_late) if post.max_late else channel.max_late


def judged_at(scope: Scope, channel: str, due: datetime) -> datetime:
    """As of when lateness counts: now, or for what fell due in an outage its end; waiting for its turn on `channel` makes nothing late.

    Where the last of the line went out long ago, it waited for something else since: that counts.
    """
    outage = scope.outage_at(due) if scope.calendar.after_outage == "spread" else None
    if outage is None:
        return scope.now
    still = scope.now - scope.moved(channel, outage) - AWAY
    return min(scope.now, outage.until + max(still, timedelta()))


def too_late_at(wanted: Wanted, due: datetime) -> datetime | None:
    """The moment after which a delivery due at `due` is held; None: never (no limit, let go by a person, begun).

    A retry counts from when it was to be tried again: it was in time at first. One without such a time or a reason was left by
    a process that died, and what became of it must be found out however late it is.
    """
    limit = max_late(wanted.post, wanted.channel)
    if limit is None or wanted.released or wanted.begun:
        return None
    record = wanted.record
    if record and wanted.retrying and record.next_at is None and not record.slug:
        return None
    try:
        return due + timedelta(seconds=limit)
    except OverflowError:
        return None
