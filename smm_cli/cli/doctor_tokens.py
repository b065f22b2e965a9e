"""Logins that end, told with what comes after them: for `smm doctor --tokens`, `smm plan`, `smm status`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.cli import output
from smm_cli.cli.looking import look
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.delivery.ends import forecast
from smm_cli.delivery.runner import Runner
from smm_cli.plan.endings import Ending
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import Delivery
from smm_cli.words.problem import WARNING, Place, Problem

TOO_LATE = 5
"""Exit code where deliveries come after the end of their login."""


def tokens(session: Session, *, as_json: bool) -> int:
    """Print when each login ends, as far as that is known; 5 where deliveries come after an end, else 0."""
    with look(session) as runner:
        planned = plan_of(runner).plan.deliveries
        found = forecast(runner.calendar, runner.ledger, planned, runner.clock.now(), within=None)
        zone = ZoneInfo(runner.calendar.timezone)
    if as_json:
        output.as_json([_shape(ending) for ending in found])
    elif found:
        rows = [
            (one.channel, say_moment(one.at, zone), _after(one), f"smm channel login {one.channel}" if one.after else "") for one in found
        ]
        output.table(rows, head=("channel", "login ends", "", ""))
    else:
        output.tell("No login is known to end.")
    return TOO_LATE if any(ending.after for ending in found) else 0


def ending_problems(runner: Runner, deliveries: Iterable[Delivery]) -> list[Problem]:
    """A warning for each login that ends before a delivery that is planned, whenever that is."""
    zone = ZoneInfo(runner.calendar.timezone)
    found = forecast(runner.calendar, runner.ledger, deliveries, runner.clock.now(), within=None)
    return [_problem(ending, runner, zone) for ending in found if ending.after]


def ending_lines(endings: Sequence[Ending], zone: ZoneInfo) -> list[str]:
    """A line for each login that ends: when, how many deliveries come after it, what mends it."""
    return [f"{one.channel}: {say_moment(one.at, zone)}, {_after(one)}   smm channel login {one.channel}" for one in endings]


def _problem(ending: Ending, runner: Runner, zone: ZoneInfo) -> Problem:
    verb = "ended" if ending.at <= runner.clock.now() else "ends"
    channel = runner.calendar.channels[ending.channel]
    what = f"{ending.channel}: its login {verb} {say_moment(ending.at, zone)}, {_after(ending)}"
    return Problem(
        "token-ends", what, Place("channels.toml", channel.line, channel=channel.name), f"smm channel login {channel.name}", WARNING
    )


def _after(ending: Ending) -> str:
    many = len(ending.after)
    return f"{many} {'post' if many == 1 else 'posts'} after it" if many else "nothing planned after it"


def _shape(ending: Ending) -> dict[str, Any]:
    """A login that ends: `channel`, `ends_at`, `after` (names of deliveries)."""
    return {"channel": ending.channel, "ends_at": iso(ending.at), "after": [delivery.name for delivery in ending.after]}
