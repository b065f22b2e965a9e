"""Two versions of a calendar beside each other: what would go out differently, and what must be known before anybody says yes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smm_cli.calendar import git
from smm_cli.calendar.digest import Said, said_by_channel
from smm_cli.calendar.model import WORKTREE
from smm_cli.calendar.source import Source, open_source
from smm_cli.cli.check_findings import find_all
from smm_cli.cli.costs import costs_of
from smm_cli.cli.planned import Planned, plan_of
from smm_cli.cli.review_deliveries import UNNEEDED, Changed, changed_deliveries, outdated
from smm_cli.cli.review_settings import Acting, Setting, acting_files, read_tables, settings_changed
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner, open_scratch
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.networks.base import Cost
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import FINAL, Delivery
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, Problem

BIGGEST = 1 << 20
"""Most bytes of a channels.toml that are read. Own rule, 2026-11-23."""


@dataclass(frozen=True)
class Side:
    """One version: what its files say, or why they say nothing. `open`: what is still to come there, `over` what is not, by name."""

    ref: str
    commit: str
    text: str
    tables: dict[str, Any]
    fault: SmmError | None = None
    runner: Runner | None = None
    planned: Planned | None = None
    problems: tuple[Problem, ...] = ()
    costs: tuple[tuple[str, Cost], ...] = ()

    @property
    def errors(self) -> int:
        return sum(problem.severity == ERROR for problem in self.problems) + (self.fault is not None)

    @cached_property
    def posts(self) -> dict[str, Post]:
        return {post.id: post for post in self.planned.indexed.posts} if self.planned else {}

    @cached_property
    def open(self) -> dict[str, Delivery]:
        return {d.name: d for d in self.planned.plan.deliveries if d.state not in FINAL} if self.planned else {}

    @cached_property
    def over(self) -> dict[str, Delivery]:
        return {d.name: d for d in self.planned.plan.deliveries if d.state in FINAL} if self.planned else {}

    def said(self, post: Post) -> Said:
        """What an approval of `post` covers here; asked of git once for each post."""
        if post.id not in self._said:
            assert self.runner is not None
            self._said[post.id] = said_by_channel(post, self.runner.calendar, self.runner.source)
        return self._said[post.id]

    @cached_property
    def _said(self) -> dict[str, Said]:
        return {}


@dataclass(frozen=True)
class Review:
    """What differs from `old` to `new`. `outdated`: public already, and changed by this; `problems`: new ones, `mended`: those gone."""

    old: Side
    new: Side
    settings: tuple[Setting, ...]
    acting: tuple[Acting, ...]
    changed: tuple[Changed, ...]
    outdated: tuple[Delivery, ...]
    problems: tuple[Problem, ...]
    mended: tuple[Problem, ...]
    timezone: str

    @property
    def loud(self) -> tuple[Setting, ...]:
        return tuple(setting for setting in self.settings if setting.loud)

    @property
    def unneeded(self) -> tuple[Changed, ...]:
        """Deliveries that somebody had to approve, and nobody has to any more."""
        return tuple(one for one in self.changed if UNNEEDED in one.what)

    def __bool__(self) -> bool:
        return bool(self.settings or self.acting or self.changed or self.outdated or self.problems or self.mended)


@contextmanager
def reviewed(session: Session, old: str, new: str) -> Iterator[Review]:
    """The difference of two refs (or `worktree`), planned at one moment on one history. Asks no server, needs no secret, writes nothing.

    Raises UsageError for a ref that does not exist, ConfigError outside git.
    """
    root = session.root
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="smm-diff-")))
        sides = [_side(session, root, ref, folder / str(number), stack) for number, ref in enumerate((old, new))]
        yield _compared(root, *sides)


def _side(session: Session, root: Path, ref: str, folder: Path, stack: ExitStack) -> Side:
    try:
        source = open_source(root, ref)
    except ConfigError as error:
        if error.slug != "unknown-ref":
            raise
        hint = "in CI: fetch-depth: 0, or git fetch origin main" if ref.startswith("origin/") else error.hint
        raise UsageError(f"{ref}: git knows no commit of that name here", hint=hint, slug="unknown-ref") from None
    commit = "" if source.mark() == WORKTREE else source.mark()
    data, fault = _settings_of(root, source, commit)
    tables, wrong = read_tables(data)
    text = data.decode("utf-8-sig", "replace")
    if fault is None and wrong:
        fault = ConfigError(f"channels.toml is no TOML: {wrong}", where=ref, slug="config")
    if fault is None:
        try:
            return _planned(Side(ref, commit, text, tables), root, folder, session, stack)
        except SmmError as error:  # also a receipt or a file of the index that cannot be read
            fault = error
    return Side(ref, commit, text, tables, fault)


def _planned(side: Side, root: Path, folder: Path, session: Session, stack: ExitStack) -> Side:
    runner = stack.enter_context(open_scratch(root, folder, session.clock, lambda _: None, side.ref))
    planned = plan_of(runner)
    costs = costs_of(runner, planned.plan.deliveries, planned.indexed.posts)
    problems = find_all(runner, planned=planned).problems
    return replace(side, runner=runner, planned=planned, problems=problems, costs=tuple(costs.items()))


def _settings_of(root: Path, source: Source, commit: str) -> tuple[bytes, SmmError | None]:
    """The bytes of channels.toml, as far as they can be read at all."""
    try:
        place = root / "channels.toml"
        if not commit and (place.is_symlink() or place.stat().st_size > BIGGEST):
            raise OSError("a link, or bigger than 1 MB")
        found = git.entry(root, commit, "channels.toml") if commit else None
        if found is not None and not found.is_file:
            raise OSError("a link")
        if found is not None and int(git.run(root, "cat-file", "-s", found.blob)) > BIGGEST:
            raise OSError("bigger than 1 MB")
        return source.read("channels.toml"), None
    except OSError as error:
        why = "there is none" if isinstance(error, FileNotFoundError) else str(error)
        return b"", ConfigError(f"channels.toml cannot be read: {why}", where=source.mark()[:12], slug="config")


def _compared(root: Path, old: Side, new: Side) -> Review:
    settings = settings_changed(old.tables, new.tables, new.text)
    known = {_of(problem) for problem in old.problems}
    now = {_of(problem) for problem in new.problems}
    zone = next((side.runner.calendar.timezone for side in (new, old) if side.runner), "UTC")
    return Review(
        old,
        new,
        tuple(settings),
        tuple(acting_files(_files(root, old, new))),
        tuple(changed_deliveries(old, new)),
        tuple(outdated(old, new)),
        tuple(problem for problem in new.problems if _of(problem) not in known),
        tuple(problem for problem in old.problems if _of(problem) not in now),
        zone,
    )


def _of(problem: Problem) -> tuple[str, ...]:
    """A problem without its line, which every edit above it moves."""
    return problem.slug, problem.what, problem.place.file, problem.place.channel


def _files(root: Path, old: Side, new: Side) -> Iterable[str]:
    """Every file that differs, relative to the calendar, and those that act for all of the repository."""
    if not old.commit and not new.commit:
        return ()
    said = [git.run(root, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", *filter(None, (old.commit, new.commit)), "--")]
    if not new.commit:
        said.append(git.run(root, "ls-files", "--others", "--exclude-standard", "--full-name", "-z"))
    base = git.run(root, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip("\n")
    paths = [path for one in said for path in one.decode("utf-8", "surrogateescape").split("\0") if path]
    return [path.removeprefix(base) if path.startswith(base) else os.path.relpath(path, base or ".") for path in paths]


def when(delivery: Delivery, zone: Any) -> str:
    """When it is due, for people."""
    return say_moment(delivery.due, zone) if delivery.due else "no time yet"
