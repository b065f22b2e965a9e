"""What a conversation may yield, be told, and return: a generator that asks and is answered."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from smm_cli.words.channel import Account
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Wait:
    """Let `seconds` pass before the next request; polls are counted, not timed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Earlier:
    """Ask for the receipt of the part before this one (None for the first). What stands before it needs nothing outside the part."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Send a person to `url`; the conversation is sent an Answer whose body is {"code": …}. Only in `login`."""

    url: str
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What `login` and `refresh` return: values are handles of secrets in earlier answers; `expires_in` seconds.

    `ends_in`: seconds after which they cannot be renewed either, so that a person must log in again; None: never, or nobody knows.
    """

    values: Mapping[str, str]
    expires_in: float | None = None
    handle: str = ""
    ends_in: float | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The mark made before a request that publishes: what was about to be sent, first when."""

    part: int
    request: Request
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The part is public: this is its receipt."""

    receipt: PartReceipt


@dataclass(frozen=True, slots=True)
class Absent:
    """The part is decisively not public."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Neither can be shown; `where` says where a person should look."""

    where: str = ""


Step = Request | Wait | Earlier | Visit | PartReceipt
Told = Answer | PartReceipt | None
Publishing = Generator[Step, Any, PartReceipt]
"""`publish`, `edit`: may yield its receipt early, when only finishing touches are left."""
Looking = Generator[Step, Any, Found | Absent | CannotTell]
Verifying = Generator[Step, Any, Account]
Doing = Generator[Step, Any, None]
LoggingIn = Generator[Step, Any, Tokens]
