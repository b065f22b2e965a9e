"""What planned deliveries will cost, on networks that charge: composed as they would be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError
from smm_cli.networks import load
from smm_cli.networks.base import Cost, Network
from smm_cli.words.delivery import PUBLISHED, Delivery
from smm_cli.words.post import Post


def costs_of(runner: Runner, deliveries: Sequence[Delivery], posts: Sequence[Post]) -> dict[str, Cost]:
    """What each delivery costs, by its name; those that cost nothing are missing. Secrets are not needed."""
    known, found = {post.id: post for post in posts}, dict[str, Cost]()
    charging = {name for name, channel in runner.calendar.channels.items() if _charges(channel.network) and not channel.by_hand}
    for delivery in deliveries:
        post = known.get(delivery.post)
        if delivery.channel not in charging or post is None or delivery.state == PUBLISHED:
            continue
        channel = runner.calendar.channels[delivery.channel]
        made = runner.composer.prepare(
            post, channel, delivery.name, delivery.due or runner.clock.now(), runner.ledger.account(delivery.channel)
        )
        cost = made.network.cost(made.payload) if made.payload else None
        if cost is not None:
            found[delivery.name] = cost
    return found


def _charges(network: str) -> bool:
    try:
        return load(network).cost is not Network.cost
    except SmmError:
        return False


def totals(costs: dict[str, Cost], deliveries: Sequence[Delivery]) -> list[str]:
    """A line for each channel that charges: what all of `deliveries` cost there, the dearest, and where the prices stand."""
    lines = []
    for channel in sorted({delivery.channel for delivery in deliveries if delivery.name in costs}):
        own = [costs[delivery.name] for delivery in deliveries if delivery.channel == channel and delivery.name in costs]
        most = max(own, key=lambda cost: cost.amount)
        count = f"{len(own)} deliveries" if len(own) > 1 else "1 delivery"
        dearest = f"; the dearest {money(most)} ({most.why})" if len(own) > 1 else f" ({most.why})"
        lines.append(
            f"{channel}: {count}, {money(own[0], sum(cost.amount for cost in own))}{dearest}; prices of {most.date}: {most.source}"
        )
    return lines


def money(cost: Cost, amount: float | None = None) -> str:
    """An amount as people write it: USD 0.215."""
    return f"{cost.currency} {f'{cost.amount if amount is None else amount:.3f}'.rstrip('0').rstrip('.')}"


def cost_shape(cost: Cost | None) -> dict[str, Any] | None:
    """A cost: `amount`, `currency`, `why`."""
    return None if cost is None else {"amount": cost.amount, "currency": cost.currency, "why": cost.why}
