"""Receipt files and the ledger, kept alike: files of other clones are taken in, this ledger's own are written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from smm_cli.errors import ConfigError, LedgerError
from smm_cli.ledger.engine import LOCKED, Connection, Row, later
from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.receipts import path_of, read_receipt, receipt_files, receipt_path, write_receipt, write_receipts
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import CANCELLED, FAILED, PUBLISHED, RETRY, UNKNOWN, Receipt
from smm_cli.words.frozen import dataclass

TAKES_OVER = {PUBLISHED: 3, CANCELLED: 2, UNKNOWN: 1}
"""States of a receipt that outrank what the ledger only planned; of two, the higher wins."""
Written = tuple[str, Path | None, str]
"""A delivery's name, its file (None: removed, or another's is let stand), and the text that was written."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Receipts of another runner that this ledger had not seen: how many, until when."""

    runner: str
    count: int
    until: str


def take_in(ledger: Ledger, folder: Path) -> None:
    """Read receipt files that are new or changed since last time. Raises LedgerError at one that cannot be read."""
    rows = ledger.db.read("SELECT path, mtime_ns, size FROM receipt_file WHERE calendar = :calendar", _here(ledger))
    known = {row["path"]: (row["mtime_ns"], row["size"]) for row in rows}
    fresh = [(path, stat) for path, stat in receipt_files(folder) if known.get(path) != (stat.st_mtime_ns, stat.st_size)]
    if not fresh:
        return
    found = [(path, stat, read_receipt((folder / path).read_bytes(), f"receipts/{path}")) for path, stat in fresh]

    def act(c: Connection) -> None:
        mates, known = _mates(c, ledger), _known_states(c, ledger)
        for path, stat, receipt in found:
            seen = receipt.delivery in known and _rank(receipt.state) <= _rank(known[receipt.delivery])
            if seen or _take(c, ledger, receipt):
                _note_file(c, ledger, path, stat, receipt.runner, own=seen or receipt.runner in mates)

    ledger.write(act)


def _rank(state: str) -> int:
    return TAKES_OVER.get(state, 0)


def _note_file(c: Connection, ledger: Ledger, path: str, stat: os.stat_result, runner: str, *, own: bool) -> None:
    later(
        c,
        "INSERT INTO receipt_file (calendar, path, mtime_ns, size, runner, accepted)"
        " VALUES (:calendar, :path, :mtime_ns, :size, :runner, :own)"
        " ON CONFLICT (calendar, path) DO UPDATE SET mtime_ns = excluded.mtime_ns, size = excluded.size, runner = excluded.runner,"
        " accepted = CASE WHEN receipt_file.runner = excluded.runner THEN receipt_file.accepted ELSE excluded.accepted END",
        {
            **_here(ledger),
            "path": path,
            "mtime_ns": stat.st_mtime_ns,
            "size": stat.st_size,
            "runner": runner,
            "own": int(own),
        },
    )


def _here(ledger: Ledger) -> dict[str, str]:
    """Whose checkout the files lie in: on a ledger that machines share, this machine's."""
    return {"calendar": ledger.checkout}


def _mates(c: Connection, ledger: Ledger) -> set[str]:
    """Whoever works with this very ledger, by whatever name, from whatever machine: what they published stands here."""
    rows = c.execute("SELECT runner FROM tick WHERE calendar = :calendar ORDER BY runner", {"calendar": ledger.calendar}).fetchall()
    return {"", ledger.runner, *(row["runner"] for row in rows)}


def _known_states(c: Connection, ledger: Ledger) -> dict[str, str]:
    """What a ledger that machines share knows of deliveries: a new checkout brings it no news in thousands of files. Else nothing."""
    if not ledger.machine:
        return {}
    rows = c.execute("SELECT name, state FROM delivery WHERE calendar = :calendar ORDER BY name", {"calendar": ledger.calendar}).fetchall()
    return {row["name"]: row["state"] for row in rows}


