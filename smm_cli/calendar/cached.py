"""channels.toml for everybody: validated once for its bytes, then read from .smm/ without pydantic."""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from smm_cli import __version__
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Source, keep
from smm_cli.calendar.stored import of_plain, to_plain
from smm_cli.errors import ConfigError
from smm_cli.words.problem import Problem, errors_of

FORM = 2
"""Raised when the kept form changes between two releases of one version."""
KEPT = 8
"""So many forms are kept: the published commit's, the work tree's, and some that were compared."""


def load_calendar(root: Path, source: Source | None = None, *, remember: bool = True) -> Calendar:
    """The calendar of `root` as its work tree, or `source`, has it. `remember`: keep the validated form in .smm/.

    Raises ConfigError naming every error: then all counts as paused.
    """
    data = _bytes(root, source)
    key = sha256(f"{FORM} {__version__}\0".encode() + data).hexdigest()
    kept = root / ".smm" / "calendars" / f"{key}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        return of_plain(root, json.loads(kept.read_bytes()))
    from smm_cli.calendar.config import read_calendar

    calendar, problems = read_calendar(root, data)
    if calendar is None:
        raise _refused(errors_of(problems))
    if remember:
        with suppress(OSError):  # a read-only calendar is read a little slower
            keep(kept, json.dumps(to_plain(calendar)).encode())
            _forget_old(kept.parent)
    return calendar


def _bytes(root: Path, source: Source | None) -> bytes:
    try:
        return source.read("channels.toml") if source else (root / "channels.toml").read_bytes()
    except FileNotFoundError:
        where = f"{source.mark()[:12]} of {root}" if source else str(root)
        hint = "smm init makes one; smm -C DIR looks elsewhere"
        if source and (root / "channels.toml").exists():
            hint = "it is not committed: git add channels.toml && git commit"
        raise ConfigError("there is no channels.toml here", where=where, hint=hint, slug="no-calendar") from None
    except OSError as error:
        raise ConfigError(f"channels.toml cannot be read: {error.strerror}", where=str(root), slug="no-calendar") from None


def _refused(errors: list[Problem]) -> ConfigError:
    if len(errors) == 1:
        return ConfigError(errors[0].what, where=str(errors[0].place), hint=errors[0].hint, slug="config")
    listed = "\n".join(str(problem) for problem in errors)
    return ConfigError(f"channels.toml has {len(errors)} errors; nothing is published until they are mended\n{listed}", slug="config")


def _forget_old(folder: Path) -> None:
    for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
