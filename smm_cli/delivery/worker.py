"""A worker: takes what is due in a database, of one calendar or many, on however many channels at once; one of them all plans."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from smm_cli.accounts.machine import read_machine
from smm_cli.accounts.masks import masked
from smm_cli.clock import Clock
from smm_cli.delivery.announce import announce
from smm_cli.delivery.desk import GOOD, OF_A_CHECKOUT, Opened, open_desk, plan_ahead
from smm_cli.delivery.outage import note_outage
from smm_cli.delivery.pauses import machine_file, of_file
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.taken import send_taken
from smm_cli.delivery.tick import MOST_CHANNELS, tell_people
from smm_cli.delivery.waits import known_waits
from smm_cli.errors import ConfigError, SmmError
from smm_cli.ledger.bell import Bell
from smm_cli.ledger.lanes import Taken, claim_due, next_look
from smm_cli.ledger.leases import Leases
from smm_cli.ledger.planned import changes, keep_good
from smm_cli.ledger.snapshots import desk_of
from smm_cli.ledger.store import Ledger
from smm_cli.plan.pauses import is_on

POLL = 30.0
"""Seconds after which a worker looks although nothing rang."""
CALM = 5.0
"""Seconds between two plans at the least, where deliveries end all the time."""
AGAIN = 5.0
"""Seconds after which a database that is gone is asked again."""
SHUT = 600.0
"""Seconds for which a worker leaves a channel to others whose secret it does not have."""
LATER = timedelta(seconds=2)


@dataclass
class Place:
    """One calendar of this worker, and where it lies on this machine."""

    ledger: Ledger
    root: Path
    checkout: bool
    opened: Opened | None = None
    rung: bool = True
    look_at: datetime | None = None
    plan_at: datetime | None = None
    planned_at: float = 0.0
    took: float = 0.0
    good_at: float = 0.0
    changes: int = -1
    told: str = ""
    running: int = 0
    shut: dict[str, float] = field(default_factory=dict)
    news: list[Outcome] = field(default_factory=list)

    @property
    def closed(self) -> list[str]:
        """Channels that this worker does not take now; all, where this machine is paused."""
        if self.opened is None:
            return []
        now, channels = time.monotonic(), self.opened.runner.calendar.channels
        if any(is_on(pause, self.opened.runner.clock.now()) for pause in of_file(machine_file())):
            return list(channels)
        own = [name for name, channel in channels.items() if channel.network in OF_A_CHECKOUT and not self.checkout]
        return [*(name for name, until in self.shut.items() if until > now), *own]


class Worker:
    """Works until `stop`. `places`: calendar to its folder on this machine, a checkout or not.

    `show` is told each outcome with its calendar, `tell` what a person at the terminal should read.
    """

    def __init__(
        self,
        url: str,
        places: Mapping[str, Path],
        home: Path,
        clock: Clock,
        *,
        checkout: bool,
        show: Callable[[Opened, Outcome], None],
        tell: Callable[[SmmError], None],
    ) -> None:
        self.show, self.tell, self.clock = show, tell, clock
        first, *_ = places
        ledger = Ledger.shared(url, home, first, read_machine().runner, clock)
        self.ledger = ledger
        self.places = {
            name: Place(
                Ledger(ledger.db, name, ledger.runner, Leases(ledger.db.clock or clock, ledger.runner), ledger.machine), root, checkout
            )
            for name, root in places.items()
        }
        self.bell = Bell(url, places, self.ring)
        self.ending = self._stopped = False
        self._woken = asyncio.Event()
        self._tasks: dict[asyncio.Task[Outcome | None], tuple[Place, Opened, Taken]] = {}
        self.told = ""

    def ring(self, calendar: str) -> None:
        """Something was said of `calendar`; empty: the connection was lost, so perhaps of any."""
        for name, place in self.places.items():
            place.rung = place.rung or calendar in ("", name)
        self._woken.set()

    def stop(self) -> None:
        """A signal came: end after what is being sent; said twice: at once (the ledger knows what was begun)."""
        if self._stopped:
            for task in self._tasks:
                task.cancel()
        self._stopped = True
        self.end()

    def end(self) -> None:
        """End after what is being sent."""
        self.ending = True
        for place in self.places.values():
            if place.opened is not None:
                place.opened.runner.ending = True
        self._woken.set()

    async def serve(self) -> None:
        """Take and send, until `stop`. A database that is gone is asked again and again."""
        try:
            while not self.ending:
                wait = AGAIN
                try:
                    wait = await self._round()
                    self.told = ""
                except SmmError as error:
                    self._tell_once(error, self)
                await self._rest(wait)
            while self._tasks:
                await self._rest(POLL)
        finally:
            for place in self.places.values():
                await _close(place.opened)
            self.bell.close()
            self.ledger.close()

    async def _round(self) -> float:
        """Look at each calendar once; after how many seconds to look again at the latest."""
        self.bell.listen()
        waits = [POLL]
        for name, place in self.places.items():
            try:
                waits.append(await self._look(name, place))
                place.told = ""
            except SmmError as error:
                if error.slug == "ledger-unreachable":
                    raise
                self._tell_once(error, place)
        return max(0.0, min(waits))

    async def _look(self, name: str, place: Place) -> float:
        rung, place.rung = place.rung, False
        idle = time.monotonic() - place.good_at
        if rung or place.opened is None or idle > POLL:
            await self._renew(place)
        assert place.opened is not None
        wait = await self._plan(name, place, rung) if self.bell.plans(name) else POLL
        if idle > POLL:
            place.good_at = time.monotonic()
        return min(wait, self._take(name, place, rung))

    async def _renew(self, place: Place) -> None:
        """Lay the newest snapshot out, where it is another. What is being sent from the old one is ended."""
        known = place.opened
        desk = desk_of(place.ledger.db, place.ledger.calendar) if known is not None else None
        if known is not None and desk is not None and desk.version == known.desk.version:
            return
        place.opened = open_desk(place.ledger, place.root, self.clock, checkout=place.checkout)
        place.plan_at = place.look_at = None
        if known is not None and not any(opened is known for _, opened, _ in self._tasks.values()):
            await _close(known)

    # -- planning -------------------------------------------------------------------------------------------------------------

    async def _plan(self, name: str, place: Place, rung: bool) -> float:
        """Plan where something changed, else say that the plan stands; after how many seconds this is to be asked again."""
        opened, now = place.opened, self.ledger.db.clock or self.clock
        assert opened is not None
        since = time.monotonic() - place.planned_at
        calm = max(CALM, 20 * place.took)
        due = place.plan_at is None or place.plan_at <= now.now()
        if not (due or rung) and since < min(calm, POLL):
            return min(calm, POLL) - since
        counted = changes(place.ledger.db)
        if due or rung or (counted != place.changes and since >= calm):
            begun = time.monotonic()
            note_outage(opened.runner, now.now())
            place.ledger.ticked(now.now())
            place.plan_at = await plan_ahead(opened)
            place.changes, place.planned_at = counted, time.monotonic()
            place.took = place.planned_at - begun
            place.look_at = None
            if place.plan_at is None:
                place.rung = True
                return 0.0
            await self._after_plan(place, opened)
        elif since > GOOD / 3 and keep_good(place.ledger.db, name, opened.desk.version, now.now(), GOOD):
            place.planned_at = time.monotonic()
        active = bool(place.running) or counted != place.changes
        left = (place.plan_at - now.now()).total_seconds() if place.plan_at else 0.0
        return max(0.05, min(left, calm if active else POLL))

    async def _after_plan(self, place: Place, opened: Opened) -> None:
        """What a tick does after sending, once for all workers: hubs and people are told."""
        news, place.news = place.news, []
        await announce(opened.runner, ())
        runner = opened.runner
        _, missed = await tell_people(runner, lambda until: opened.plan(until, known_waits(runner), runner.history()), news)
        for said in missed:
            self._tell_once(SmmError(said), place)

    # -- taking ---------------------------------------------------------------------------------------------------------------

    def _take(self, name: str, place: Place, rung: bool) -> float:
        """Claim what is due, as far as there is room, and begin to send it; after how many seconds more may be due."""
        opened, now = place.opened, (self.ledger.db.clock or self.clock).now()
        assert opened is not None
        room = MOST_CHANNELS - len(self._tasks)
        if room <= 0 or self.ending:
            return POLL
        if not rung and place.look_at is not None and place.look_at > now:
            return (place.look_at - now).total_seconds()
        version, owner, shut = opened.desk.version, place.ledger.alive.owner, place.closed
        taken = place.ledger.write(lambda c: claim_due(c, name, version, owner, now, most=room, shut=shut))
        for one in taken:
            task = asyncio.create_task(send_taken(opened, one))
            task.add_done_callback(lambda _: self._woken.set())
            self._tasks[task] = (place, opened, one)
            place.running += 1
        place.look_at = next_look(place.ledger.db, name, shut)
        if place.look_at is None:
            place.look_at = now + timedelta(seconds=POLL)
        elif place.look_at <= now:  # due, and yet not to be had: planned anew in this moment, or by another worker
            place.look_at = now + (timedelta() if len(taken) == room else timedelta(seconds=0.25) if taken else LATER)
            place.rung = place.rung or not (taken or place.running or time.monotonic() - place.planned_at < CALM)
        return (place.look_at - now).total_seconds()

    async def _rest(self, seconds: float) -> None:
        """Wait until something rings, ends, or it is time; what has ended is told."""
        if not any(task.done() for task in self._tasks):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        await asyncio.sleep(0)
        ended = [task for task in self._tasks if task.done()]
        for task in ended:
            place, opened, taken = self._tasks.pop(task)
            place.running -= 1
            place.look_at = None
            self._ended(place, opened, taken, task)
            if opened is not place.opened and not any(other is opened for _, other, _ in self._tasks.values()):
                await _close(opened)

    def _ended(self, place: Place, opened: Opened, taken: Taken, task: asyncio.Task[Outcome | None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, SmmError):
            self._tell_once(error, self)
            return
        if error is not None:  # what broke down delays no other channel; its claim ends with its lease
            place.shut[taken.claim.channel] = time.monotonic() + SHUT
            what = f"smm failed at {taken.claim.delivery}: {type(error).__name__}: {error}"
            self._tell_once(SmmError(masked(what), hint="please report it: smm doctor writes a report", slug="bug"), self)
            return
        outcome = task.result()
        if outcome is None:
            place.rung = True
            return
        if isinstance(outcome.error, ConfigError):
            place.shut[taken.claim.channel] = time.monotonic() + SHUT
        place.news.append(outcome)
        del place.news[:-1000]
        self.show(opened, outcome)

    def _tell_once(self, error: SmmError, of: Place | Worker) -> None:
        said = masked(str(error))
        if said != of.told:
            of.told = said
            self.tell(error)


async def _close(opened: Opened | None) -> None:
    if opened is not None:
        await opened.runner.end()