def _take(c: Connection, ledger: Ledger, receipt: Receipt) -> bool:
    """False: not yet, this ledger has news of its own that the file does not tell. It is looked at again."""
    params = {"calendar": ledger.calendar, "name": receipt.delivery}
    row = c.execute(f"SELECT state, receipt_written FROM delivery WHERE calendar = :calendar AND name = :name{LOCKED}", params).fetchone()
    if row is not None:
        if not row["receipt_written"]:
            return False
        if _rank(receipt.state) <= _rank(row["state"]):
            return True
    state = receipt.state if receipt.state != FAILED or receipt.next_at is None else RETRY
    c.execute(
        "INSERT INTO delivery (calendar, name, post, channel, occurrence, state, due_at, published_at, next_at, attempts, note, url,"
        " digest, runner, parts_public, parts_total)"
        " VALUES (:calendar, :name, :post, :channel, :occurrence, :state, :due, :at, :next_at, :attempts, :note, :url, :digest,"
        " :runner, :parts, :parts)"
        " ON CONFLICT (calendar, name) DO UPDATE SET state = excluded.state, published_at = excluded.published_at,"
        " next_at = excluded.next_at, note = excluded.note, url = excluded.url, digest = excluded.digest, runner = excluded.runner,"
        " parts_public = excluded.parts_public, parts_total = excluded.parts_total",
        {
            **params,
            "post": receipt.post,
            "channel": receipt.channel,
            "occurrence": receipt.occurrence,
            "state": state,
            "due": ms(receipt.due),
            "at": ms(receipt.at) if receipt.state == PUBLISHED else None,
            "next_at": ms(receipt.next_at),
            "attempts": receipt.attempts,
            "note": receipt.note,
            "url": receipt.url,
            "digest": receipt.digest,
            "runner": receipt.runner,
            "parts": len(receipt.parts),
        },
    )
    return True


def foreign(ledger: Ledger) -> list[Foreign]:
    """Other runners whose receipts this ledger has not accepted."""
    rows = ledger.db.read(
        "SELECT f.runner AS runner, count(*) AS n FROM receipt_file f"
        " WHERE f.calendar = :calendar AND f.accepted = 0 GROUP BY f.runner ORDER BY f.runner",
        _here(ledger),
    )
    found = []
    for row in rows:
        last = ledger.db.read(
            "SELECT max(published_at) AS at FROM delivery WHERE calendar = :calendar AND runner = :runner",
            {"calendar": ledger.calendar, "runner": row["runner"]},
        )[0]["at"]
        until = moment(last)
        found.append(Foreign(row["runner"], row["n"], f"{until:%Y-%m-%d %H:%M} UTC" if until else ""))
    return found


def refuse_foreign(ledger: Ledger) -> None:
    """Raise ConfigError (exit 3) where another runner publishes this calendar from a ledger of its own."""
    others = foreign(ledger)
    if not others:
        return
    first = others[0]
    until = f" until {first.until}" if first.until else ""
    count = f"{first.count} receipts" if first.count > 1 else "1 receipt"
    raise ConfigError(
        f'this calendar was published by "{first.runner.split("#")[0]}"{until} ({count} that this machine has not seen).'
        " Two machines with separate ledgers post twice.",
        hint='take over: smm runner take      share: [ledger] claims = "git"',
        slug="foreign-runner",
    )


def accept_all(ledger: Ledger) -> int:
    """Take over from other runners; how many receipts of theirs are accepted now."""

    def act(c: Connection) -> int:
        return c.execute("UPDATE receipt_file SET accepted = 1 WHERE calendar = :calendar AND accepted = 0", _here(ledger)).rowcount

    return ledger.write(act)


def forget_files(ledger: Ledger) -> None:
    """Read all receipt files of this checkout anew next time."""
    ledger.write(lambda c: c.execute("DELETE FROM receipt_file WHERE calendar = :calendar", _here(ledger)))


