"""Corrections, begun or done, as files: what another runner must know of them so that nothing is said twice, and nothing left half done.

corrections/<delivery>.json: per act its mark, and of a reply the open intent. Nothing secret: requests hold handles.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smm_cli.errors import LedgerError
from smm_cli.ledger.corrections import ENDED, MARK, REPLACE, REPLY, WHOLE, forget, put_back
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import EDIT, Entry, answer_from, record_answer
from smm_cli.ledger.progress import PART, noted_files, slow_hash, text_of
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import is_name
from smm_cli.words.exchange import Answer

FORMAT = 1
CORRECTIONS = "corrections"
ACTS = (EDIT, REPLY, REPLACE)
Said = dict[str, Any]
Write = Callable[[Path, bytes | None], None]


def write_corrections(ledger: Ledger, folder: Path, write: Write) -> None:
    """Let the files in `folder` say what the ledger says. `write(path, data)` writes one durably; None removes it."""
    said = _of_ledger(ledger)
    for name, one in said.items():
        path, text = folder / f"{name}.json", text_of(one)
        if not path.exists() or path.read_text("utf-8") != text:
            write(path, text.encode())
            ledger.write(lambda c, path=path: _note(c, ledger, path))  # type: ignore[misc]
    for path in folder.glob("*.json"):
        if path.stem not in said:
            write(path, None)
            ledger.write(lambda c, path=path: _forget_note(c, ledger, path.name))  # type: ignore[misc]


def take_corrections(ledger: Ledger, folder: Path) -> None:
    """Take in what others wrote since last time. Raises LedgerError at a file that cannot be read."""
    known = {path: (row["mtime_ns"], row["size"]) for path, row in noted_files(ledger, CORRECTIONS).items()}
    there = {f"{CORRECTIONS}/{path.name}": path for path in sorted(folder.glob("*.json"))}
    busy = ledger._busy() if known or there else {}
    for where, path in there.items():
        stat = path.stat()
        if path.stem not in busy and known.get(where) != (stat.st_mtime_ns, stat.st_size):
            said = read_corrections(path.read_bytes(), where)
            ledger.write(lambda c, said=said, path=path: _adopt(c, ledger, said, path))  # type: ignore[misc]
    for where in sorted(known.keys() - there.keys()):
        name = Path(where).stem
        if name not in busy:
            ledger.write(lambda c, name=name: _gone(c, ledger, name))  # type: ignore[misc]


def read_corrections(data: bytes, where: str) -> Said:
    """A file as it is written here. Raises LedgerError naming `where`: what cannot be read stops, it is never passed over."""
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']!r}, expected {FORMAT}")
        if not is_name(found["post"]) or not is_name(found["channel"]) or found["delivery"] != Path(where).stem:
            raise ValueError("post and channel must be names, and the file be called as the delivery")
        acts = {act: one for act, one in found["acts"].items() if act in ACTS}
        for act, one in acts.items():
            answer_from(one["answer"])
            if not isinstance(one["content"], str):
                raise ValueError("content must be text")
            if act == REPLACE:
                int(one["content"])
            if one["part"] is not None and set(one["part"]) != set(PART):
                raise ValueError("a part lacks something")
        return {"format": FORMAT, "delivery": found["delivery"], "post": found["post"], "channel": found["channel"], "acts": acts}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "was it written by a newer smm? pip install --upgrade smm-cli"
        raise LedgerError(f"cannot be read: {error}", where=where, hint=hint, slug="corrections-unreadable") from error


def merged_corrections(was: bytes | None, here: bytes | None, there: bytes | None, where: str) -> bytes | None:
    """One file that two runners changed: what one alone changed counts, else the branch; of replacements the one that is further."""
    if here is None or there is None:
        return there or here
    old = read_corrections(was, where)["acts"] if was else {}
    mine, theirs = read_corrections(here, where), read_corrections(there, where)
    acts = {}
    for act in ACTS:
        own, other = mine["acts"].get(act), theirs["acts"].get(act)
        chosen = own if other == old.get(act) else other
        if act == REPLACE:
            chosen = max((one for one in (other, own) if one), key=_far, default=None)
        if chosen is not None:
            acts[act] = chosen
    return text_of({**theirs, "acts": acts}).encode()


def _far(entry: Mapping[str, Any] | None) -> tuple[int, int]:
    """How far a replacement is: the how-manieth, and whether it is down and to be sent."""
    return (int(entry["content"]), answer_from(entry["answer"]).status) if entry else (0, ENDED)


def _of_ledger(ledger: Ledger) -> dict[str, Said]:
    rows = ledger.db.read(
        "SELECT e.delivery AS name, e.act AS act, e.fingerprint AS fingerprint, e.answer AS answer, d.post AS post, d.channel AS channel"
        " FROM exchange e JOIN delivery d ON d.calendar = e.calendar AND d.name = e.delivery"
        " WHERE e.calendar = :calendar AND e.part = 0 AND e.n = :n AND e.act IN ('edit', 'reply', 'replace') ORDER BY e.delivery, e.act",
        {"calendar": ledger.calendar, "n": MARK},
    )
    found: dict[str, Said] = {}
    for row in rows:
        empty = {"format": FORMAT, "delivery": row["name"], "post": row["post"], "channel": row["channel"], "acts": {}}
        part = _part(ledger, row["name"], row["channel"]) if row["act"] == REPLY else None
        entry = {"content": row["fingerprint"], "answer": row["answer"], "part": part}
        found.setdefault(row["name"], empty)["acts"][row["act"]] = entry
    return found


def _part(ledger: Ledger, name: str, channel: str) -> Said | None:
    params = {"calendar": ledger.calendar, "delivery": name, "act": REPLY}
    rows = ledger.db.read(f"SELECT * FROM part {WHOLE} AND part = 0", params)
    return {one: slow_hash(rows[0][one], channel) if one == "credential" else rows[0][one] for one in PART} if rows else None


def _adopt(c: Connection, ledger: Ledger, said: Said, path: Path) -> None:
    _note(c, ledger, path)
    name, acts = said["delivery"], said["acts"]
    mine = c.execute(
        f"SELECT fingerprint AS content, answer FROM exchange {WHOLE} AND part = 0 AND n = :n",
        {"calendar": ledger.calendar, "delivery": name, "act": REPLACE, "n": MARK},
    ).fetchone()
    theirs = acts.get(REPLACE)
    if theirs is not None and _far(theirs) < _far(mine):
        theirs = None
    if theirs is not None and _far(theirs) > _far(mine) and _far(theirs)[1] == ENDED:
        put_back(c, ledger.calendar, name, files=False)
    for act in (EDIT, REPLY):
        _lay(c, ledger, name, act, acts.get(act))
    if theirs is not None:
        _lay(c, ledger, name, REPLACE, theirs)


def _lay(c: Connection, ledger: Ledger, name: str, act: str, entry: Mapping[str, Any] | None) -> None:
    forget(c, ledger.calendar, name, act)
    if entry is None:
        return
    key = ledger.journal.key(name, act, 0)
    answer: Answer = answer_from(entry["answer"])
    record_answer(c, key, Entry(MARK, entry["content"], answer, None))
    if entry["part"] is not None:
        columns = {one: entry["part"][one] for one in PART}
        c.execute(
            f"INSERT INTO part (calendar, delivery, act, part, {', '.join(PART)})"
            f" VALUES (:calendar, :delivery, :act, :part, {', '.join(f':{one}' for one in PART)})",
            {**key.params, **columns},
        )


def _gone(c: Connection, ledger: Ledger, name: str) -> None:
    """Another runner ended all that was begun here."""
    for act in (EDIT, REPLY):
        forget(c, ledger.calendar, name, act)
    _forget_note(c, ledger, f"{name}.json")


def _note(c: Connection, ledger: Ledger, path: Path) -> None:
    stat = path.stat()
    c.execute(
        "INSERT INTO receipt_file (calendar, path, mtime_ns, size, runner, accepted) VALUES (:calendar, :path, :mtime_ns, :size, '', 1)"
        " ON CONFLICT (calendar, path) DO UPDATE SET mtime_ns = excluded.mtime_ns, size = excluded.size",
        {"calendar": ledger.calendar, "path": f"{CORRECTIONS}/{path.name}", "mtime_ns": stat.st_mtime_ns, "size": stat.st_size},
    )


def _forget_note(c: Connection, ledger: Ledger, file: str) -> None:
    params = {"calendar": ledger.calendar, "path": f"{CORRECTIONS}/{file}"}
    c.execute("DELETE FROM receipt_file WHERE calendar = :calendar AND path = :path", params)
