"""smm run: the tick of `smm publish`, again and again in one process. APScheduler is the clock, and nothing but the clock."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.moments import seconds_of
from smm_cli.calendar.source import Commit
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.tick import Ticked, tick
from smm_cli.errors import SmmError, UsageError
from smm_cli.plan.say import say_moment

app = typer.Typer(rich_markup_mode=None)
LATE = 3600
"""Seconds after which a missed tick is not caught up; the next one does what is due anyway."""


@app.command("run")
def run_command(
    ctx: typer.Context,
    every: Annotated[str, typer.Option(help="How often to look whether something changed: 20s, 1m.")] = "20s",
    workers: Annotated[int, typer.Option(min=0, max=64, help="With a ledger in PostgreSQL: so many processes share the work.")] = 0,
    ledger: Annotated[str, typer.Option(help="Without a checkout: the database (postgresql://…, or env:NAME).")] = "",
    calendar: Annotated[list[str] | None, typer.Option(help="With --ledger: a calendar in it; may be given again.")] = None,
) -> int:
    """Send what is due, again and again, until it is stopped (Ctrl-C, SIGTERM). What is due later goes out on the second.

    Example: smm -C /srv/calendar run --every 20s

    Example: smm run --workers 2 --ledger env:SMM_LEDGER --calendar acme
    """
    session: Session = ctx.obj
    seconds = read_every(every)
    if workers or ledger or calendar:
        from smm_cli.cli.workers import run_workers

        return run_workers(session, seconds, max(1, workers), ledger, tuple(calendar or ()))
    name = session.calendar().name  # without a calendar there is nothing to wait for
    output.tell(f"{name} in {session.root}: looking every {every}. Ctrl-C ends it.")
    asyncio.run(Daemon(session, seconds).serve())
    output.tell("Ended. What is due goes out when smm runs again.")
    return 0


def read_every(text: str) -> float:
    """Seconds of `20s`, `1m`. Raises UsageError."""
    try:
        seconds = seconds_of(text) or 0.0
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 86_400:
        raise UsageError(f"--every {text}: between 1s and 1d", hint="smm run --every 20s")
    return seconds


class Daemon:
    """Ticks every `every` seconds, and when the next thing is due. `stop` ends it after what is being sent."""

    def __init__(self, session: Session, every: float) -> None:
        self.session = session
        self.every = every
        self.ticks = 0
        self._stopped = False
        self._bell = asyncio.Event()
        self._runner: Runner | None = None
        self._task: asyncio.Task[Ticked] | None = None
        self._told = ""
        self._scheduler: Any = None

    def stop(self) -> None:
        """End after the delivery that is being sent; said twice: at once (the ledger knows what was begun)."""
        if self._stopped and self._task is not None:
            self._task.cancel()
        self._stopped = True
        self._bell.set()
        if self._runner is not None:
            self._runner.ending = True

    async def ring(self) -> None:
        """Called by the scheduler, which only rings: it would cancel its jobs when it is shut down, a tick must end by itself."""
        self._bell.set()

    async def serve(self) -> None:
        """Tick until `stop`. Rings that come during a tick make one more."""
        self._scheduler = _scheduler()
        self._scheduler.add_job(self.ring, "interval", seconds=self.every, id="tick", next_run_time=datetime.now(UTC))
        taken = listen_to_signals(self.stop)
        self._scheduler.start()
        try:
            while not self._stopped:
                await self._bell.wait()
                self._bell.clear()
                if not self._stopped:
                    await self.look()
        finally:
            self._scheduler.shutdown(wait=False)
            unlisten(taken)

    async def look(self) -> None:
        """One tick of the calendar as it is now. Whatever goes wrong is told, and the next tick is tried."""
        try:
            ticked = await self._tick()
        except SmmError as error:
            self._tell_error(error)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            output.tell("Stopped in the middle: the ledger knows what was begun.")
        except Exception as error:
            self._tell_bug(error)
        else:
            self._told = ""
            self._wake(ticked.plan.wake_at)
        self.ticks += 1

    async def _tick(self) -> Ticked:
        with self.session.runner() as runner:
            self._runner = runner
            if isinstance(runner.source, Commit):
                runner.source.downloads = True
            try:
                self._task = asyncio.create_task(tick(runner))
                ticked = await self._task
                for outcome in ticked.outcomes:
                    show_outcome(outcome, runner)
                return ticked
            finally:
                self._runner = self._task = None

    def _wake(self, at: datetime | None) -> None:
        """Look once more when the next thing is due, if that is before the next look anyway or after many of them."""
        now = self.session.clock.now()
        if at is None or at <= now or self._stopped:
            return
        self._scheduler.add_job(self.ring, "date", run_date=at + timedelta(milliseconds=20), id="wake", replace_existing=True)

    def _tell_error(self, error: SmmError) -> None:
        if str(error) == self._told:
            return  # the same as at the last tick: said once
        self._told = str(error)
        output.show_error(error)
        output.tell(f"  trying again every {self.every:g} s")

    def _tell_bug(self, error: Exception) -> None:
        from smm_cli.cli.report import write_report

        said = f"{type(error).__name__}: {error}"
        if said != self._told:
            self._told = said
            output.tell(f"smm failed; this is a bug, not your mistake: {type(error).__name__}. It goes on.")
            output.tell(f"  A report is in {write_report(error, sys.argv[1:])}. Please send it; secrets in it are masked.")


def _scheduler() -> Any:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    made: Any = AsyncIOScheduler
    return made(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE})


def listen_to_signals(stop: Any) -> list[int]:
    """Let the signals that end a process call `stop`; those taken."""
    taken: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            asyncio.get_running_loop().add_signal_handler(number, stop)
            taken.append(number)
    return taken


def unlisten(taken: list[int]) -> None:
    for number in taken:
        asyncio.get_running_loop().remove_signal_handler(number)


def show_outcome(outcome: Outcome, runner: Runner) -> None:
    zone = ZoneInfo(runner.calendar.timezone)
    when = say_moment(runner.clock.now(), zone)
    output.out(f"{when}  {outcome.state}  {outcome.delivery}  {outcome.url}".rstrip())
    sys.stdout.flush()
    said = outcome.error.what if outcome.error else outcome.note
    hint = outcome.error.hint if outcome.error else ""
    for text in filter(None, (said, hint, f"again at {say_moment(outcome.next_at, zone)}" if outcome.next_at else "")):
        output.tell(f"  {text}")
