"""A ledger that lives in a file, carried over to a database that machines share: all of it, compared row by row, or nothing."""

from __future__ import annotations

from pathlib import Path

from smm_cli.errors import LedgerError
from smm_cli.ledger.carrying import CHECKOUTS, Rows, differing, is_empty, put_verified, rows_in
from smm_cli.ledger.claims import runner_of
from smm_cli.ledger.db import Db
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.store import Ledger


def move(path: Path, target: Ledger, place: str, *, dry_run: bool = False) -> tuple[Rows, bool]:
    """Carry the calendar's rows in the file at `path` over to `target`, which is at `place` (for people); afterwards nothing is written
    to the file any more. What was carried, and whether it stood there already.

    Raises LedgerError where a runner is sending this moment, or the target knows something else of this calendar: nothing is changed then.
    """
    with Ledger.open(path, target.calendar, target.runner.partition("#")[0]) as source:
        assert isinstance(source.db, Db)
        moved: list[tuple[Rows, bool]] = []

        def act(c: Connection) -> None:
            rows = rows_in(c, source.calendar, source.checkout)
            _refuse_busy(source, rows)
            arrive = _compare if dry_run else _arrive
            moved.append((rows, target.db.write(lambda t: arrive(t, target, rows, place))))

        if dry_run:
            source.db.look(act)
        else:
            source.db.leave(act, place)
        return moved[-1]


def look_over(path: Path, calendar: str) -> Rows:
    """What a move of the file at `path` would carry, to where no ledger is yet. Raises LedgerError where a runner is sending."""
    with Ledger.open(path, calendar, "") as source:
        rows = source.db.look(lambda c: rows_in(c, calendar, calendar))
        _refuse_busy(source, rows)
        return rows


def _refuse_busy(source: Ledger, rows: Rows) -> None:
    for row in rows["channel"]:
        if row["owner"] and source.alive.is_alive(row["owner"]):
            what = f"{row['delivery']} is being sent by {runner_of(row['owner'])} this moment"
            raise LedgerError(what, hint="wait until it is done, or stop that runner; then smm ledger move once more", slug="ledger-busy")


def _compare(c: Connection, target: Ledger, rows: Rows, place: str) -> bool:
    """Whether `rows` stand there already. Raises LedgerError where something else does."""
    there = rows_in(c, target.calendar, target.checkout)
    if is_empty(there, but=(CHECKOUTS,)):
        return False
    if found := differing(rows, there):
        what = f"the ledger on {place} already knows something else of a calendar named {target.calendar}: {found}"
        hint = "another machine's was moved there? Then write its url into channels.toml here, and smm ledger rebuild takes in the receipts"
        raise LedgerError(what, hint=hint, slug="ledger-taken")
    return True


def _arrive(c: Connection, target: Ledger, rows: Rows, place: str) -> bool:
    if _compare(c, target, rows, place):
        return True
    c.execute(f"DELETE FROM {CHECKOUTS} WHERE calendar = :calendar", {"calendar": target.checkout})
    put_verified(c, target, rows)
    return False
