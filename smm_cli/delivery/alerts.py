"""Alerts: what needs somebody is told to those whom `[alerts]` names, once, with what mends it; and the heartbeat of good ticks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.accounts.machine import read_machine
from smm_cli.accounts.masks import masked
from smm_cli.calendar.model import Alerts, Calendar
from smm_cli.delivery.ends import ends_of, renewed_from
from smm_cli.delivery.recipients import HEARTBEAT, reach, tell
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.errors import SmmError
from smm_cli.ledger import alerts as kept
from smm_cli.plan.alerts import AHEAD, DOUBT, FAILURE, KINDS, TOKEN, Alert, alerts_of, alerts_of_endings, alerts_of_stops
from smm_cli.plan.endings import SOON, endings
from smm_cli.plan.plan import Plan
from smm_cli.words.delivery import FAILED, UNKNOWN

LOOK = timedelta(hours=1)
"""How often alerts are looked for where nothing else happens: a hold is told a day ahead, a credential days."""


def alerts_here(calendar: Calendar) -> Alerts:
    """`[alerts]` of channels.toml, and of this machine's own file. Raises ConfigError."""
    own, said = read_machine().alerts, calendar.alerts
    to, deputy = (tuple(dict.fromkeys((*getattr(said, key), *_texts(own.get(key))))) for key in ("to", "deputy"))
    return replace(said, to=to, deputy=deputy, on=said.on or KINDS, heartbeat=said.heartbeat or str(own.get("heartbeat", "")))


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value) if isinstance(value, list) else ()


def current(runner: Runner, plan_until: Callable[[datetime | None], Plan], now: datetime, on: Sequence[str]) -> list[Alert]:
    """What needs somebody now, of the kinds `on`. All there is to come is planned only where a credential ends soon."""
    calendar, zone = runner.calendar, ZoneInfo(runner.calendar.timezone)
    ends = {name: at for name, at in ends_of(calendar, runner.ledger).items() if at - now < SOON} if TOKEN in on else {}
    ending = endings(ends, plan_until(None).deliveries, now, renewed_from=renewed_from(calendar, ends)) if ends else ()
    plan = plan_until(now + AHEAD)
    found = [
        *alerts_of((*plan.deliveries, *plan.timeless), now, zone),
        *alerts_of_stops({name: why for name, (why, _) in runner.ledger.stopped().items() if name in calendar.channels}),
        *alerts_of_endings(ending, calendar.channels, now, zone),
    ]
    return [alert for alert in found if alert.kind in on]


async def after_tick(
    runner: Runner, plan_until: Callable[[datetime | None], Plan], outcomes: Iterable[Outcome]
) -> tuple[datetime | None, tuple[str, ...]]:
    """Alerts and heartbeat of a good tick: when the next is to be, and what did not work, in words. A rehearsal tells nobody.

    `plan_until` plans up to a moment (None: everything), with what this tick knows.
    """
    if runner.apps is not None:
        return None, ()
    said, now = alerts_here(runner.calendar), runner.clock.now()
    look_at, notes = None, tuple[str, ...]()
    try:
        if said.to or said.deputy:
            found = current(runner, plan_until, now, said.on)
            look_at, notes = await alert(runner, said, found, outcomes)
        beat_at, missed = await beat(runner, said)
    finally:
        await runner.end()
    return min(filter(None, (look_at, beat_at)), default=None), (*notes, missed) if missed else notes


async def alert(
    runner: Runner, said: Alerts, found: Sequence[Alert], outcomes: Iterable[Outcome]
) -> tuple[datetime | None, tuple[str, ...]]:
    """Tell what is not told yet; when to look again, and what did not work, in words."""
    ledger, now, by_name = runner.ledger, runner.clock.now(), {one.name: one for one in found}
    _note(runner, said, by_name, {name for outcome in outcomes if (name := _name_of(outcome))}, now)
    waiting: dict[str, list[Alert]] = {}
    times, notes = [now + LOOK], []
    for one in kept.tellings(ledger):
        if one.told_at is None and one.name in by_name and one.recipient in (*said.to, *said.deputy):
            if one.next_at <= now:
                waiting.setdefault(one.recipient, []).append(by_name[one.name])
            else:
                times.append(one.next_at)
    for recipient, alerts in waiting.items():
        names = [one.name for one in alerts]
        try:
            await tell(runner, recipient, alerts)
            kept.told(ledger, recipient, names, now)
        except SmmError as error:
            times.append(kept.not_reached(ledger, recipient, names, now))
            notes.append(f"alerts cannot be told to {recipient}: {masked(error.what)}")
    return min(times), tuple(notes)


def _note(runner: Runner, said: Alerts, found: Collection[str], anew: Collection[str], now: datetime) -> None:
    """Bring what is kept up to what is so: mended things are forgotten, new ones kept, deputies added to what takes long."""
    ledger, known = runner.ledger, kept.tellings(runner.ledger)
    gone = sorted({one.name for one in known if one.name not in found or (one.name in anew and one.told_at is not None)})
    since = {one.name: one.since for one in known if one.name not in gone}
    there = {(one.name, one.recipient) for one in known if one.name not in gone}
    kept.forget(ledger, gone)
    since |= {name: now for name in found if name not in since}
    late = {name: at for name, at in since.items() if now - at >= timedelta(seconds=said.deputy_after)}
    for recipient in (*said.to, *said.deputy):
        told = late if said.to and recipient not in said.to else since
        kept.add(ledger, {name: at for name, at in told.items() if (name, recipient) not in there}, [recipient], now)


def _name_of(outcome: Outcome) -> str:
    """What an alert about this outcome is called; empty where there is none."""
    kind = {FAILED: FAILURE, UNKNOWN: DOUBT}.get(outcome.state, "")
    return f"{kind} {outcome.delivery}" if kind else ""


async def beat(runner: Runner, said: Alerts) -> tuple[datetime | None, str]:
    """Tell the heartbeat's address that this tick was good: the only alarm that rings when nothing runs. When next; what went wrong.

    A tick that could not ask the remote it shares was not good: nothing can be sent from here, and no other alarm may get out.
    """
    if not said.heartbeat or (runner.shared is not None and runner.shared.why is not None):
        return None, ""
    next_at = runner.clock.now() + timedelta(seconds=said.heartbeat_every)
    try:
        await reach(runner, said.heartbeat, HEARTBEAT)
    except SmmError as error:
        return next_at, f"the heartbeat was not heard: {masked(error.what)}"
    return next_at, ""
