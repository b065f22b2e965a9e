"""A runner: one process at work on one calendar, with everything that takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from smm_cli.accounts.machine import read_machine
from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.model import GIT, WORKTREE, Calendar, Pause
from smm_cli.calendar.source import Commit, Source, open_source
from smm_cli.clock import Clock, SystemClock
from smm_cli.delivery.ledgers import copy_ledger, open_ledger
from smm_cli.delivery.pauses import Marks, marks_of, unchanged, with_pauses
from smm_cli.delivery.skew import Skew
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
    from smm_cli.delivery.shared import Shared
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
    _shared: Shared | None = None
    _counter: int | None = None
    _approved: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def transport(self) -> Transport:
        """What sends; made when first needed."""
        if self._transport is None:
            from smm_cli.delivery.transport import Transport

            self._transport = Transport(self.calendar, self.clock, apps=self.apps)
        return self._transport

    @property
    def skew(self) -> Skew:
        """How far this machine's clock is from those of the servers."""
        return Skew(self.calendar, self.clock)

    @property
    def composer(self) -> Composer:
        """What composes; made when first needed."""
        if self._composer is None:
            from smm_cli.delivery.prepare import Composer

            self._composer = Composer(self.calendar, self.source, lambda: read_receipts(self.calendar.receipts))
        return self._composer

    @property
    def shared(self) -> Shared | None:
        """What runners share through a git remote; None where they do not. Raises ConfigError."""
        if self._shared is None and self.calendar.ledger.claims == GIT and self.calendar.scratch is None:
            from smm_cli.delivery.shared import Shared

            self._shared = Shared(self.calendar, self.ledger, self.clock)
        return self._shared

    def hear(self) -> str:
        """Take in what other runners did, before a person looks or decides; why not, where their remote cannot be asked.

        Raises ConfigError for what a person must mend. Outside of an event loop only.
        """
        if self.shared is None:
            return ""
        why = self.shared.hear()
        self.refresh()
        return why

    def refresh(self) -> None:
        """Read the calendar anew, as it is published now. Raises ConfigError."""
        downloads = isinstance(self.source, Commit) and self.source.downloads
        self.marks = marks_of(self.calendar.root)
        self.source, self.calendar = _published(self.calendar.root, self.through)
        self.index, self._composer = Index(self.calendar), None
        if isinstance(self.source, Commit):
            self.source.downloads = downloads

    def history(self) -> History:
        """What happened so far, receipts of other clones included."""
        take_in(self.ledger, self.calendar.receipts)
        return history(self.ledger, self.calendar.channels)

    def pause_over(self, post: Post, channel: Channel) -> Pause | None:
        """The pause that covers `post` on `channel` now, whatever its time; also one that somebody made while this tick runs."""
        if not unchanged(self.marks):
            try:
                self.calendar = with_pauses(self.calendar, load_calendar(self.calendar.root), self.through)
            except SmmError as error:
                return Pause(f"channels.toml cannot be read: {error.what}")
        return pause_over(self.calendar, post, channel, self.clock.now())

    def approved_by(self, post: Post) -> tuple[str, ...]:
        """Who approved the present content of `post`; of a commit that is asked once, however many channels it goes to."""
        key = self.source.mark(), post.path
        if key[0] == WORKTREE or key not in self._approved:
            from smm_cli.delivery.planning import approved_by

            self._approved[key] = approved_by(self.calendar, self.source, post)
        return self._approved[key]

    async def end(self) -> None:
        """Close what was opened for sending."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def __enter__(self) -> Self:
        self._counter = self.ledger.counter() if self.calendar.ledger.claims == GIT else None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None and self._counter not in (None, self.ledger.counter()):
                self._tell_others()
        finally:
            self.ledger.close()

    def _tell_others(self) -> None:
        """What a person decided here, other runners should know. Raises ConfigError where they cannot; a tick has said that already."""
        shared = self.shared
        if shared is not None and shared.why is None and shared.has_news():
            shared.tell_now()


class Scratch(Runner):
    """A runner that shares its receipts with nobody: what stands there it has taken in, or written."""

    def history(self) -> History:
        return history(self.ledger, self.calendar.channels)


def open_runner(root: Path, clock: Clock, through: Collection[str] = ()) -> Runner:
    """The runner of the calendar in `root`. Its channels.toml is that of the published ref; pauses are those from everywhere.

    `through`: posts that go out in spite of a pause. Raises ConfigError, LedgerError.
    """
    marks = marks_of(root)
    source, calendar = _published(root, through)
    ledger = open_ledger(calendar, clock)
    return Runner(calendar, source, ledger, Index(calendar), ledger.clock or clock, through=tuple(through), marks=marks)


def _published(root: Path, through: Collection[str]) -> tuple[Source, Calendar]:
    """What is published, and its calendar. With claims through git, wherever they are asked for, that is what the remote has."""
    here = load_calendar(root)
    source = open_source(root, _ref(here))
    calendar = load_calendar(root, source)
    if here.ledger.claims == GIT:
        calendar = replace(calendar, ledger=here.ledger, publish_from=here.publish_from)
    elif calendar.ledger.claims == GIT:
        source = open_source(root, _ref(calendar))
        calendar = replace(load_calendar(root, source), ledger=calendar.ledger)
    return source, with_pauses(calendar, here, through)


def _ref(calendar: Calendar) -> str:
    if calendar.ledger.claims != GIT:
        return calendar.publish_from
    from smm_cli.calendar.git_shared import seen_ref

    return seen_ref(calendar)


def open_scratch(root: Path, folder: Path, clock: Clock, apps: Apps, publish_from: str = "") -> Runner:
    """A runner on a copy, in `folder`, of all that the calendar in `root` knows: programs answer, nothing leaves, nothing of it changes.

    `publish_from`: another ref than the calendar's, or worktree. Raises ConfigError, LedgerError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    here = load_calendar(root, remember=False)
    source = open_source(root, publish_from or _ref(here))
    if isinstance(source, Commit):
        source.extracted = folder / "extracted"
    calendar = replace(with_pauses(load_calendar(root, source, remember=False)), scratch=folder)
    if publish_from:
        calendar = replace(calendar, publish_from=publish_from)
    known = here if publish_from else calendar  # what somebody proposes does not say which database is asked
    copy_ledger(known, root, folder / "ledger.db", SystemClock())
    if here.receipts.is_dir() and not here.receipts.is_symlink():
        shutil.copytree(here.receipts, calendar.receipts, symlinks=True)  # else a stranger's link would have the whole disk copied
    ledger = Ledger.open(folder / "ledger.db", calendar.name, read_machine().runner)
    try:
        take_in(ledger, calendar.receipts)
        accept_all(ledger)
    except BaseException:
        ledger.close()
        raise
    return Scratch(calendar, source, ledger, Index(calendar), clock, apps)
