"""Telling hubs and search engines what is new (WebSub, IndexNow): apart from deliveries, safe to repeat, never a reason to fail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smm_cli.accounts.masks import masked
from smm_cli.delivery.converse import converse
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.errors import SmmError
from smm_cli.ledger.announcements import AGAIN, announce_again, announce_later, announced, next_announcement, to_announce
from smm_cli.words.delivery import PUBLISHED


async def announce(runner: Runner, outcomes: Iterable[Outcome]) -> tuple[datetime | None, tuple[str, ...]]:
    """Tell what this tick published and what earlier ones could not; when next to try, and what did not work, in words.

    A rehearsal tells nobody.
    """
    if runner.apps is not None:
        return None, ()
    now, new = runner.clock.now(), dict[str, list[str]]()
    for outcome in outcomes:
        channel = runner.calendar.channels.get(outcome.delivery.partition("@")[2].partition("@")[0])
        if outcome.state == PUBLISHED and outcome.url and channel is not None and runner.composer.network(channel).announce is not None:
            new.setdefault(channel.name, []).append(outcome.url)
    for name, urls in new.items():
        announce_later(runner.ledger, name, urls, now)
    notes = [note for name, urls in to_announce(runner.ledger, now).items() if (note := await _tell(runner, name, urls))]
    return next_announcement(runner.ledger), tuple(notes)


async def _tell(runner: Runner, name: str, urls: list[str]) -> str:
    """What did not work, or nothing."""
    channel = runner.calendar.channels.get(name)
    network = runner.composer.network(channel, runner.ledger.account(name)) if channel is not None else None
    try:
        if network is not None and network.announce is not None:
            await converse(network.announce(urls), network, runner.transport, runner.clock)
        announced(runner.ledger, name, urls)
        return ""
    except SmmError as error:
        announce_again(runner.ledger, name, runner.clock.now())
        again = f"again in {AGAIN.total_seconds() / 60:.0f} min"
        return f"{name}: what is public is so; {masked(error.what)} ({again})"
