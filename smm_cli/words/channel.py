"""Who posts where: people, accounts, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any

from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom posts mention: `handles` by channel or network name; `git` addresses and `login` for approval."""

    name: str
    handles: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    git: tuple[str, ...] = ()
    login: str = ""

    def handle(self, channel: str, network: str) -> str:
        """Her handle there, without a leading @; empty where she has none."""
        return (self.handles.get(channel) or self.handles.get(network) or "").removeprefix("@")


@dataclass(frozen=True, slots=True)
class Account:
    """What a network says of the account behind a channel (the answer of `verify`, kept in the ledger with its age).

    `limits` overrides declared limits by name. `software` and `version` name the server's program. `facts` is the
    network's own: identifiers that addresses or requests need, plain JSON.
    """

    handle: str
    id: str = ""
    name: str = ""
    url: str = ""
    software: str = ""
    version: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    expires_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    checked_at: datetime | None = None
    checked_with: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly time: `weekday` 0 is Monday, `minute` counts from midnight, wall time of the calendar's zone."""

    weekday: int
    minute: int


@dataclass(frozen=True, slots=True)
class Channel:
    """One account on one network, as channels.toml names it.

    `settings` is the raw table, read by the network's Settings; `account` the pinned handle; `secret` one reference or a table of
    them; `since` the day before which posts of a group do not follow; `gap` the least seconds between two posts;
    `limits` overrides declared limits by name; `max_late` seconds, None for no limit; `formerly` earlier names;
    `kept` what Settings ("settings") and, of a post without any, Options ("options") were when they were validated, where known.
    """

    name: str
    network: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    account: str = ""
    secret: str | Mapping[str, str] = ""
    since: date | None = None
    slots: tuple[Slot, ...] = ()
    gap: float = 0.0
    daily_limit: int = 0
    max_late: float | None = 7200.0
    by_hand: bool = False
    quiet: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()
    line: int = 0
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