def write_out(ledger: Ledger, folder: Path) -> list[Path]:
    """Write the receipts that have no file yet, remove those that a person undid. Raises LedgerError on a full disk."""
    rows = ledger.db.read(
        "SELECT name, post, channel, occurrence, receipt FROM delivery WHERE calendar = :calendar AND receipt_written = 0 ORDER BY name",
        {"calendar": ledger.calendar},
    )
    written: list[Written] = []
    with suppress(OSError):  # where one cannot be written, each that can be is
        written = _write_together(folder, [row for row in rows if row["receipt"]])
    known = {name for name, _, _ in written}
    for row in rows:
        try:
            if row["name"] not in known:
                written.append(_write_one(ledger, folder, row))
        except OSError as error:
            _note_written(ledger, folder, written)
            raise LedgerError(
                f"a receipt cannot be written: {error}",
                where=f"receipts/{row['post']}",
                hint="make room and run smm publish again: the ledger remembers, nothing is sent twice",
                slug="receipt-write",
            ) from error
    _note_written(ledger, folder, written)
    return [path for _, path, _ in written if path]


def _write_together(folder: Path, rows: list[Row]) -> list[Written]:
    """Many share what the disk is asked for. Raises OSError: then none is written."""
    found = [(row, read_receipt(row["receipt"].encode(), row["name"])) for row in rows]
    ours = [(row, own) for row, own in found if not _outranked(own, folder / receipt_path(own))]
    paths = write_receipts(folder, [(own, row["receipt"]) for row, own in ours])
    return [(row["name"], path, row["receipt"]) for (row, _), path in zip(ours, paths, strict=True)]


def _write_one(ledger: Ledger, folder: Path, row: Row) -> Written:
    if row["receipt"]:
        own = read_receipt(row["receipt"].encode(), row["name"])
        if _outranked(own, folder / receipt_path(own)):
            return row["name"], None, row["receipt"]
        return row["name"], write_receipt(folder, own), row["receipt"]
    path = path_of(row["post"], row["channel"], row["occurrence"])
    if not _came_meanwhile(ledger, folder, path):
        (folder / path).unlink(missing_ok=True)
    return row["name"], None, ""


def _came_meanwhile(ledger: Ledger, folder: Path, path: str) -> bool:
    """Whether a file says that it is public, and the person who undid the receipt could not know of it: it is taken in, never removed."""
    params = {**_here(ledger), "path": path}
    noted = ledger.db.read("SELECT mtime_ns, size FROM receipt_file WHERE calendar = :calendar AND path = :path", params)
    try:
        stat = (folder / path).stat()
    except FileNotFoundError:
        return False
    if noted and (noted[0]["mtime_ns"], noted[0]["size"]) == (stat.st_mtime_ns, stat.st_size):
        return False
    return read_receipt((folder / path).read_bytes(), f"receipts/{path}").state == PUBLISHED


def _outranked(own: Receipt, path: Path) -> bool:
    """Whether another runner's file says more than ours would: that it is public. It is taken in, never written over."""
    if not path.exists():
        return False
    there = read_receipt(path.read_bytes(), f"receipts/{own.post}/{path.name}")
    return there.runner != own.runner and _rank(there.state) > _rank(own.state)


def _note_written(ledger: Ledger, folder: Path, written: list[Written]) -> None:
    if written:
        ledger.write(lambda c: note_written(c, ledger, folder, written))


def note_written(c: Connection, ledger: Ledger, folder: Path, written: list[Written]) -> None:
    """These receipts stand as files: name, path (None: removed), and the text that was written; one that changed meanwhile is due again."""
    for name, path, text in written:
        c.execute(
            "UPDATE delivery SET receipt_written = CASE WHEN receipt = :text THEN 1 ELSE 0 END WHERE calendar = :calendar AND name = :name",
            {"calendar": ledger.calendar, "name": name, "text": text},
        )
        if path and path.exists():
            stat = path.stat()
            ours = f'\nrunner = "{ledger.runner}"\n' in text
            runner = ledger.runner if ours else read_receipt(text.encode(), name).runner  # another's, to which a change was added
            _note_file(
                c, ledger, path.relative_to(folder).as_posix(), stat, runner, own=bool(ledger.machine) or runner in _mates(c, ledger)
            )
