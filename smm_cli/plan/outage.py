"""After an outage: what fell due while nobody looked goes out one after the other, not as a flood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from smm_cli.plan.scope import Scope
from smm_cli.words.delivery import HELD, PLANNED, SENDING, Delivery

GAP = timedelta(minutes=5)
"""Between two deliveries of a channel without a `gap` of its own: followers see posts, not a burst, and limits per minute hold."""
SPREAD, HOLD = "spread", "hold"


def after_outage(scope: Scope, exempt: frozenset[str]) -> None:
    """Hold what may not go out yet in scope.found: by name but `exempt` ones (urgent, released, begun).

    The oldest of a channel goes at once, each other one a gap after the one before it. On a channel without a limit of lateness
    (a blog, whose pages bear their own dates) all go at once.
    """
    if scope.calendar.after_outage not in (SPREAD, HOLD):
        return
    waiting: dict[str, list[tuple[datetime, str, int]]] = {}
    for number, delivery in enumerate(scope.found.deliveries):
        if delivery.state == PLANNED and delivery.due and scope.outage_at(delivery.due) and delivery.name not in exempt:
            channel = scope.calendar.channels[delivery.channel]
            if channel.max_late is not None:
                waiting.setdefault(delivery.channel, []).append((delivery.due, delivery.name, number))
    for name, entries in waiting.items():
        _spread(name, (number for *_, number in sorted(entries)), scope)


def _spread(channel: str, numbers: Iterable[int], scope: Scope) -> None:
    said = timedelta(seconds=scope.calendar.channels[channel].gap)
    gap, found = said or GAP, scope.found.deliveries
    since = [time for time in scope.past.times(channel) if time >= scope.outages[-1].until]
    since += [scope.now for delivery in found if delivery.channel == channel and delivery.state == SENDING]
    turn = max(scope.now, since[-1] + gap) if since else scope.now
    for number in numbers:
        if scope.calendar.after_outage == HOLD:
            found[number] = _held(found[number], "outage", f"{_nobody(found[number], scope)}; after_outage is hold", None)
        elif turn > scope.now:
            why = f"{_nobody(found[number], scope)}: goes out at {scope.says(turn)}, after what came before it"
            found[number] = _held(found[number], "spread", why, turn)
        turn += gap


def _nobody(delivery: Delivery, scope: Scope) -> str:
    outage = scope.outage_at(delivery.due) if delivery.due else None
    assert outage is not None
    return f"nobody looked between {scope.says(outage.since)} and {scope.says(outage.until)}"


def _held(delivery: Delivery, reason: str, why: str, wake: datetime | None) -> Delivery:
    return replace(delivery, state=HELD, reason=reason, why=why, hint=f"smm queue release {delivery.name}", wake=wake)
