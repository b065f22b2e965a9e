"""The History that planning gets: the ledger's records, with what was published under a channel's earlier names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smm_cli.ledger.store import Ledger
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Record, delivery_name
from smm_cli.words.history import History, history_of


def history(ledger: Ledger, channels: Mapping[str, Channel]) -> History:
    """What happened so far. A renamed channel keeps its history."""
    now_called = {old: channel.name for channel in channels.values() for old in channel.formerly}
    records = ledger.records()
    if not now_called:
        return history_of(records)
    named = {record.delivery for record in records}
    return history_of(_renamed(record, now_called, named) for record in records)


def _renamed(record: Record, now_called: Mapping[str, str], named: set[str]) -> Record:
    channel = now_called.get(record.channel)
    if channel is None:
        return record
    name = delivery_name(record.post, channel, record.occurrence)
    return record if name in named else replace(record, delivery=name, channel=channel)
