"""What a network asked of a whole channel, as a file: to wait, or to stop until its credential is another. Runners heed it alike.

channels/<channel>.json: `wait_until` (milliseconds), and of what is stopped why, with a slow hash of the credential that was refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from smm_cli.errors import LedgerError
from smm_cli.ledger.moments import ms
from smm_cli.ledger.progress import note_file, noted_files, slow_hash, text_of
from smm_cli.ledger.progress_checked import LAST, is_number
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import is_name

FORMAT = 1
FOLDER = "channels"
Said = Mapping[str, Any]
NOTHING: Said = {"wait_until": 0, "stopped": None}
"""What a channel's gate says of which there is no file."""


def write_gates(ledger: Ledger, folder: Path, now: datetime, write: Callable[[Path, bytes | None], None]) -> None:
    """Let the files in `folder` say what the ledger says; what is over has none. `write(path, data)` writes durably; None removes."""
    said = {name: one for name, one in _of_ledger(ledger, now).items() if one != NOTHING}
    for name, one in said.items():
        path, text = folder / f"{name}.json", _text(one)
        if not path.exists() or path.read_text("utf-8") != text:
            write(path, text.encode())
            note_file(ledger, FOLDER, path, text)
    for path in sorted(folder.glob("*.json")):
        if path.stem not in said:
            write(path, None)
            note_file(ledger, FOLDER, path, "")


def take_gates(ledger: Ledger, folder: Path, now: datetime) -> None:
    """Take in what others wrote, or took away, since last time. Raises LedgerError at a file that cannot be read."""
    known = {path: row for path, row in noted_files(ledger, FOLDER).items() if row["runner"]}
    for where in sorted({*known, *(f"{FOLDER}/{path.name}" for path in folder.glob("*.json"))}):
        path, noted = folder / Path(where).name, known.get(where)
        stat = path.stat() if path.exists() else None
        if noted and stat and (noted["mtime_ns"], noted["size"]) == (stat.st_mtime_ns, stat.st_size):
            continue
        data = path.read_bytes() if stat else b""
        was, there = read_gate((noted["runner"] if noted else "").encode(), where), read_gate(data, where)
        mine = _of_ledger(ledger, now).get(path.stem, NOTHING)
        if (both := _each_key(was, mine, there)) != mine:
            _adopt(ledger, path.stem, mine, both)
        note_file(ledger, FOLDER, path, data.decode())


def read_gate(data: bytes, where: str) -> Said:
    """What a file says; no bytes, no file. Raises LedgerError naming `where`: what cannot be read stops, it is never passed over."""
    if not data:
        return NOTHING
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']!r}, expected {FORMAT}")
        wait, stopped = found["wait_until"], found["stopped"]
        fits = stopped is None or (set(stopped) == {"why", "credential"} and all(isinstance(said, str) for said in stopped.values()))
        if not (is_name(Path(where).stem) and is_number(wait, LAST) and fits):
            raise ValueError("wait_until must be milliseconds since 1970, stopped a why and a credential, the file's name a channel's")
        return {"wait_until": wait, "stopped": stopped}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "was it written by a newer smm? pip install --upgrade smm-cli"
        raise LedgerError(f"cannot be read: {error}", where=where, hint=hint, slug="gate-unreadable") from error


def merged_gates(was: bytes | None, here: bytes | None, there: bytes | None, where: str) -> bytes | None:
    """One file that two runners changed: what one alone changed counts; where both changed one thing, the branch's does."""
    both = _each_key(*(read_gate(data or b"", where) for data in (was, here, there)))
    return None if both == NOTHING else _text(both).encode()


def _each_key(was: Said, mine: Said, theirs: Said) -> Said:
    return {name: mine[name] if theirs[name] == was[name] else theirs[name] for name in NOTHING}


def _text(said: Said) -> str:
    return text_of({"format": FORMAT, **said})


def _of_ledger(ledger: Ledger, now: datetime) -> dict[str, Said]:
    wanted = "SELECT name, next_allowed_at, stopped, stopped_for FROM channel WHERE calendar = :calendar ORDER BY name"
    return {
        row["name"]: {
            "wait_until": row["next_allowed_at"] if row["next_allowed_at"] > (ms(now) or 0) else 0,
            "stopped": {"why": row["stopped"], "credential": slow_hash(row["stopped_for"], row["name"])} if row["stopped"] else None,
        }
        for row in ledger.db.read(wanted, {"calendar": ledger.calendar})
    }


def _adopt(ledger: Ledger, channel: str, mine: Said, said: Said) -> None:
    """Make it the ledger's. A stop that it has already keeps the credential as this machine knows it."""
    columns: dict[str, object] = {"next_allowed_at": said["wait_until"]}
    if said["stopped"] != mine["stopped"]:
        stopped = said["stopped"] or {"why": "", "credential": ""}
        columns |= {"stopped": stopped["why"], "stopped_for": stopped["credential"]}
    values = ", ".join(f":{one}" for one in columns)
    change = (
        f"INSERT INTO channel (calendar, name, {', '.join(columns)}) VALUES (:calendar, :name, {values})"
        f" ON CONFLICT (calendar, name) DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in columns)}"
    )
    ledger.write(lambda c: c.execute(change, {"calendar": ledger.calendar, "name": channel, **columns}))
