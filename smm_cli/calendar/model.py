"""The calendar as a value: what channels.toml says, read and validated. Plain dataclasses, so that planning loads no pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from smm_cli.words.channel import Channel, Person
from smm_cli.words.frozen import dataclass

WORKTREE = "worktree"
GIT = "git"
"""`[ledger] claims`: runners share nothing but a git remote."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """`[campaigns.<name>]`."""

    name: str
    title: str = ""
    start: date | None = None
    until: date | None = None
    line: int = 0
    utm: Mapping[str, str] = field(default_factory=dict)
    budget: str = ""
    approval: bool | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """What stands still; empty scope fields mean all. `until` is exclusive; `exempt` lists posts that go out all the same."""

    reason: str = ""
    channel: str = ""
    group: str = ""
    network: str = ""
    campaign: str = ""
    start: datetime | None = None
    until: datetime | None = None
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """Which deliveries need a second person: `required` for all, or for these channels, groups and campaigns only."""

    required: bool = False
    channels: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    by: str = "line"
    approvers: tuple[str, ...] = ()
    count: int = 1
    four_eyes: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """`[ledger]`."""

    url: str = ""
    claims: str = "sqlite"
    branch: str = "smm"
    commit: bool = False
    files: str = ""


@dataclass(frozen=True, slots=True)
class Alerts:
    """`[alerts]`."""

    to: tuple[str, ...] = ()
    deputy: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    heartbeat: str = ""
    deputy_after: float = 86400.0
    heartbeat_every: float = 900.0


@dataclass(frozen=True)
class Calendar:
    """Everything channels.toml says. `root` holds channels.toml; `posts` is a folder below it; `quiet` like "20:00-08:00"
    (wall time of `timezone`, may cross midnight, with days: "Sa,Su 00:00-24:00" separated by ";"); `holidays` like "DE-BY"."""

    root: Path
    name: str
    timezone: str = "UTC"
    language: str = ""
    posts: str = "posts"
    publish_from: str = WORKTREE
    max_late: float | None = 7200.0
    after_outage: str = "spread"
    quiet: str = ""
    holidays: str = ""
    slot_open: float = 1800.0
    default_channels: tuple[str, ...] = ()
    pillars: tuple[str, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    approval: Approval = Approval()
    ledger: LedgerSettings = LedgerSettings()
    alerts: Alerts = Alerts()
    ignored: frozenset[str] = frozenset()
    media: Mapping[str, Any] = field(default_factory=dict)
    scratch: Path | None = None

    @property
    def state(self) -> Path:
        """This machine's own folder (0700): ledger, index, frozen media, tokens. A rehearsal has one of its own (`scratch`)."""
        return self.scratch or self.root / ".smm"

    @property
    def receipts(self) -> Path:
        """Where receipts are written and read: with claims through git, this machine's copy of their branch."""
        if self.scratch is None and self.ledger.claims == GIT:
            return self.root / ".smm" / "shared" / "receipts"
        return (self.scratch or self.root) / "receipts"
