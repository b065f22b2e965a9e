"""A ledger as JSON Lines: a head with counts, then each row; for keeping, and for carrying from any database to any other.

What others could act with (signed upload addresses, service tokens) is left out, and so is what was uploaded with it and is not public:
such a delivery begins anew.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from smm_cli import __version__
from smm_cli.errors import LedgerError
from smm_cli.ledger.carrying import CHECKOUTS, TABLES, Rows, counts, differing, forget, is_empty, put_verified, rows_in
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.store import Ledger

FORMAT = 1
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def export_ledger(ledger: Ledger, path: Path | None) -> dict[str, int]:
    """Write all that the ledger knows of its calendar to `path` (0600, whole or not at all; None: nowhere).

    How many rows of each table. Raises LedgerError.
    """
    rows = _without_capabilities(ledger.db.look(lambda c: rows_in(c, ledger.calendar, ledger.checkout)))
    if path is None:
        return counts(rows)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():
            raise FileExistsError(errno.EEXIST, "it is no file, and would be one afterwards")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            for line in _lines(ledger.calendar, rows):
                file.write(json.dumps(line, ensure_ascii=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):  # where it could not be made either
            beside.unlink()
        raise LedgerError(f"{path} cannot be written: {error.strerror}", hint="name another file", slug="export") from error
    return counts(rows)


def _without_capabilities(rows: Rows) -> Rows:
    holders = {row["delivery"] for row in rows["capability"]}
    begun = {row["delivery"] for row in rows["part"] if row["intent"] or row["public_at"] is not None}
    kept = [row for row in rows["exchange"] if row["delivery"] not in holders or row["delivery"] in begun]
    return {**rows, "capability": [], "exchange": kept}


def _lines(calendar: str, rows: Rows) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "smm": __version__, "calendar": calendar, "rows": counts(rows)}
    for table, found in rows.items():
        for row in found:
            yield {"table": table, **row}


def import_ledger(ledger: Ledger, path: Path, *, dry_run: bool = False) -> tuple[dict[str, int], bool]:
    """Take in what `export_ledger` wrote, into a ledger that knows nothing of the calendar yet; how many rows, and whether all stood
    there already. One transaction, compared row by row. Raises LedgerError, with the line that is wrong.
    """
    rows = read_export(path, ledger.calendar)

    def act(c: Connection) -> bool:
        there = rows_in(c, ledger.calendar, ledger.checkout)
        if not is_empty(there, but=(CHECKOUTS, "tick", "channel", "wait", "alert", "announcement", "outage")):
            if found := differing(rows, there):
                what = f"this ledger already knows something else of {ledger.calendar}: {found}"
                raise LedgerError(what, hint="smm ledger rebuild takes in receipts; nothing was changed", slug="ledger-taken")
            return True
        if not dry_run:
            forget(c, ledger)
            put_verified(c, ledger, rows)
        return False

    return counts(rows), (ledger.db.look(act) if dry_run else ledger.write(act))


def read_export(path: Path, calendar: str) -> Rows:
    """The rows in an exported file of this calendar. Raises LedgerError where it is another's, incomplete, or cannot be read."""
    rows: Rows = {table: [] for table in TABLES}
    told: dict[str, Any] | None = None
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                said = _object(line, path, number)
                if told is None:
                    told = _counts_in_head(said, path, calendar)
                else:
                    table = str(said.pop("table", ""))
                    if table not in rows or not _is_row(said, table, rows[table]):
                        raise _wrong(path, number, f"this is no row of {f'the table {table}' if table in rows else 'a ledger'}")
                    rows[table].append(said)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise LedgerError(f"{path} cannot be read: {why}", hint="smm ledger export makes such a file", slug="import") from error
    if told is None:
        raise _wrong(path, 1, "the file is empty")
    for table, count in counts(rows).items():
        if told.get(table, 0) != count:
            raise _wrong(path, 1, f"the file is not whole: it should have {told.get(table, 0)} rows of the table {table}, and has {count}")
    return rows


def _is_row(said: dict[str, Any], table: str, earlier: list[dict[str, Any]]) -> bool:
    """Plain values under names of columns (nothing else gets into a statement), the same ones in each row."""
    if not all(NAME.fullmatch(key) and _is_plain(value) for key, value in said.items()):
        return False
    return set(TABLES[table]) <= said.keys() and (not earlier or said.keys() == earlier[0].keys())


def _is_plain(value: object) -> bool:
    """Nothing, a whole number of 64 bits, or a text that can be stored: no half of a pair of surrogates."""
    if type(value) is str:
        return value.isascii() or value.encode("utf-8", "ignore").decode() == value
    return value is None or (type(value) is int and -(1 << 63) <= value < 1 << 63)


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _wrong(path, number, "this is no line of an exported ledger")
    return said


def _counts_in_head(said: dict[str, Any], path: Path, calendar: str) -> dict[str, Any]:
    """How many rows of each table the first line says that there are."""
    if said.get("format") != FORMAT:
        more = (
            "a newer smm wrote it: pip install --upgrade smm-cli" if isinstance(said.get("format"), int) else "smm ledger export makes one"
        )
        raise _wrong(path, 1, f"this is no export of format {FORMAT} ({more})")
    if said.get("calendar") != calendar:
        raise _wrong(path, 1, f"it is of the calendar {said.get('calendar')!s:.60}, and this one is {calendar}")
    rows = said.get("rows")
    if not isinstance(rows, dict):
        raise _wrong(path, 1, "it does not say how many rows there are")
    return rows


def _wrong(path: Path, line: int, what: str) -> LedgerError:
    return LedgerError(what, where=f"{path.name}:{line}", slug="import")
