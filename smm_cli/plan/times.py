"""What the times in a post say: when a delivery is planned, and from when on it may go."""

from __future__ import annotations

from datetime import UTC, datetime

from smm_cli.errors import PostError
from smm_cli.plan.scope import Scope
from smm_cli.plan.waits import answer_for
from smm_cli.plan.wall import read_edge, read_written, to_instant
from smm_cli.words.delivery import RETRY, Record
from smm_cli.words.post import Post


def planned_time(post: Post, scope: Scope) -> datetime | None:
    """The instant of `publish_at`; None where there is none. Raises PostError."""
    if not post.publish_at:
        return None
    written = read_written(post.publish_at)
    return to_instant(written, scope.zone_for(post)) if written.tzinfo is None else written.astimezone(UTC)


def was_tried(record: Record) -> bool:
    """Whether an attempt was made: then the time it had stays its time."""
    return record.attempts > 0 or record.state == RETRY


def due_time(post: Post, channel: str, at: datetime | None, record: Record | None, scope: Scope) -> datetime | None:
    """From when on a delivery planned for `at` may go: later after a retry, or when what it waits for came later.

    None: no time yet. Raises PostError.
    """
    due = at
    by_slot = bool(post.slot) and not post.publish_at
    if post.wait_for and not by_slot and (record is None or not was_tried(record)):
        answer = answer_for(post, channel, scope.waits, scope.past)
        if answer and answer.met and (at is None or answer.start > at):
            due = _after_waiting(post, channel, answer.start, scope)
    if record and record.next_at and (due is None or record.next_at > due or record.parts_public):
        return record.next_at
    if due is None and record and (was_tried(record) or (record.released and not by_slot)):
        return record.due or scope.now
    return due


def _after_waiting(post: Post, channel: str, met: datetime, scope: Scope) -> datetime:
    """When what came at `met` goes out: not before `not_before`, nor in quiet hours."""
    if post.not_before:
        met = max(met, read_edge(post.not_before, scope.zone_for(post)))
    calm = scope.calm(scope.calendar.channels[channel])
    return (calm.free_from(met) or met) if calm and not post.urgent else met


def window(post: Post, scope: Scope) -> tuple[datetime | None, datetime | None]:
    """The first moment at which a slot may be taken, and the first at which no more. A day in not_after counts whole. Raises PostError."""
    zone = scope.zone_for(post)
    start = read_edge(post.not_before, zone) if post.not_before else None
    end = read_edge(post.not_after, zone, end_of_day=True) if post.not_after else None
    if start and end and start >= end:
        raise PostError("not_before lies after not_after: no slot fits", slug="bad-time")
    return start, end
