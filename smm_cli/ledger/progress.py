"""How far a delivery is that has no receipt yet, as a file: what another runner needs to go on with it, and nothing secret.

progress/<delivery>.json: state, attempts, next time, the frozen payload, and per part the receipt or the open intent. Requests hold
handles where secrets go; of a credential there stands a slow hash, so that a repetition can tell whether it is still the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from smm_cli.errors import LedgerError
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import PUBLISH
from smm_cli.ledger.progress_checked import checked
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import CANCELLED, PLANNED, PUBLISHED, RETRY, SENDING, SKIPPED

FORMAT = 1
FOLDER = "progress"
OVER = frozenset({PUBLISHED, CANCELLED, SKIPPED})
"""What has a receipt, or needs none."""
HASHED = "scrypt:"
Progress = dict[str, Any]
DELIVERY = ("post", "channel", "occurrence", "state", "due_at", "next_at", "attempts", "note", "slug", "digest", "released", "held")
MORE = ("parts_public", "parts_total", "runner", "payload")
UNTOUCHED: Mapping[str, Any] = {
    "state": PLANNED,
    "parts": [],
    **dict.fromkeys(("due_at", "next_at")),
    **dict.fromkeys(("note", "slug", "digest", "runner", "payload"), ""),
    **dict.fromkeys(("attempts", "released", "held", "parts_public", "parts_total"), 0),
}
"""What a delivery is of which there is no file."""
PART = ("intent", "intent_n", "intent_at", "first_intent_at", "credential", "public_at", "receipt", "done", "wait_step", "wait_until")


def progress_of(ledger: Ledger, delivery: str) -> Progress | None:
    """How far one delivery is, being sent or not; None where there is nothing to tell."""
    params = {"calendar": ledger.calendar, "name": delivery}
    rows = ledger.db.read("SELECT * FROM delivery WHERE calendar = :calendar AND name = :name", params)
    return _progress(ledger, rows[0]) if rows and rows[0]["state"] not in OVER else None


def _progress(ledger: Ledger, row: Any) -> Progress:
    found: Progress = {"format": FORMAT, "delivery": row["name"], **{name: row[name] for name in (*DELIVERY, *MORE)}}
    if found["state"] == SENDING:
        found |= {"state": RETRY, "next_at": None}
    params = {"calendar": ledger.calendar, "name": row["name"], "act": PUBLISH}
    parts = ledger.db.read("SELECT * FROM part WHERE calendar = :calendar AND delivery = :name AND act = :act ORDER BY part", params)
    found["parts"] = [
        {"part": part["part"], **{name: part[name] for name in PART}, "credential": slow_hash(part["credential"], row["channel"])}
        for part in parts
    ]
    return found


@lru_cache(maxsize=1024)
def slow_hash(credential: str, channel: str) -> str:
    """A credential's fingerprint as it may stand in a repository that others read: each guess at a password costs 8 MB and time."""
    if not credential or credential.startswith(HASHED):
        return credential
    import hashlib

    return HASHED + hashlib.scrypt(credential.encode(), salt=channel.encode(), n=1 << 13, r=8, p=1, dklen=16).hex()


def know_credential(ledger: Ledger, delivery: str, credential: str, hashed: str) -> None:
    """Where another runner's intent was sent with `credential`, say so as this ledger does: then it may be repeated."""
    params = {"calendar": ledger.calendar, "name": delivery, "credential": credential, "hashed": hashed}
    if ledger.db.read("SELECT part FROM part WHERE calendar = :calendar AND delivery = :name AND credential = :hashed", params):
        change = "UPDATE part SET credential = :credential WHERE calendar = :calendar AND delivery = :name AND credential = :hashed"
        ledger.write(lambda c: c.execute(change, params))


def text_of(progress: Progress) -> str:
    """Progress as JSON that people can read."""
    return json.dumps(progress, indent=1, sort_keys=True) + "\n"


