"""What time it truly is: asked of one channel's server before a tick's first commit, where nobody can vouch for this machine's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from smm_cli.calendar.model import GIT
from smm_cli.delivery.skew import AGAIN, KNOWN
from smm_cli.errors import LedgerError, SmmError
from smm_cli.plan.plan import Plan, due
from smm_cli.words.delivery import HELD, Delivery

if TYPE_CHECKING:
    from smm_cli.delivery.runner import Runner

TRIES, SECONDS = 3, 10.0
"""Channels that are asked at most, and how long each may take."""
CLOCK = "clock"
"""The reason of what is held because this machine's clock is fast."""


async def moved_the_clock(runner: Runner, plan: Plan, now: datetime) -> bool:
    """Whether the clock is known better than when `plan` was made, so that it must be made anew.

    Asks nobody where nothing is due, nor where an answer of the last hour vouches for the clock. Else it asks where runners share a
    remote (each has a clock of its own), and on one machine where the clock was set since smm last looked, or the machine started.
    """
    skew = runner.skew
    if not skew.real or runner.apps is not None:
        return False
    held = [delivery for delivery in plan.deliveries if delivery.state == HELD and delivery.reason == CLOCK]
    waiting = [*held, *due(plan, now)]
    if not waiting or skew.is_fresh(AGAIN if held else KNOWN):
        return False
    if not (held or runner.calendar.ledger.claims == GIT or skew.was_set()):
        return False
    before = skew.ahead()
    await _ask(runner, waiting)
    skew.mark()
    return abs((skew.ahead() - before).total_seconds()) > 1.0


async def _ask(runner: Runner, waiting: Iterable[Delivery]) -> None:
    """Ask the servers of what waits, one after the other, until one tells; what it says of the account is kept."""
    ledger, now = runner.ledger, runner.clock.now()
    stopped = ledger.stopped()
    names = [name for name in dict.fromkeys(delivery.channel for delivery in waiting) if name not in stopped]
    for name in [name for name in names if (ledger.waits_until(name) or now) <= now][:TRIES]:
        try:
            await _verify(runner, name)
        except LedgerError:
            raise
        except (SmmError, TimeoutError, OSError):
            pass  # what is wrong with a channel, or with a full disk, is told when it is to send
        if runner.skew.is_fresh(AGAIN):
            return


async def _verify(runner: Runner, name: str) -> None:
    from smm_cli.delivery.converse import converse

    channel, ledger = runner.calendar.channels[name], runner.ledger
    network = runner.composer.network(channel, ledger.account(name))
    if channel.by_hand or network.handoff or network.verify is None or not network.asked_daily:
        return
    async with asyncio.timeout(SECONDS):
        account = await converse(network.verify(), network, runner.transport, runner.clock)
    ledger.save_account(name, account, runner.clock.now(), await runner.transport.credential(network))
