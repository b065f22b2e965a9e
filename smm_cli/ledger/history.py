"""The History that planning gets: the ledger's records, with what was published under a channel's earlier names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smm_cli.ledger.engine import Connection
from smm_cli.ledger.store import Ledger
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import CANCELLED, PUBLISHED, SENDING, SKIPPED, Record, delivery_name
from smm_cli.words.history import History, history_of


def history(ledger: Ledger, channels: Mapping[str, Channel]) -> History:
    """What happened so far. A renamed channel keeps its history."""
    now_called = {old: channel.name for channel in channels.values() for old in channel.formerly}
    records = ledger.records()
    if not now_called:
        return history_of(records)
    named = {record.delivery for record in records}
    return history_of(_renamed(record, now_called, named) for record in records)


TABLES = {"delivery": "name", "part": "delivery", "exchange": "delivery", "capability": "delivery", "attempt": "delivery"}
"""Where the name of a delivery stands."""


def carry_over(ledger: Ledger, channels: Mapping[str, Channel]) -> None:
    """What was begun under a channel's earlier name goes on under the new one, with its journal: else it would be begun anew."""
    now_called = {old: channel.name for channel in channels.values() for old in channel.formerly if old not in channels}
    if not now_called:
        return
    records = ledger.records()
    named = {record.delivery for record in records}
    for record in records:
        channel = now_called.get(record.channel, "")
        name = delivery_name(record.post, channel, record.occurrence)
        if channel and name not in named and record.state not in (PUBLISHED, CANCELLED, SKIPPED, SENDING):
            ledger.write(lambda c, old=record.delivery, name=name, channel=channel: _move(c, ledger.calendar, old, name, channel))  # type: ignore[misc]


def _move(c: Connection, calendar: str, old: str, name: str, channel: str) -> None:
    params = {"calendar": calendar, "old": old, "name": name, "channel": channel}
    for table, column in TABLES.items():
        c.execute(f"UPDATE {table} SET {column} = :name WHERE calendar = :calendar AND {column} = :old", params)
    c.execute("UPDATE delivery SET channel = :channel WHERE calendar = :calendar AND name = :name", params)


def _renamed(record: Record, now_called: Mapping[str, str], named: set[str]) -> Record:
    channel = now_called.get(record.channel)
    if channel is None:
        return record
    name = delivery_name(record.post, channel, record.occurrence)
    return record if name in named else replace(record, delivery=name, channel=channel)
