"""Pauses from everywhere: channels.toml as published and as it lies here, a ref of git, this machine. Any of them stops."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smm_cli.accounts.private import config_folder
from smm_cli.calendar.model import Calendar, Pause
from smm_cli.errors import SmmError

REF, NAME = "refs/smm/pause", "pause.toml"
"""The ref that tells every clone, and the file in it."""
Marks = tuple[tuple[str, int, int, int], ...]


def with_pauses(calendar: Calendar, here: Calendar | None = None, through: Iterable[str] = ()) -> Calendar:
    """`calendar` with the pauses of `here` (its work tree), of the ref and of this machine. `through`: posts that go out all the same."""
    found = [*calendar.pauses, *(here.pauses if here else ()), *of_ref(calendar.root), *of_file(machine_file())]
    unique = tuple(dict.fromkeys(replace(pause, exempt=(*pause.exempt, *through)) for pause in found))
    return calendar if unique == calendar.pauses else replace(calendar, pauses=unique)


def machine_file() -> Path:
    """Where a pause of all calendars on this machine stands."""
    return config_folder() / NAME


def of_ref(root: Path) -> tuple[Pause, ...]:
    """The pauses that the ref holds, as this clone knows it. What cannot be read is a pause."""
    if not any(_has(path) for path in _ref_files(root)):
        return ()
    from smm_cli.calendar.git_notes import read_note

    data = read_note(root, REF, NAME)
    return () if data is None else parse(data, REF)


def of_file(path: Path) -> tuple[Pause, ...]:
    """The pauses of a file; none where there is none."""
    try:
        return parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        return ()
    except OSError as error:
        return (Pause(f"{path} cannot be read: {error.strerror}"),)


def parse(data: bytes, place: str) -> tuple[Pause, ...]:
    """`[[pause]]` tables as `written` writes them. What cannot be read is a pause."""
    import tomllib  # most of the time nothing is paused

    try:
        return tuple(_pause(table) for table in tomllib.loads(data.decode()).get("pause", ()))
    except (ValueError, TypeError, KeyError, AttributeError):
        return (Pause(f"the pause in {place} cannot be read"),)


def written(pauses: Iterable[Pause]) -> bytes:
    """Pauses as TOML, times with their offset."""
    import tomli_w

    tables = []
    for pause in pauses:
        said = {
            "reason": pause.reason,
            "channel": pause.channel,
            "group": pause.group,
            "network": pause.network,
            "campaign": pause.campaign,
        }
        tables.append(
            {**{k: v for k, v in said.items() if v}, **times_of(pause), **({"except": list(pause.exempt)} if pause.exempt else {})}
        )
    return tomli_w.dumps({"pause": tables}).encode()


def times_of(pause: Pause) -> dict[str, datetime]:
    """`from` and `until`, where it has them."""
    return {key: moment for key, moment in (("from", pause.start), ("until", pause.until)) if moment is not None}


def _pause(table: Mapping[str, Any]) -> Pause:
    reason, channel, group, network, campaign = (str(table.get(key, "")) for key in ("reason", "channel", "group", "network", "campaign"))
    times = _instant(table.get("from")), _instant(table.get("until"))
    return Pause(reason, channel, group, network, campaign, *times, tuple(map(str, table.get("except", ()))))


def _instant(said: Any) -> datetime | None:
    if said is None:
        return None
    if not isinstance(said, datetime) or said.tzinfo is None:
        raise ValueError("a time with its offset is expected")
    return said.astimezone(UTC)


# -- whether any of it changed ----------------------------------------------------------------------------------------------


def marks_of(root: Path) -> Marks:
    """What changes when somebody pauses on this machine. Git may be asked where it keeps the ref."""
    return tuple(_mark(str(path)) for path in (root / "channels.toml", machine_file(), *_ref_files(root)))


def unchanged(marks: Marks) -> bool:
    """Whether the files still are as `marks` say: cheap enough to ask before each delivery."""
    return all(_mark(mark[0]) == mark for mark in marks)


def _mark(path: str) -> tuple[str, int, int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked before each delivery; a Path costs more than the answer
        return path, found.st_mtime_ns, found.st_size, found.st_ino
    except OSError:
        return path, 0, 0, 0


def _ref_files(root: Path) -> tuple[Path, ...]:
    """Where git keeps the ref: loose, packed, or in tables."""
    for folder in (root, *root.parents):
        if (folder / ".git").is_dir():
            return folder / ".git" / REF, folder / ".git" / "packed-refs", folder / ".git" / "reftable" / "tables.list"
        if (folder / ".git").is_file():  # a worktree or a submodule
            from smm_cli.calendar import git

            try:
                return git.ref_marks(root, REF)
            except SmmError:
                return ()
    return ()


def _has(path: Path) -> bool:
    """Whether the ref may stand in this file."""
    try:
        return path.is_file() and (path.name != "packed-refs" or REF.encode() in path.read_bytes())
    except OSError:
        return True
