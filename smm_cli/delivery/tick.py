"""One tick: what is due is sent, channel beside channel, and the ledger, the receipts and the door know of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from smm_cli.accounts.machine import read_machine
from smm_cli.calendar.model import Alerts
from smm_cli.calendar.near import did_you_mean
from smm_cli.delivery.announce import announce
from smm_cli.delivery.channel_run import ChannelRun
from smm_cli.delivery.outage import note_outage, outages_of
from smm_cli.delivery.papers import Papers
from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.true_time import CLOCK, moved_the_clock
from smm_cli.delivery.waits import ask_waits
from smm_cli.delivery.wake import leave_word, marks_now
from smm_cli.errors import SmmError, UsageError
from smm_cli.ledger.history import carry_over
from smm_cli.ledger.intake import refuse_foreign, take_in, write_out
from smm_cli.ledger.people import release, retry
from smm_cli.plan.plan import Plan, due
from smm_cli.words.delivery import FAILED, HELD, PLANNED, PUBLISHED, RETRY, Delivery
from smm_cli.words.frozen import dataclass
from smm_cli.words.history import History
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

MOST_CHANNELS = 64
"""Channels that are sent to at the same time."""
LET_GO = frozenset({"late", "quiet", "copy", "waiting", "slot", CLOCK, "spread", "outage"})
"""Holds that `--now` passes over: a person asks for it. Never approval, a pause, an error, or her own hold."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did: the deliveries it touched, the problems it met, the plan as it was, and what else a person should hear."""

    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]
    plan: Plan
    notes: tuple[str, ...] = ()


async def tick(runner: Runner, *, only: Collection[str] = (), at_once: bool = False) -> Ticked:
    """Send what is due and end. `only`: these posts or deliveries; `at_once`: whatever their time.

    Raises UsageError for unknown names, ConfigError where another runner publishes this calendar, LedgerError where nothing can
    be recorded.
    """
    if runner.shared is None:
        write_out(runner.ledger, runner.calendar.receipts)
        take_in(runner.ledger, runner.calendar.receipts)
        refuse_foreign(runner.ledger)
        return await _tick(runner, only, at_once)
    from smm_cli.delivery.shared_tick import looked_at

    return await looked_at(runner, lambda: _tick(runner, only, at_once))


async def _tick(runner: Runner, only: Collection[str], at_once: bool) -> Ticked:
    """The tick itself, once what others did is known."""
    before, now = marks_now(runner.calendar), runner.clock.now()
    carry_over(runner.ledger, runner.calendar.channels)
    note_outage(runner, now)
    runner.ledger.ticked(now)
    counter, history = runner.ledger.counter(), runner.history()
    indexed = runner.index.posts(runner.source, published={r.digest for r in history.records.values() if r.state == PUBLISHED})
    _refuse_unknown(only, indexed.posts)
    waits = await ask_waits(runner, indexed.posts, now)
    calendar, source, posts = runner.calendar, runner.source, indexed.posts
    wrong = held_by(indexed.problems, posts)

    def planned(history: History, until: datetime | None, held: Mapping[str, str] = wrong) -> Plan:
        ahead, outages = runner.skew.ahead(), outages_of(runner, now)
        return plan_posts(calendar, source, posts, history, now, until=until, waits=waits, held=held, ahead=ahead, outages=outages)

    plan = planned(history, None if at_once else now)
    if not at_once and await moved_the_clock(runner, plan, now):
        plan = planned(history, now)
    papers = Papers(runner.ledger, calendar.receipts)
    try:
        wanted = _wanted(plan, now, only, at_once)
        if at_once:
            _let_go(runner, wanted)
        outcomes = await _send_all(runner, wanted, {post.id: post for post in posts}, papers, now, at_once)
        tell_at, notes = await announce(runner, outcomes)
    finally:
        await papers.finish()
        await runner.end()
    if outcomes:
        counter, now = runner.ledger.counter(), runner.clock.now()
        held = {**wrong, **{outcome.delivery: outcome.note for outcome in outcomes if outcome.state == HELD}}
        plan = planned(runner.history(), now, held)
    elif notes:
        counter = runner.ledger.counter()
    alert_at, missed = await tell_people(runner, lambda until: planned(runner.history(), until), outcomes)
    wake_at = min(filter(None, (plan.wake_at, tell_at, alert_at)), default=None)
    leave_word(runner, before, counter, wake_at, bool(runner.ledger.stopped()))
    return Ticked(tuple(outcomes), indexed.problems, plan, (*notes, *missed))


