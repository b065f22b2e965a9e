"""What is due and still here: looked at as a tick looks at it, so that status and queue show say what keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError
from smm_cli.words.delivery import HELD, PLANNED, Delivery
from smm_cli.words.post import Post

MOST = 10
"""Deliveries that are looked at closely: a runner that was away for long has hundreds."""


def overdue(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """Those that the next tick sends, or tries to."""
    return [delivery for delivery in deliveries if delivery.state == PLANNED and delivery.due is not None and delivery.due <= now]


def looked_at(runner: Runner, deliveries: Iterable[Delivery], posts: Iterable[Post]) -> list[Delivery]:
    """`deliveries`, the first of them held (error) where the post does not fit its channel. No secret is asked for."""
    due = list(deliveries)
    by_id = {post.id: post for post in posts} if due else {}
    return [*(_looked_at(runner, delivery, by_id[delivery.post]) for delivery in due[:MOST]), *due[MOST:]]


def _looked_at(runner: Runner, delivery: Delivery, post: Post) -> Delivery:
    channel = runner.calendar.channels[delivery.channel]
    try:
        at = delivery.at or runner.clock.now()
        errors = runner.composer.prepare(post, channel, delivery.name, at, runner.ledger.account(channel.name)).errors
    except SmmError as error:
        return replace(delivery, state=HELD, reason="error", why=error.what, hint=error.hint)
    except OSError:  # no room for a picture made smaller: the tick will say so
        return delivery
    if not errors:
        return delivery
    return replace(delivery, state=HELD, reason="error", why=errors[0].what, hint=errors[0].hint)
