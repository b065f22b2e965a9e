"""smm run --workers: worker processes on one database, with a checkout that is synced meanwhile, or without any."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from smm_cli.cli import output
from smm_cli.cli.run import listen_to_signals, show_outcome, unlisten
from smm_cli.cli.session import Session
from smm_cli.cli.syncing import Syncing
from smm_cli.delivery.desk import Opened
from smm_cli.delivery.ledgers import address_of
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.worker import Worker
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import is_name

AGAIN = 2.0
"""Seconds after which a process that died is started again; one that dies again and again is waited for longer."""
LONG = 60.0


def run_workers(session: Session, every: float, count: int, ledger: str, calendars: Sequence[str]) -> int:
    """Work until stopped. Raises UsageError, ConfigError, LedgerError where it cannot begin."""
    if bool(ledger) != bool(calendars):
        missing = "--calendar NAME: which calendar of it" if ledger else "--ledger URL: which database it is in"
        raise UsageError(f"say {missing}", hint="smm run --workers 2 --ledger env:SMM_LEDGER --calendar acme")
    for name in calendars:
        if not is_name(name):
            raise UsageError(f"--calendar {name}: that is no calendar's name", hint="its name stands in channels.toml, [calendar] name")
    syncing = None if ledger or _of_a_crew() else Syncing(session)
    places, home, url = _without_checkout(ledger, calendars) if ledger else _in_checkout(session)
    if syncing is not None:
        syncing.at_once()
    else:
        Ledger.shared(url, home, next(iter(places)), "looking", session.clock).close()  # what is wrong is said once, and ends this
    who = ", ".join(places)
    if not _of_a_crew():
        output.tell(f"{who}: {count} worker{'s' if count > 1 else ''}. Ctrl-C ends {'them' if count > 1 else 'it'}.")
    if count > 1:
        asyncio.run(Crew(session, every, count, ledger, calendars, syncing).serve())
    else:
        worker = Worker(url, places, home, session.clock, checkout=not ledger, show=_show, tell=_tell)
        asyncio.run(_alone(worker, every, syncing))
    output.tell("Ended. What is due goes out when a worker runs again.")
    return 0


def _in_checkout(session: Session) -> tuple[Mapping[str, Path], Path, str]:
    calendar = session.calendar()
    if not calendar.ledger.url:
        raise UsageError(
            "workers share a database, and this calendar's ledger is a file on this machine",
            hint='[ledger] url = "postgresql://…" in channels.toml, then smm ledger move; or smm run, without --workers',
        )
    return {calendar.name: calendar.root}, calendar.root / ".smm", address_of(calendar.ledger.url, calendar.root)


def _without_checkout(ledger: str, calendars: Sequence[str]) -> tuple[Mapping[str, Path], Path, str]:
    url = address_of(ledger, Path.cwd())
    from smm_cli.ledger.postgres_open import place_of

    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME", "")
    home = (Path(base) if base and Path(base).is_absolute() else Path.home() / ".local" / "state") / "smm" / "workers"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        what = f"{home} cannot be made: {error.strerror}"
        raise ConfigError(what, hint="XDG_STATE_HOME names another place", slug="state") from error
    database = hashlib.sha256(place_of(url).encode()).hexdigest()[:8]
    return {name: home / f"{name}-{database}" for name in dict.fromkeys(calendars)}, home, url


async def _alone(worker: Worker, every: float, syncing: Syncing | None) -> None:
    _end_with_crew(worker)
    async with _beside(worker.stop, every, syncing):
        await worker.serve()


@asynccontextmanager
async def _beside(stop: Callable[[], None], every: float, syncing: Syncing | None) -> AsyncIterator[None]:
    """Meanwhile signals call `stop`, and the checkout, if there is one, is synced."""
    taken = listen_to_signals(stop)
    task = asyncio.create_task(syncing.serve(every)) if syncing is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        unlisten(taken)


def _of_a_crew() -> bool:
    return os.environ.get("SMM_CREW") == str(os.getppid())


def _end_with_crew(worker: Worker) -> None:
    """A process of a crew ends what it is at when the crew's pipe is closed: the crew was told to end, or is dead.

    Not by a signal: a terminal and systemd send theirs to every process, and one that is told twice ends at once.
    """
    if not _of_a_crew():
        return
    loop = asyncio.get_running_loop()

    def closed() -> None:
        loop.remove_reader(0)
        worker.end()

    with suppress(NotImplementedError, OSError):
        loop.add_reader(0, closed)


class Crew:
    """Several worker processes; one that dies is started again. The checkout, if there is one, is synced here."""

    def __init__(self, session: Session, every: float, count: int, ledger: str, calendars: Sequence[str], syncing: Syncing | None) -> None:
        told = ["--ledger", ledger, *(word for name in calendars for word in ("--calendar", name))] if ledger else ["--workers", "1"]
        place = ["-C", str(session.root)] if not ledger else []
        self.command = [sys.executable, "-m", "smm_cli", *place, "run", *told]
        self.every, self.count, self.syncing = every, count, syncing
        self.ending = False
        self._stopped = asyncio.Event()
        self._running: set[asyncio.subprocess.Process] = set()

    def stop(self) -> None:
        """Let each end what it is at; said twice: at once (the ledger knows what was begun)."""
        for process in self._running:
            self._tell(process, at_once=self.ending)
        self.ending = True
        self._stopped.set()

    def _begun(self, process: asyncio.subprocess.Process) -> None:
        self._running.add(process)
        if self.ending:  # the crew was told while this one was started
            self._tell(process)

    def _tell(self, process: asyncio.subprocess.Process, *, at_once: bool = False) -> None:
        assert process.stdin is not None
        process.stdin.close()
        if at_once:
            with suppress(ProcessLookupError):
                process.kill()

    async def serve(self) -> None:
        """Until `stop`, and until all have ended."""
        async with _beside(self.stop, self.every, self.syncing):
            await asyncio.gather(*(self._keep() for _ in range(self.count)))

    async def _keep(self) -> None:
        pause = AGAIN
        while not self.ending:
            begun = time.monotonic()
            env = {**os.environ, "SMM_CREW": str(os.getpid())}
            process = await asyncio.create_subprocess_exec(*self.command, stdin=asyncio.subprocess.PIPE, env=env)
            self._begun(process)
            code = await process.wait()
            self._running.discard(process)
            pause = AGAIN if time.monotonic() - begun > LONG else min(LONG, pause * 2)
            if not self.ending:
                output.tell(f"A worker ended with {code}: another begins. What it had taken is free when its lease ends.")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), pause)


def _show(opened: Opened, outcome: Outcome) -> None:
    show_outcome(outcome, opened.runner)


def _tell(error: SmmError) -> None:
    output.show_error(error)
