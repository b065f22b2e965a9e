"""Looking for a post at a forum after its answer was lost: among what the forum lists, and among what waits for approval."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from smm_cli.networks._moment import earliest
from smm_cli.networks._moment import moment as written_moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """A post of ours that a forum lists: its receipt, when it was made, its source, and whether it began its topic."""

    receipt: PartReceipt
    at: datetime | None
    text: str
    first: bool


def among(seen: Iterable[Seen], intent: Intent, sent: str, earlier: Any) -> Found | None:
    """The post that an intent made: newer than it less a minute, known by no receipt, of the same text, a topic if that was asked for."""
    known = earlier.id if isinstance(earlier, PartReceipt) else ""
    for one in seen:
        newer = one.at is not None and one.at >= earliest(intent)
        if newer and one.receipt.id != known and one.first == (intent.part == 0) and squashed(one.text) == squashed(sent):
            return Found(one.receipt)
    return None


def pending(id: Any, address: str = "") -> PartReceipt:
    """The receipt of a post that waits for approval: it has no address of its own yet."""
    return PartReceipt(f"pending-{id}", address, {"pending": True})


def among_pending(listed: Iterable[tuple[Any, Any]], sent: str, address: str = "") -> Found | None:
    """What waits for approval and says what was sent; `listed` are ids with sources."""
    return next((Found(pending(id, address)) for id, source in listed if squashed(source) == squashed(sent)), None)


def sent_in(intent: Intent, *path: str) -> Any:
    """A value of the JSON that the intent's request carried."""
    value = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    return Answer(0, {}, value).get(*path, default="")


def moment(value: Any) -> datetime | None:
    """A time as forums write it: ISO 8601, or milliseconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    return written_moment(value)
