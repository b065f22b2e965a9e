"""What is due and still here: looked at as a tick looks at it, so that status and queue show say what keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from smm_cli.calendar.check import check_post
from smm_cli.calendar.media_files import pictures_of
from smm_cli.calendar.targets import aim
from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import HELD, PLANNED, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem, errors_of

MOST = 10
"""Deliveries that are looked at closely: a runner that was away for long has hundreds."""


def overdue(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """Those that the next tick sends, or tries to."""
    return [delivery for delivery in deliveries if delivery.state == PLANNED and delivery.due is not None and delivery.due <= now]


def looked_at(runner: Runner, deliveries: Iterable[Delivery], posts: Iterable[Post]) -> list[Delivery]:
    """`deliveries`, the first of them held (error) where the post does not fit its channel. No secret is asked for."""
    due = list(deliveries)
    by_id, stopped = ({post.id: post for post in posts}, runner.ledger.stopped()) if due else ({}, {})
    return [_looked_at(runner, one, by_id[one.post], stopped) if one.post in by_id and n < MOST else one for n, one in enumerate(due)]


def _looked_at(runner: Runner, delivery: Delivery, post: Post, stopped: Mapping[str, tuple[str, str]]) -> Delivery:
    channel = runner.calendar.channels[delivery.channel]
    if channel.name in stopped:
        return _held(delivery, stopped[channel.name][0], f"smm channel login {channel.name}")
    try:
        errors = _errors(runner, delivery, post, channel)
    except SmmError as error:
        return _held(delivery, error.what, error.hint)
    return _held(delivery, errors[0].what, errors[0].hint) if errors else delivery


def _held(delivery: Delivery, why: str, hint: str) -> Delivery:
    return replace(delivery, state=HELD, reason="error", why=why, hint=hint)


def _errors(runner: Runner, delivery: Delivery, post: Post, channel: Channel) -> Sequence[Problem]:
    """What keeps it. Pictures are not made smaller for a look, which may take long: of a post with pictures only its file is judged."""
    aimed = aim(post, channel, runner.calendar)
    if not aimed.media and not pictures_of(aimed.body, aimed.body_line):
        at = delivery.at or runner.clock.now()
        return runner.composer.prepare(post, channel, delivery.name, at, runner.ledger.account(channel.name)).errors
    found = errors_of(check_post(post, runner.calendar, runner.source))
    return [one for one in found if one.place.channel in ("", channel.name) and one.slug not in runner.calendar.ignored]
