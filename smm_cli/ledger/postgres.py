"""The ledger in PostgreSQL: what happens when the connection is lost in the middle is found out, never guessed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer

from smm_cli.clock import Clock, ShiftedClock, SystemClock
from smm_cli.errors import LedgerError
from smm_cli.ledger.engine import OFTEN, Connection, Cursor, Gathering, NoWrites, Params, Rows, T, now_of
from smm_cli.ledger.moments import moment
from smm_cli.ledger.postgres_open import Pg, connected, migrate, place_of
from smm_cli.ledger.postgres_sql import Prepared, Row, for_psycopg, prepared, storable

LEASE, BEAT = timedelta(seconds=90), 20.0
"""Nobody can see from afar whether a process lives: so its claims end a minute and a half after its last sign of life."""
MOST_STEPS = 500
"""Steps that go together at the most."""
PATIENCE = 10.0
"""Seconds that a lost connection is sought again before the command gives up."""
BEGIN = (
    f"{OFTEN}INSERT INTO writer (name, n) VALUES (:name, :number) ON CONFLICT (name) DO UPDATE SET n = excluded.n"
    " RETURNING CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
)
WRITER = b"INSERT INTO writer (name, n) VALUES (%s, 0); DELETE FROM writer WHERE at < now() - interval '7 days'"
AFTER_UNDOING = 0.05
"""Seconds that who was undone lets the other go first."""
UNDONE = (errors.DeadlockDetected, errors.SerializationFailure)
"""What PostgreSQL undoes for no fault of the statement: the same again works."""


class Gone(NoWrites):
    """The database cannot be reached any more; of a write whose COMMIT had left, nobody knows whether it arrived."""

    slug = "ledger-unreachable"


class Transaction:
    """What an act gets. It begins together with its first statements, or when its time is asked for."""

    lease = LEASE

    def __init__(
        self, connection: Pg, known: set[Prepared], begin: Params | None = None, heard: Callable[[datetime], None] | None = None
    ) -> None:
        """`known`: what this connection has prepared; `begin`: the values of BEGIN, None: it only reads; `heard` is told the time."""
        self._connection = connection
        self._known = known
        self._written, self._adapt = psycopg.ClientCursor(connection), Transformer(connection)
        self._begin = ["BEGIN", self._text(BEGIN, begin)] if begin else []
        self._steps: list[str] = []
        self._heard = heard
        self._now: datetime | None = None

    @property
    def now(self) -> datetime | None:
        """The database's clock when this began; None: a test keeps the time."""
        if self._heard is not None and self._begin:
            self._send()
            if self._now is not None:
                self._heard(self._now)
        return self._now

    def later(self, sql: str, params: Params) -> None:
        """Do this, and ask nothing of it, before what comes next."""
        self._steps.append(self._text(sql, params))
        if len(self._steps) >= MOST_STEPS:
            self.flush()

    def flush(self) -> None:
        """Do what was put off, in one round trip."""
        if self._steps or self._begin:
            self._send()

    def commit(self) -> str:
        """Do what was put off, and commit; what the database says of the end."""
        return self._send("COMMIT").statusmessage or ""

    def execute(self, sql: str, params: Params | None = None, /) -> Cursor:
        return self._send(self._text(sql, params or {}))

    def executemany(self, sql: str, params: Iterable[Params], /) -> Cursor:
        self.flush()
        cursor = self._connection.cursor()
        cursor.executemany(for_psycopg(sql), [storable(one) for one in params])
        return cursor

    def _text(self, sql: str, params: Params) -> str:
        if not sql.startswith(OFTEN):
            return self._written.mogrify(for_psycopg(sql), storable(params))
        statement = prepared(sql)
        if statement not in self._known:
            self._connection.execute(statement.prepare)  # by itself: it stands even where the transaction is undone
            self._known.add(statement)
        return statement.execute(self._adapt, storable(params))

    def _send(self, *last: str) -> psycopg.Cursor[Row]:
        """All that was put off and `last`, in one round trip; what the last of them found."""
        begin, self._begin = self._begin, []
        steps, self._steps = self._steps, []
        found = self._connection.execute("; ".join([*begin, *steps, *last]).encode())
        if begin:
            found.nextset()
            row = found.fetchone()
            self._now = moment(row[0]) if row and self._heard else None
        while found.nextset():
            pass
        return found


