"""What networks declare and are told: for how long a repetition is harmless, what a payload costs, what compose may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from smm_cli.words.channel import Person
from smm_cli.words.delivery import Receipt
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media


@dataclass(frozen=True, slots=True)
class Repeat:
    """For how long a repeated publishing request cannot publish twice; `seconds` None: for ever."""

    seconds: float | None
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Lasts:
    """How many seconds a token holds that was made without a way to renew it, counted from when it was made.

    `extends`: whether a renewal makes the whole login hold so much longer; else that ends when it ends.
    """

    seconds: float
    source: str
    date: str
    extends: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What a network charges: `amount` in `currency` (ISO 4217), why, and where and when that was read."""

    amount: float
    currency: str
    why: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What compose may know besides the post. `media` by path as written; `receipts` by post id, of this channel."""

    calendar: str
    delivery: str
    at: datetime
    people: Mapping[str, Person] = field(default_factory=dict)
    media: Mapping[str, Media] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    language: str = ""
    zone: str = "UTC"
