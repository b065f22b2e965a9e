"""Which deliveries fall after a credential's death: a forecast from what is planned and what each account said of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from smm_cli.words.delivery import HELD, PLANNED, RETRY, Delivery
from smm_cli.words.frozen import dataclass

SOON = timedelta(days=14)
"""How long before its end a credential is spoken of."""
TO_COME = frozenset({PLANNED, RETRY, HELD})


@dataclass(frozen=True, slots=True)
class Ending:
    """The credential of `channel` ends `at` (aware); `after` are the deliveries that it will be missing for."""

    channel: str
    at: datetime
    after: tuple[Delivery, ...] = ()


NEVER: Mapping[str, datetime] = MappingProxyType({})


def endings(
    ends: Mapping[str, datetime],
    deliveries: Iterable[Delivery],
    now: datetime,
    within: timedelta | None = SOON,
    renewed_from: Mapping[str, datetime] = NEVER,
) -> list[Ending]:
    """Credentials that end `within` this time (None: ever) or have ended, the first first. `ends`: when, by channel.

    `renewed_from`: from when on a delivery of the channel would make its credential hold on; one that is planned in time saves it.
    """
    deliveries = list(deliveries) if ends else []
    saved = {d.channel for d in deliveries if d.state in (PLANNED, RETRY) and _renews(d, ends, renewed_from, now)}
    found = {name: at for name, at in ends.items() if name not in saved and (within is None or at - now < within)}
    after: dict[str, list[Delivery]] = {name: [] for name in found}
    for delivery in deliveries if found else ():
        at = found.get(delivery.channel)
        if at is not None and delivery.state in TO_COME and delivery.due is not None and delivery.due >= at and not delivery.by_hand:
            after[delivery.channel].append(delivery)
    return [Ending(name, at, tuple(after[name])) for name, at in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))]


def _renews(delivery: Delivery, ends: Mapping[str, datetime], renewed_from: Mapping[str, datetime], now: datetime) -> bool:
    since, end = renewed_from.get(delivery.channel), ends.get(delivery.channel)
    return since is not None and end is not None and delivery.due is not None and since <= max(delivery.due, now) < end
