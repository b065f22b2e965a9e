"""smm ledger sync, and the same again and again beside workers that have a checkout."""

from __future__ import annotations

import asyncio

from smm_cli.accounts.masks import masked
from smm_cli.calendar.source import Commit
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.delivery.pauses import marks_of
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.sync import Synced, sync
from smm_cli.delivery.wake import marks_now
from smm_cli.errors import SmmError

MANY = 8
"""Paths named one by one; of more, the first."""


def sync_now(session: Session, *, force: bool, dry_run: bool, as_json: bool) -> int:
    """One sync, and what it did. Raises ConfigError, LedgerError."""
    with session.runner() as runner:
        done = asyncio.run(_once(runner, force=force, dry_run=dry_run))
        name = runner.calendar.name
    if as_json:
        output.as_json(shape(name, done, dry_run))
        return 0
    tell(name, done, dry_run)
    return 0


async def _once(runner: Runner, *, force: bool = False, dry_run: bool = False) -> Synced:
    try:
        return await sync(runner, force=force, dry_run=dry_run)
    finally:
        await runner.end()


def shape(name: str, done: Synced, dry_run: bool) -> dict[str, object]:
    """What `--json` shows."""
    return {
        "calendar": name,
        "mark": done.mark,
        "dry_run": dry_run,
        "added": list(done.added),
        "changed": list(done.changed),
        "removed": list(done.removed),
        "bytes": done.sent,
        "pauses_changed": done.pauses,
        "receipts": list(done.receipts),
        "unreachable": list(done.unreachable),
    }


def tell(name: str, done: Synced, dry_run: bool) -> None:
    """What a sync did, for a person."""
    would = "would be " if dry_run else ""
    mark = done.mark if done.mark == "worktree" else done.mark[:10]
    output.out(f"{'not synced (dry run)' if dry_run else 'synced'}  {name}  {mark}")
    for word, paths in (("new", done.added), ("changed", done.changed), ("gone", done.removed)):
        for path in paths[:MANY]:
            output.tell(f"  {word:8}{path}")
        if len(paths) > MANY:
            output.tell(f"  {word:8}and {len(paths) - MANY} more")
    if not (done.added or done.changed or done.removed):
        output.tell("  The database has these files already.")
    if done.sent:
        output.tell(f"  {done.sent / 1e6:.1f} MB {would}sent")
    if done.receipts:
        output.tell(f"  {len(done.receipts)} receipt{'s' if len(done.receipts) > 1 else ''} {would}written into receipts/")
    for secret in done.unreachable:
        output.tell(f"  {secret} lies in this checkout: workers elsewhere have no such file (env:, or an absolute path, reaches them)")


class Syncing:
    """Keeps the database at what is published here, as long as workers run beside."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._marks: tuple[object, object] = (None, None)
        self._told = ""

    def at_once(self) -> None:
        """The first time: what cannot be synced is raised."""
        self._marks = self._now()
        with self.session.runner() as runner:
            name, done = runner.calendar.name, asyncio.run(_once(runner))
        tell(name, done, False)

    async def serve(self, every: float) -> None:
        """Look every so many seconds whether something changed here, and write the workers' receipts."""
        while True:
            await asyncio.sleep(every)
            try:
                await self._look()
                self._told = ""
            except SmmError as error:
                self._tell(error)
            except Exception as error:  # a file that goes away while it is read ends no syncing
                what = f"what changed here is not synced yet: {type(error).__name__}: {error}"
                self._tell(SmmError(masked(what), hint=f"it is tried again every {every:g} s", slug="sync-later"))

    def _tell(self, error: SmmError) -> None:
        if str(error) != self._told:
            self._told = str(error)
            output.show_error(error)

    async def _look(self) -> None:
        from smm_cli.ledger.intake import take_in, write_out

        (calendar, receipts), before = self._now(), self._marks
        with self.session.runner() as runner:
            if isinstance(runner.source, Commit):
                runner.source.downloads = True
            if calendar is None or calendar != before[0]:
                done = await _once(runner)
                if done.added or done.changed or done.removed or done.pauses:
                    tell(runner.calendar.name, done, False)
            else:
                if receipts != before[1]:  # most are of these workers, and known
                    take_in(runner.ledger, runner.calendar.receipts)
                write_out(runner.ledger, runner.calendar.receipts)
        self._marks = calendar, receipts

    def _now(self) -> tuple[object, object]:
        """What changes with the calendar (None: that cannot be told), and what with its receipts."""
        calendar = self.session.calendar()
        marks = marks_now(calendar)
        if marks is None:
            return None, None
        posts, _, receipts = marks["files"].partition(".")
        return ({**marks, "files": posts, "receipts": ""}, marks_of(calendar.root)), (marks["receipts"], receipts)