def read_progress(data: bytes, where: str) -> Progress:
    """Progress as `text_of` writes it. Raises LedgerError naming `where`: what cannot be read stops, it is never passed over."""
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']!r}, expected {FORMAT}")
        return checked({name: found[name] for name in ("format", "delivery", *DELIVERY, *MORE, "parts")}, PART)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "was it written by a newer smm? pip install --upgrade smm-cli"
        raise LedgerError(f"cannot be read: {error}", where=where, hint=hint, slug="progress-unreadable") from error


# -- the ledger and the files, kept alike -----------------------------------------------------------------------------------


def write_progress(ledger: Ledger, folder: Path, write: Callable[[Path, bytes | None], None]) -> None:
    """Let the files in `folder` say what the ledger says; of a delivery that is being sent now they stay as they are.

    `write(path, data)` writes one durably; None removes it.
    """
    busy, begun = ledger._busy(), f"calendar = :calendar AND state NOT IN ({', '.join(f'{state!r}' for state in sorted(OVER))})"
    rows = ledger.db.read(f"SELECT * FROM delivery WHERE {begun} ORDER BY name", {"calendar": ledger.calendar})
    wanted = {row["name"]: text_of(_progress(ledger, row)) for row in rows if row["name"] not in busy and not _untouched(row)}
    for name, text in wanted.items():
        path = folder / f"{name}.json"
        if not path.exists() or path.read_text("utf-8") != text:
            write(path, text.encode())
            note_file(ledger, FOLDER, path, text)
    for path in sorted(folder.glob("*.json")):
        if path.stem not in wanted and path.stem not in busy:
            write(path, None)
            note_file(ledger, FOLDER, path, "")


def _untouched(row: Any) -> bool:
    """Whether the delivery is as if nobody had ever touched it."""
    return row["state"] == PLANNED and not (row["held"] or row["released"] or row["attempts"] or row["payload"] or row["slug"])


def take_progress(ledger: Ledger, folder: Path) -> None:
    """Take in files that others wrote since last time. Raises LedgerError at one that cannot be read."""
    known, busy = noted_files(ledger, FOLDER), ledger._busy()
    for path in sorted(folder.glob("*.json")):
        stat, where = path.stat(), f"{FOLDER}/{path.name}"
        noted = known.get(where)
        if path.stem in busy or (noted and (noted["mtime_ns"], noted["size"]) == (stat.st_mtime_ns, stat.st_size)):
            continue
        data = path.read_bytes()
        there = read_progress(data, where)
        if there["delivery"] != path.stem:
            raise LedgerError(
                f"is about {there['delivery']}", where=where, hint="give it its name, or take it away", slug="progress-unreadable"
            )
        adopt(ledger, there, folder.parent / "receipts", was=noted["runner"] if noted else "")
        note_file(ledger, FOLDER, path, data.decode())


def noted_files(ledger: Ledger, folder: str) -> dict[str, Any]:
    """What is remembered of the files of `folder`, by path. A post may be called as the folder is: its receipts are none of them."""
    rows = ledger.db.read(
        "SELECT path, mtime_ns, size, runner FROM receipt_file WHERE calendar = :calendar AND path >= :first AND path < :after",
        {"calendar": ledger.calendar, "first": f"{folder}/", "after": f"{folder}0"},
    )
    return {row["path"]: row for row in rows if row["path"].endswith(".json")}


def note_file(ledger: Ledger, folder: str, path: Path, text: str) -> None:
    """Remember what a file of `folder` says that this ledger agrees with; the column `runner`, of use for receipts only, holds it."""
    stat = path.stat() if text else None
    params = {
        "calendar": ledger.calendar,
        "path": f"{folder}/{path.name}",
        "mtime_ns": stat.st_mtime_ns if stat else 0,
        "size": stat.st_size if stat else 0,
        "text": text,
    }
    ledger.write(
        lambda c: c.execute(
            "INSERT INTO receipt_file (calendar, path, mtime_ns, size, runner, accepted)"
            " VALUES (:calendar, :path, :mtime_ns, :size, :text, 1) ON CONFLICT (calendar, path) DO UPDATE SET"
            " mtime_ns = excluded.mtime_ns, size = excluded.size, runner = excluded.runner",
            params,
        )
    )


