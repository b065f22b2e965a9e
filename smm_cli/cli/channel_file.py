"""Edits of channels.toml (and of posts that name a channel): shown line by line, proved to be read, then written, committed if asked."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smm_cli.cli import output
from smm_cli.errors import ConfigError, SmmError, UsageError

FILE = "channels.toml"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of an edit: shown only (`dry_run`), written, committed, pushed."""

    dry_run: bool = False
    commit: bool = False
    push: bool = False


def read_file(root: Path) -> bytes:
    """The bytes of channels.toml. Raises ConfigError."""
    try:
        return (root / FILE).read_bytes()
    except OSError as error:
        raise ConfigError(f"{FILE} cannot be read: {error.strerror}", where=str(root)) from None


def keep_file(root: Path, before: bytes, after: bytes, message: str, keeping: Keeping) -> None:
    """As keep_files, for channels.toml alone."""
    keep_files(root, {FILE: (before, after)}, message, keeping)


def keep_files(root: Path, changes: Mapping[str, tuple[bytes, bytes]], message: str, keeping: Keeping) -> None:
    """Show what changes, line by line, write it, and commit it or say how. Raises ConfigError where smm could not read the result."""
    changed = {path: pair for path, pair in changes.items() if pair[0] != pair[1]}
    if FILE in changed:
        prove(root, *changed[FILE])
    for path, (before, after) in changed.items():
        show_change(path, before, after)
    if keeping.dry_run or not changed:
        output.tell("Nothing was written." if keeping.dry_run else "Nothing to change.")
        return
    for path, (_, after) in changed.items():
        write_whole(root / path, after)
    keep_in_git(root, tuple(changed), message, keeping)


def prove(root: Path, before: bytes, after: bytes) -> None:
    """Raise ConfigError if `after` has an error that `before` has not."""
    from smm_cli.calendar.config import read_calendar
    from smm_cli.words.problem import errors_of

    had = {(problem.slug, problem.what) for problem in read_calendar(root, before)[1]}
    new = [problem for problem in errors_of(read_calendar(root, after)[1]) if (problem.slug, problem.what) not in had]
    if new:
        hints = "\n".join(problem.hint for problem in new if problem.hint)
        what = "; ".join(dict.fromkeys(problem.what for problem in new))
        raise ConfigError(f"{what}. Nothing was written.", where=FILE, hint=hints, slug=new[0].slug)


def show_change(path: str, before: bytes, after: bytes) -> None:
    """The lines that differ, with their number in the new file (removed ones: in the old)."""
    old, new = _lines(before), _lines(after)
    for tag, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for number in range(start, end):
            output.tell(f"  {path}  line {number + 1}  - {old[number]}".rstrip())
        for number in range(first, last):
            output.tell(f"  {path}  line {number + 1}  + {new[number]}".rstrip())


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file, keeping its mode; it is the old one or the new one, never half. Raises ConfigError."""
    place = path.resolve()
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(place)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{path.name} cannot be written: {error.strerror}", where=str(path.parent), slug="not-written") from None


def _umask() -> int:
    known = os.umask(0)
    os.umask(known)
    return known


def keep_in_git(root: Path, paths: tuple[str, ...], message: str, keeping: Keeping) -> None:
    """Commit these files (and push), or say the command that does. Outside of git nothing is said."""
    from smm_cli.calendar import git

    if not git.is_repository(root):
        if keeping.commit or keeping.push:
            raise ConfigError("written, but this is no git repository: nothing to commit to", hint="git init", slug="no-repository")
        return
    if keeping.commit or keeping.push:
        try:
            done = git.add_commit_push(root, paths, message, push=keeping.push)
        except SmmError as error:
            error.hint = error.hint or f"the files are written; mend that and say: {command(paths, message)}"
            raise
        output.tell(f"Committed as {done[:10]}{' and pushed' if keeping.push else ''}.")
        return
    output.tell(f"Not committed.  {command(paths, message)} && git push     (or: --commit --push)")


def command(paths: tuple[str, ...], message: str) -> str:
    """The git command line that commits these files."""
    import shlex

    return f"git add {shlex.join(paths)} && git commit -m {shlex.quote(message)}"


def no_channel(name: str, known: Mapping[str, object]) -> UsageError:
    """The error for a channel that does not exist."""
    from smm_cli.calendar.near import did_you_mean

    return UsageError(f"there is no channel {name}", hint=did_you_mean(name, known, "smm channel list shows all"), slug="unknown-channel")
