"""Deliveries: a post on a channel, once (or once for each occurrence), and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")

PLANNED, HELD, SENDING, PUBLISHED = "planned", "held", "sending", "published"
FAILED, UNKNOWN, CANCELLED, WAITING, SKIPPED, RETRY = "failed", "unknown", "cancelled", "waiting", "skipped", "retry"
FINAL = frozenset({PUBLISHED, CANCELLED, SKIPPED})
"""States after which a delivery is never sent by itself."""


def is_name(text: str) -> bool:
    """Whether `text` can name a post, channel, group or campaign: safe in refs and in file names everywhere."""
    return bool(NAME.fullmatch(text)) and ".." not in text and not text.endswith(".lock")


def delivery_name(post: str, channel: str, occurrence: str = "") -> str:
    """`launch@mastodon`, or `hours@blog@2026-11-24T0900` for an occurrence of a repeated post."""
    return f"{post}@{channel}@{occurrence}" if occurrence else f"{post}@{channel}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A post on a channel: the unit of work, retry and record.

    `due` is when it may go out (aware, UTC; None: no time yet), `state` one of the constants above, `reason` of a held one:
    draft, approval, paused, quiet, late, error, by you, copy, waiting, slot, since, clock, spread, outage. `why` says it in words.
    `by_hand`: a person makes it. `at` is the planned time, never moved by lateness; `handle` the channel's account.
    """

    post: str
    channel: str
    network: str
    occurrence: str = ""
    due: datetime | None = None
    at: datetime | None = None
    state: str = PLANNED
    reason: str = ""
    why: str = ""
    hint: str = ""
    by_hand: bool = False
    handle: str = ""
    path: str = ""
    title: str = ""
    campaign: str = ""
    url: str = ""
    wake: datetime | None = None

    @property
    def name(self) -> str:
        return delivery_name(self.post, self.channel, self.occurrence)


@dataclass(frozen=True, slots=True)
class PayloadPart:
    """One message as its network will get it: `text` in the network's dialect, `fields` its own plain JSON."""

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Payload:
    """A delivery as its network will get it, before HTTP; deterministic, plain data.

    `at` is the planned time (UTC, never now). `key` is the hex SHA-256 of calendar name, delivery name and payload digest:
    idempotency keys, record keys, transaction ids, slugs and markers are computed from it and the part number.
    """

    network: str
    calendar: str
    delivery: str
    at: datetime
    parts: tuple[PayloadPart, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True, slots=True)
class PartReceipt:
    """Proof that one part is public: the network's id and address; `more` holds further ids that matter."""

    id: str
    url: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a published delivery later: `what` is corrected or withdrawn."""

    what: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The durable record of one delivery: facts and people's decisions. One file each, see ledger.receipts."""

    delivery: str
    post: str
    channel: str
    network: str
    state: str
    at: datetime
    occurrence: str = ""
    account: str = ""
    digest: str = ""
    runner: str = ""
    campaign: str = ""
    author: str = ""
    approved_by: tuple[str, ...] = ()
    cost: str = ""
    parts: tuple[PartReceipt, ...] = ()
    attempts: int = 0
    next_at: datetime | None = None
    note: str = ""
    due: datetime | None = None
    changes: tuple[Change, ...] = ()

    @property
    def url(self) -> str:
        """The address of the first part that has one."""
        return next((part.url for part in self.parts if part.url), "")


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger and the receipts know of one delivery.

    `next_at`: not before (retry, wait, settling). `released`: a person let it go whatever its hold (and lateness).
    `held_by_you`: a person's hold. `parts_public` of `parts_total` are out. `by` is the runner that holds or made it.
    """

    delivery: str
    post: str
    channel: str
    state: str
    occurrence: str = ""
    next_at: datetime | None = None
    at: datetime | None = None
    attempts: int = 0
    note: str = ""
    slug: str = ""
    url: str = ""
    digest: str = ""
    released: bool = False
    held_by_you: bool = False
    parts_public: int = 0
    parts_total: int = 0
    by: str = ""
    due: datetime | None = None
