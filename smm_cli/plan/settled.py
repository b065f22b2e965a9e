"""Deliveries whose record already says how they stand: published, cancelled, failed, unknown, being sent, with a person."""

from __future__ import annotations

from datetime import datetime

from smm_cli.calendar.model import Calendar
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import CANCELLED, FAILED, PUBLISHED, SENDING, SKIPPED, UNKNOWN, WAITING, Delivery, Record
from smm_cli.words.post import Post

SETTLED = frozenset({PUBLISHED, CANCELLED, FAILED, UNKNOWN, SENDING, WAITING})
"""States that planning takes from the record as they are."""
ADVICE = {
    FAILED: "try again   smm queue retry {name}\nlet it be   smm queue cancel {name}",
    UNKNOWN: "look there, then say: smm queue resolve {name} --published URL   or: --not-published",
    WAITING: "when it is out: smm queue resolve {name} --published URL",
    CANCELLED: "bring it back: smm queue release {name}",
}


def settled(post: Post, channel: Channel, record: Record, at: datetime | None = None) -> Delivery:
    """The delivery as its record has it. `due` is when it happened or was planned; for what runs, when to look again (or None)."""
    running = record.state in (SENDING, UNKNOWN)
    planned = record.due or at or record.at
    due = record.next_at if running else record.at or planned
    hint = ADVICE.get(record.state, "").format(name=record.delivery)
    wanted = Wanted(post, channel, "", record.occurrence, planned, due, record)
    return wanted.delivery(record.state, why=record.note, hint=hint, wake=record.next_at)


def orphan(record: Record, calendar: Calendar) -> Delivery:
    """A delivery that needs somebody although its post is gone: never sent again by itself."""
    channel = calendar.channels.get(record.channel)
    hint = ADVICE.get(record.state, "").format(name=record.delivery)
    why = f"its post is gone. {record.note}".strip()
    return Delivery(
        record.post,
        record.channel,
        channel.network if channel else "",
        record.occurrence,
        at=record.due or record.at,
        state=record.state,
        why=why,
        hint=hint,
        url=record.url,
    )


def stands_for(records: list[Record]) -> Record | None:
    """Of the occurrences of a post that repeats no more, the one that counts for it: any that went out, may have, or was settled."""
    counting = [r for r in records if r.state in SETTLED or r.parts_public]
    return max(counting, key=lambda record: (record.state == PUBLISHED, record.occurrence), default=None)


def is_over(record: Record) -> bool:
    """Whether nothing will ever happen to it by itself or needs anybody."""
    return record.state in (PUBLISHED, CANCELLED, SKIPPED)
