"""A runner: one process at work on one calendar, with everything that takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from smm_cli.accounts.machine import read_machine
from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.model import Calendar, Pause
from smm_cli.calendar.source import Commit, Source, open_source
from smm_cli.clock import Clock, SystemClock
from smm_cli.delivery.ledgers import copy_ledger, open_ledger
from smm_cli.delivery.pauses import Marks, marks_of, with_pauses
from smm_cli.errors import SmmError
from smm_cli.ledger.history import history
from smm_cli.ledger.intake import accept_all, take_in
from smm_cli.ledger.receipts import read_receipts
from smm_cli.ledger.store import Ledger
from smm_cli.plan.pauses import pause_over
from smm_cli.words.channel import Channel
from smm_cli.words.history import History
from smm_cli.words.post import Post

if TYPE_CHECKING:  # listing needs neither: what composes and what sends are imported when first needed
    from smm_cli.delivery.prepare import Composer
    from smm_cli.delivery.transport import Transport

Apps = Callable[[str], Any]


@dataclass
class Runner:
    """Open it with `open_runner`, close it with `with`. Nothing here holds a secret."""

    calendar: Calendar
    source: Source
    ledger: Ledger
    index: Index
    clock: Clock
    apps: Apps | None = None
    _transport: Transport | None = None
    _composer: Composer | None = None
    ending: bool = False
    """Set when the process is asked to end: what is being sent is finished, nothing more is begun."""
    through: tuple[str, ...] = ()
    """Posts that a person sends in spite of a pause."""
    marks: Marks = ()
    """What would change if somebody paused on this machine meanwhile; empty where nobody looks."""

    @property
    def transport(self) -> Transport:
        """What sends; made when first needed."""
        if self._transport is None:
            from smm_cli.delivery.transport import Transport

            self._transport = Transport(self.calendar, self.clock, apps=self.apps)
        return self._transport

    @property
    def composer(self) -> Composer:
        """What composes; made when first needed."""
        if self._composer is None:
            from smm_cli.delivery.prepare import Composer

            self._composer = Composer(self.calendar, self.source, lambda: read_receipts(self.calendar.receipts))
        return self._composer

    def history(self) -> History:
        """What happened so far, receipts of other clones included."""
        take_in(self.ledger, self.calendar.receipts)
        return history(self.ledger, self.calendar.channels)

    def pause_over(self, post: Post, channel: Channel) -> Pause | None:
        """The pause that somebody made while this tick runs, if it covers `post` on `channel`."""
        now = marks_of(self.calendar.root) if self.marks else ()
        if now == self.marks:
            return None
        try:
            self.calendar = with_pauses(self.calendar, load_calendar(self.calendar.root), self.through)
        except SmmError as error:
            return Pause(f"channels.toml cannot be read: {error.what}")
        return pause_over(self.calendar, post, channel, self.clock.now())

    async def end(self) -> None:
        """Close what was opened for sending."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ledger.close()


class Scratch(Runner):
    """A runner that shares its receipts with nobody: what stands there it has taken in, or written."""

    def history(self) -> History:
        return history(self.ledger, self.calendar.channels)


def open_runner(root: Path, clock: Clock, through: Collection[str] = ()) -> Runner:
    """The runner of the calendar in `root`. Its channels.toml is that of the published ref; pauses are those from everywhere.

    `through`: posts that go out in spite of a pause. Raises ConfigError, LedgerError.
    """
    here = load_calendar(root)
    source = open_source(root, here.publish_from)
    marks = marks_of(root)
    calendar = with_pauses(load_calendar(root, source), here, through)
    ledger = open_ledger(calendar, clock)
    return Runner(calendar, source, ledger, Index(calendar), ledger.clock or clock, through=tuple(through), marks=marks)


def open_scratch(root: Path, folder: Path, clock: Clock, apps: Apps, publish_from: str = "") -> Runner:
    """A runner on a copy, in `folder`, of all that the calendar in `root` knows: programs answer, nothing leaves, nothing of it changes.

    `publish_from`: another ref than the calendar's, or worktree. Raises ConfigError, LedgerError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = open_source(root, publish_from or load_calendar(root, remember=False).publish_from)
    if isinstance(source, Commit):
        source.extracted = folder / "extracted"
    calendar = replace(with_pauses(load_calendar(root, source, remember=False)), scratch=folder)
    if publish_from:
        calendar = replace(calendar, publish_from=publish_from)
    copy_ledger(calendar, root, folder / "ledger.db", SystemClock())
    if (root / "receipts").is_dir():
        shutil.copytree(root / "receipts", calendar.receipts)
    ledger = Ledger.open(folder / "ledger.db", calendar.name, read_machine().runner)
    take_in(ledger, calendar.receipts)
    accept_all(ledger)
    return Scratch(calendar, source, ledger, Index(calendar), clock, apps)