class Postgres(Gathering):
    """One connection, made anew when it is lost. With a SystemClock the time is the database's, whatever this machine thinks."""

    def __init__(self, url: str, clock: Clock, beat: float = BEAT) -> None:
        """Open the database at `url`, making the tables where they are missing. Raises LedgerError."""
        super().__init__()
        self._url = url
        self.place = place_of(url)
        self._shifted = ShiftedClock(clock) if isinstance(clock, SystemClock) else None
        self.clock: Clock = self._shifted or clock
        self.beat = beat if self._shifted else None
        self._connection = connected(url)
        self._known: set[Prepared] = set()
        self._name, self._number = os.urandom(12).hex(), 0
        try:
            migrate(self._connection, self.place)
            self._connection.execute(WRITER, (self._name,))
            self.write(lambda c: now_of(c, self.clock.now()))  # tells the time
        except BaseException:
            self._connection.close()
            raise

    def read(self, sql: str, params: Params | None = None) -> Rows:
        """All rows of a query. Raises LedgerError."""
        until = time.monotonic() + PATIENCE
        while True:
            connection = self._ready(until)
            try:
                return connection.execute(for_psycopg(sql), storable(params or {})).fetchall()
            except psycopg.Error as error:
                if not connection.closed:
                    raise _ledger_error(error) from error
                if time.monotonic() >= until:
                    raise self._gone() from error

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return. Raises LedgerError, and what the act raises."""
        until = time.monotonic() + PATIENCE
        while True:
            connection, attempt = self._ready(until), Attempt()
            try:
                return self._once(connection, act, attempt)
            except psycopg.Error as error:
                if connection.closed:
                    if attempt.committing and self._arrived(attempt.number, until):
                        value: T = attempt.value
                        return value
                    if time.monotonic() >= until:
                        raise self._gone() from error
                    continue
                _undo(connection)
                if not isinstance(error, UNDONE) or time.monotonic() >= until:
                    raise _ledger_error(error) from error
                time.sleep(AFTER_UNDOING)
            except BaseException:
                _undo(connection)
                raise

    def look(self, act: Callable[[Connection], T]) -> T:
        """Run `act`, which only reads, on a view that does not change meanwhile. Raises LedgerError, and what the act raises."""
        connection = self._ready(time.monotonic() + PATIENCE)
        try:
            connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return act(Transaction(connection, self._known))
        except psycopg.Error as error:
            raise (self._gone() if connection.closed else _ledger_error(error)) from error
        finally:
            _undo(connection)

    def close(self) -> None:
        """Write what still waits, and let go of the connection."""
        self._write_pending()
        with suppress(psycopg.Error):  # of who forgets to say goodbye, or cannot, the row goes by itself
            self._connection.execute(b"DELETE FROM writer WHERE name = %s", (self._name,))
        self._connection.close()

    def counter(self) -> int | None:
        """None: a row that every transaction raises would make them wait for each other, and no door could look at it."""
        return None

    def _once(self, connection: Pg, act: Callable[[Connection], T], attempt: Attempt) -> T:
        self._number += 1
        attempt.number = self._number
        heard = self._shifted.set_right if self._shifted else None
        transaction = Transaction(connection, self._known, {"name": self._name, "number": attempt.number}, heard)
        value = attempt.value = act(transaction)
        attempt.committing = True
        if transaction.commit() != "COMMIT":
            raise LedgerError("the ledger undid a write", hint="please report it: smm doctor writes a report", slug="ledger-write")
        return value

    def _ready(self, until: float) -> Pg:
        """The connection, made anew where it was lost. Raises Gone when that does not work in time."""
        pause = 0.05
        while self._connection.closed:
            try:
                self._connection, self._known = connected(self._url), set()
            except LedgerError as error:
                if time.monotonic() + pause >= until:
                    raise Gone(error.what, hint=error.hint) from None
                time.sleep(pause)
                pause = min(1.0, pause * 2)
        return self._connection

    def _arrived(self, number: int, until: float) -> bool:
        """Whether the COMMIT during which the connection was lost arrived. Waits until that transaction has ended. Raises Gone."""
        while True:
            connection = self._ready(until)
            try:
                row = connection.execute(b"SELECT n FROM writer WHERE name = %s FOR UPDATE", (self._name,)).fetchone()
            except psycopg.Error as error:
                if not connection.closed or time.monotonic() >= until:
                    raise self._gone() from error
                continue
            if row is None:  # another database than before
                raise self._gone()
            return bool(row[0] >= number)

    def _gone(self) -> Gone:
        what = f"the connection to the ledger on {self.place} was lost"
        return Gone(what, hint="run the command again when the database is back: what was begun goes on, nothing is sent twice")


class Attempt:
    """One try at a transaction, as far as it came."""

    number = 0
    value: Any = None
    committing = False


def _undo(connection: Pg) -> None:
    if not connection.closed:
        with suppress(psycopg.Error):
            connection.execute(b"ROLLBACK")


def _ledger_error(error: psycopg.Error) -> LedgerError:
    said = error.diag.message_primary or str(error)
    return LedgerError(f"the ledger: {said}", hint="smm doctor looks closer", slug="ledger-write")