def adopt(ledger: Ledger, progress: Progress, receipts: Path, was: str | None = None) -> bool:
    """Make another runner's progress this ledger's; what only this ledger knows yet stays.

    `was`: what the file said that this ledger agreed with last; None: it is from a dead runner's claim, which knows nothing of what a
    person decided meanwhile. False where this ledger knows better: it is public, cancelled, or being sent from here.
    """
    name = str(progress["delivery"])

    def act(c: Connection) -> bool:
        params = {"calendar": ledger.calendar, "name": name}
        row = c.execute("SELECT * FROM delivery WHERE calendar = :calendar AND name = :name", params).fetchone()
        if name in ledger._busy() or (row is not None and _ended(row, receipts)):
            return False
        mine = _progress(ledger, row) if row is not None else None
        theirs = progress
        if mine is not None and was is None:
            theirs = {**progress, "held": mine["held"]}
        elif mine is not None and not (row["state"] in OVER or _untouched(row) or text_of(mine) == was):
            theirs = _each_key(read_progress(was.encode(), name) if was else UNTOUCHED, mine, progress)
        _adopt_delivery(c, ledger, theirs)
        if mine is None or mine["parts"] != theirs["parts"]:  # its journal is another's, and not here
            _adopt_parts(c, ledger, name, theirs["parts"])
        return True

    return ledger.write(act)


def _ended(row: Any, receipts: Path) -> bool:
    """Whether no progress counts any more. What was cancelled goes on only once its receipt is gone: then somebody let it go."""
    if row["state"] != CANCELLED:
        return bool(row["state"] == PUBLISHED)
    place = f"{row['post']}/{row['channel']}" + (f"/{row['occurrence']}" if row["occurrence"] else "")
    return not row["receipt_written"] or (receipts / f"{place}.toml").exists()


def _adopt_delivery(c: Connection, ledger: Ledger, progress: Mapping[str, Any]) -> None:
    columns = (*DELIVERY, *MORE)
    c.execute(
        f"INSERT INTO delivery (calendar, name, {', '.join(columns)}) VALUES (:calendar, :name, {', '.join(f':{one}' for one in columns)})"
        " ON CONFLICT (calendar, name) DO UPDATE SET " + ", ".join(f"{one} = excluded.{one}" for one in columns),
        {"calendar": ledger.calendar, "name": progress["delivery"], **{one: progress[one] for one in columns}},
    )


def _adopt_parts(c: Connection, ledger: Ledger, delivery: str, parts: Sequence[Mapping[str, Any]]) -> None:
    keys = {"calendar": ledger.calendar, "name": delivery, "act": PUBLISH}
    for table in ("part", "exchange"):
        c.execute(f"DELETE FROM {table} WHERE calendar = :calendar AND delivery = :name AND act = :act", keys)
    for part in parts:
        c.execute(
            f"INSERT INTO part (calendar, delivery, act, part, {', '.join(PART)})"
            f" VALUES (:calendar, :name, :act, :part, {', '.join(f':{one}' for one in PART)})",
            {**keys, "part": part["part"], **{one: part[one] for one in PART}},
        )


def merged(was: bytes | None, here: bytes | None, there: bytes | None, *, over: bool) -> bytes | None:
    """One progress file that two runners changed. `over`: the delivery has a receipt by now.

    What one alone changed counts (a person's hold here, an attempt there); where both changed one thing, the branch's counts.
    """
    if over or here is None or there is None:
        return None if over else there or here
    old = read_progress(was, FOLDER) if was else UNTOUCHED
    return text_of(_each_key(old, read_progress(here, FOLDER), read_progress(there, FOLDER))).encode()


def _each_key(old: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Progress:
    return {name: mine[name] if name in old and theirs[name] == old[name] else theirs[name] for name in theirs}