async def tell_people(
    runner: Runner, plan_until: Callable[[datetime | None], Plan], outcomes: Sequence[Outcome]
) -> tuple[datetime | None, tuple[str, ...]]:
    """Tell those who want to hear of it what needs somebody; most calendars have nobody, and import nothing."""
    if runner.calendar.alerts == Alerts() and not read_machine().alerts:
        return None, ()
    from smm_cli.delivery.alerts import after_tick

    return await after_tick(runner, plan_until, outcomes)


def _refuse_unknown(only: Collection[str], posts: Sequence[Post]) -> None:
    """Raise UsageError for a name whose post there is not."""
    known = {post.id for post in posts} if only else set()
    for name in only:
        if name.partition("@")[0] not in known:
            hint = did_you_mean(name.partition("@")[0], sorted(known), "smm post list shows all")
            raise UsageError(f"there is no post {name.partition('@')[0]}", hint=hint, slug="unknown-post")


def _wanted(plan: Plan, now: datetime, only: Collection[str], at_once: bool) -> list[Delivery]:
    ready = list(due(plan, now)) if not at_once else [d for d in plan.deliveries if may_go_now(d)]
    if not only:
        return ready
    chosen = [d for d in ready if d.post in only or d.name in only]
    if at_once and not chosen:
        said = next((f": it is {d.state} ({d.why or d.reason})" for d in plan.deliveries if d.post in only or d.name in only), "")
        raise UsageError(f"nothing of {', '.join(sorted(only))} can go out now{said}", hint="smm queue show " + next(iter(only)))
    return chosen


def _let_go(runner: Runner, wanted: Sequence[Delivery]) -> None:
    """A person wants these now: her own hold, an attempt that failed, one to come later are no reason any more."""
    release(runner.ledger, [delivery for delivery in wanted if delivery.state == HELD])
    retry(runner.ledger, [delivery for delivery in wanted if delivery.state in (RETRY, FAILED)])


def may_go_now(delivery: Delivery) -> bool:
    """Whether a person may send it whatever its time."""
    return delivery.state in (PLANNED, RETRY, FAILED) or (delivery.state == HELD and delivery.reason in LET_GO)


async def _send_all(
    runner: Runner, wanted: Sequence[Delivery], posts: Mapping[str, Post], papers: Papers, now: datetime, at_once: bool = False
) -> list[Outcome]:
    if runner.shared is not None and runner.shared.why is not None:
        return [Outcome(delivery.name, HELD, note=runner.shared.held) for delivery in wanted]
    by_channel: dict[str, list[Delivery]] = {}
    for delivery in wanted:
        by_channel.setdefault(delivery.channel, []).append(delivery)
    gate, waits = asyncio.Semaphore(MOST_CHANNELS), list[float]()

    async def one(name: str, deliveries: list[Delivery]) -> list[Outcome]:
        async with gate:
            run = ChannelRun(runner, runner.calendar.channels[name], papers, waits, now)
            run.at_once = at_once
            return await run.run(deliveries, posts)

    runs = [asyncio.create_task(one(name, deliveries)) for name, deliveries in by_channel.items()]
    try:
        done = await asyncio.gather(*runs)
    except SmmError:  # what another channel is sending is ended, so that nobody need ask what became of it; nothing more is begun
        runner.ending = True
        await asyncio.gather(*runs, return_exceptions=True)
        raise
    except BaseException:
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        raise
    order = {delivery.name: n for n, delivery in enumerate(wanted)}
    return sorted((outcome for outcomes in done for outcome in outcomes), key=lambda outcome: order.get(outcome.delivery, 0))
