"""History as planning asks for it: by delivery, by post, by channel, under the names that channels have today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from smm_cli.calendar.model import Calendar
from smm_cli.words.delivery import CANCELLED, HELD, PLANNED, PUBLISHED, SENDING, SKIPPED, UNKNOWN, WAITING, Record, delivery_name
from smm_cli.words.history import History

OPEN = frozenset({UNKNOWN, SENDING, WAITING})
"""States that need somebody even where the post is gone."""


class Past:
    """History, read with `formerly`: a renamed channel keeps what went out under its earlier names."""

    def __init__(self, calendar: Calendar, history: History) -> None:
        channels = calendar.channels.values()
        earlier = {old: channel.name for channel in channels for old in channel.formerly if old not in calendar.channels}
        self.records: Mapping[str, Record] = _renamed(history.records, earlier) if earlier else history.records
        self.digests = {**_renamed_digests(history.digests, earlier), **history.digests} if earlier else history.digests

    def record(self, name: str) -> Record | None:
        """What is known of the delivery `name`."""
        return self.records.get(name)

    @cached_property
    def occurrences(self) -> dict[tuple[str, str], dict[str, Record]]:
        """Records of repeated posts: by post and channel, then by occurrence."""
        found: dict[tuple[str, str], dict[str, Record]] = {}
        for record in self.records.values():
            if record.occurrence:
                found.setdefault((record.post, record.channel), {})[record.occurrence] = record
        return found

    @cached_property
    def first_public(self) -> dict[str, datetime]:
        """When the first delivery of each post became public."""
        found: dict[str, datetime] = {}
        for record in self.records.values():
            if record.state == PUBLISHED and record.at and (record.post not in found or record.at < found[record.post]):
                found[record.post] = record.at
        return found

    @cached_property
    def public_on(self) -> dict[str, set[str]]:
        """Posts of which something is public, by channel."""
        found: dict[str, set[str]] = {}
        for record in self.records.values():
            if record.state == PUBLISHED:
                found.setdefault(record.channel, set()).add(record.post)
        return found

    @cached_property
    def busy(self) -> dict[str, list[Record]]:
        """By channel: what went out, is going out, or was tried, so that it took a slot or a place in the day."""
        found: dict[str, list[Record]] = {}
        for record in self.records.values():
            if record.state not in (CANCELLED, SKIPPED, PLANNED, HELD):
                found.setdefault(record.channel, []).append(record)
        return found

    def times(self, channel: str) -> list[datetime]:
        """When something went out on `channel`, or perhaps did; ascending."""
        states = (PUBLISHED, UNKNOWN)
        return sorted(time for r in self.busy.get(channel, ()) if r.state in states and (time := r.at or r.due))

    @cached_property
    def still_open(self) -> list[Record]:
        """Records that need somebody, even where no post plans them any more."""
        return [record for record in self.records.values() if record.state in OPEN]


def _renamed(records: Mapping[str, Record], earlier: Mapping[str, str]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records.values():
        if record.channel in earlier:
            channel = earlier[record.channel]
            record = replace(record, channel=channel, delivery=delivery_name(record.post, channel, record.occurrence))
        known = found.get(record.delivery)
        if known is None or known.state != PUBLISHED:
            found[record.delivery] = record
    return found


def _renamed_digests(digests: Mapping[tuple[str, str], str], earlier: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(earlier[channel], digest): post for (channel, digest), post in digests.items() if channel in earlier}
