"""A snapshot laid out as files on a worker's machine: whole or not at all, for this user alone, in a folder named by what it holds."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from smm_cli.calendar.source import WorkTree, make_state
from smm_cli.errors import LedgerError
from smm_cli.ledger.durable import make_durable
from smm_cli.ledger.engine import Engine
from smm_cli.ledger.snapshots import contents, files_of

LIST = "channels.toml"
TOGETHER = 64
"""Texts asked for in one query."""
OLD = 86_400.0
"""Seconds after which a snapshot that another has taken the place of is removed: nothing is being sent from it any more."""
AGAIN = 5
"""So often a snapshot is laid anew when the next one takes its files away meanwhile."""


class Laid(WorkTree):
    """The files of a snapshot as they lie on disk. They never change; `mark` is the commit that they are of."""

    def __init__(self, root: Path, mark: str) -> None:
        super().__init__(root)
        self._mark = mark

    def mark(self) -> str:
        return self._mark


def lay(engine: Engine, calendar: str, state: Path) -> Path:
    """The folder with the files of the newest snapshot, below `state` (.smm). Raises LedgerError where it cannot be had or written."""
    try:
        make_state(state)
        for _ in range(AGAIN):
            files = files_of(engine, calendar)
            target = state / "snapshots" / _digest(files)
            if target.is_dir() or _lay(engine, files, target):
                _sweep(target)
                return target
    except OSError as error:
        what = f"the calendar cannot be laid out on this machine: {error}"
        raise LedgerError(what, hint="is the disk full or read-only?", slug="disk") from error
    raise LedgerError(f"{calendar} is synced again and again while it is read", hint="later it will be read", slug="sync-crossed")


def _digest(files: Mapping[str, str]) -> str:
    """What a folder is called: equal files, equal name, whatever database they came from."""
    return hashlib.sha256("".join(f"{sha256} {path}\n" for path, sha256 in sorted(files.items())).encode()).hexdigest()[:32]


def _lay(engine: Engine, files: Mapping[str, str], target: Path) -> bool:
    """False: the snapshot was replaced meanwhile, its files are gone."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    beside.mkdir(mode=0o700, parents=True)
    places: list[Path] = []
    try:
        for path, data in _read(engine, files):
            place = beside / path
            if ".." in path.split("/") or path.startswith("/"):
                raise LedgerError(f"the snapshot names a file outside the calendar: {path}", hint="smm ledger sync", slug="files")
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            places.append(place)
        make_durable(places)
        with suppress(OSError):  # another worker of this machine was quicker: its folder holds the same
            beside.rename(target)
        return target.is_dir()
    except KeyError:
        return False
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _read(engine: Engine, files: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file. Raises KeyError for bytes that are gone."""
    told = _sound(LIST, contents(engine, {files[LIST]}, None)[files[LIST]], files)
    folder = tomllib.loads(told.decode("utf-8-sig")).get("ledger", {}).get("files", "")
    shared = Path(folder) if folder else None
    texts = sorted(path for path in files if path.endswith(".md"))
    few = [texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER)]
    for paths in (*few, *([path] for path in sorted(files.keys() - set(texts)))):  # media may be large: one by one
        found = contents(engine, {files[path] for path in paths}, shared)
        for path in paths:
            yield path, _sound(path, found[files[path]], files)


def _sound(path: str, data: bytes, files: Mapping[str, str]) -> bytes:
    if hashlib.sha256(data).hexdigest() != files[path]:
        hint = "restore the database, or the shared folder, from a backup"
        raise LedgerError(f"{path} is damaged where the calendar is kept", hint=hint, slug="files")
    return data


def _sweep(current: Path) -> None:
    """Remove what other snapshots left, once they have been out of use for a day."""
    (current.parent / f"{current.name}.old").unlink(missing_ok=True)
    for folder in current.parent.iterdir():
        if folder == current or not folder.is_dir():
            continue
        mark = folder.with_name(f"{folder.name}.old")
        with suppress(OSError):
            if not mark.exists():
                mark.touch()
            elif time.time() - mark.stat().st_mtime > OLD:
                shutil.rmtree(folder, ignore_errors=True)
                mark.unlink(missing_ok=True)
