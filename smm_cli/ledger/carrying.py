"""All that a ledger knows of one calendar, as rows: read, written elsewhere, compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smm_cli.errors import LedgerError
from smm_cli.ledger.db import Db
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.store import Ledger

TABLES: Mapping[str, tuple[str, ...]] = {
    "delivery": ("name",),
    "channel": ("name",),
    "part": ("delivery", "act", "part"),
    "exchange": ("delivery", "act", "part", "n"),
    "capability": ("delivery", "name"),
    "attempt": ("delivery", "at", "runner", "part", "slug", "note"),
    "receipt_file": ("path",),
    "wait": ("what",),
    "tick": ("runner",),
    "announcement": ("channel", "url"),
    "alert": ("name", "recipient"),
    "outage": ("since",),
}
"""Every table with facts of a calendar, and by what its rows are told apart there."""
CHECKOUTS = "receipt_file"
"""Its rows are about one checkout's files: see Ledger.checkout."""
TOGETHER = 200
"""Rows in one statement: over a slow line each statement costs a round trip."""
Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, without the column `calendar`, in order."""


def rows_in(c: Connection, calendar: str, checkout: str) -> Rows:
    """All rows of a calendar, those about files for this checkout."""
    return {table: list(_rows(c, table, checkout if table == CHECKOUTS else calendar)) for table in TABLES}


def _rows(c: Connection, table: str, calendar: str) -> Iterator[dict[str, Any]]:
    order = ", ".join(TABLES[table])
    for row in c.execute(f"SELECT * FROM {table} WHERE calendar = :calendar ORDER BY {order}", {"calendar": calendar}).fetchall():
        yield {name: _kept(row[name]) for name in row.keys() if name != "calendar"}  # noqa: SIM118 - rows are no mappings


def _kept(value: Any) -> Any:
    """A value as every engine keeps it: PostgreSQL has no NUL in texts."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def put(c: Connection, ledger: Ledger, rows: Rows) -> None:
    """Write rows of this ledger's calendar where there are none."""
    for table, wanted in rows.items():
        calendar = ledger.checkout if table == CHECKOUTS else ledger.calendar
        for start in range(0, len(wanted), TOGETHER):
            _insert(c, table, calendar, wanted[start : start + TOGETHER])


def _insert(c: Connection, table: str, calendar: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    values = ", ".join(f"(:calendar, {', '.join(f':v{n}_{k}' for k in range(len(columns)))})" for n in range(len(rows)))
    params = {f"v{n}_{k}": row[column] for n, row in enumerate(rows) for k, column in enumerate(columns)}
    c.execute(f"INSERT INTO {table} (calendar, {', '.join(columns)}) VALUES {values}", {"calendar": calendar, **params})


def forget(c: Connection, ledger: Ledger) -> None:
    """Remove all rows of this ledger's calendar, of every checkout's files those of this one."""
    for table in TABLES:
        c.execute(
            f"DELETE FROM {table} WHERE calendar = :calendar", {"calendar": ledger.checkout if table == CHECKOUTS else ledger.calendar}
        )


def put_verified(c: Connection, ledger: Ledger, rows: Rows) -> None:
    """Write `rows`, read them again, and compare each. Raises LedgerError, and the caller's transaction is undone, where one differs."""
    put(c, ledger, rows)
    if found := differing(rows, rows_in(c, ledger.calendar, ledger.checkout)):
        what = f"{found} was not written as it was read; nothing was changed"
        raise LedgerError(what, hint="please report it: smm doctor writes a report", slug="ledger-copy")


def differing(wanted: Rows, found: Rows) -> str:
    """The first place where two ledgers differ, for people; empty where they are alike. Columns that one engine alone has do not count."""
    for table in TABLES:
        here, there = wanted.get(table, []), found.get(table, [])
        if len(here) != len(there):
            return f"table {table} ({len(here)} rows against {len(there)})"
        for one, other in zip(here, there, strict=True):
            if any(one[column] != other.get(column) for column in one):
                return f"table {table}, row {' '.join(str(one[column]) for column in TABLES[table][:2])}"
    return ""


def counts(rows: Rows) -> dict[str, int]:
    """How many rows each table has."""
    return {table: len(rows.get(table, ())) for table in TABLES}


def is_empty(rows: Rows, but: Iterable[str] = ()) -> bool:
    """Whether nothing is known, other than in the tables `but`."""
    return not any(found for table, found in rows.items() if table not in but)


def copy_rows(source: Ledger, path: Path) -> None:
    """The calendar's rows as a SQLite ledger of its own at `path`, for a rehearsal. Raises LedgerError."""
    rows = source.db.look(lambda c: rows_in(c, source.calendar, source.checkout))
    db = Db(path)
    try:
        alone = Ledger(db, source.calendar, source.runner, source.alive)
        db.write(lambda c: put(c, alone, rows))
    finally:
        db.close()
