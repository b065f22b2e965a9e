"""A worker's ear at the database: what wakes it (LISTEN), and who plans a calendar (an advisory lock that dies with its holder)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Collection
from contextlib import suppress

import psycopg

from smm_cli.errors import LedgerError
from smm_cli.ledger.postgres_open import Pg, connected
from smm_cli.ledger.snapshots import BELL

ASK = 10.0
"""Seconds after which it is asked again whether the planner is gone."""


class Bell:
    """A connection of its own. `rung` is called when something is said of one of `calendars`, or when the connection is lost."""

    def __init__(self, url: str, calendars: Collection[str], rung: Callable[[str], None]) -> None:
        self._url = url
        self._calendars = frozenset(calendars)
        self._rung = rung
        self._connection: Pg | None = None
        self._planner: set[str] = set()
        self._asked: dict[str, float] = {}
        self._watched = -1

    def listen(self) -> None:
        """Begin, or begin anew after the connection was lost. Raises LedgerError."""
        if self._connection is not None and not self._connection.closed:
            return
        self._forget()
        connection = connected(self._url)
        try:
            connection.add_notify_handler(lambda note: self._rung(note.payload) if note.payload in self._calendars else None)
            connection.execute(f"LISTEN {BELL}")
        except psycopg.Error as error:
            connection.close()
            raise LedgerError(f"the ledger: {error}", hint="smm doctor looks closer", slug="ledger-unreachable") from error
        self._connection = connection
        with suppress(NotImplementedError):  # Windows: then workers look every half minute
            asyncio.get_running_loop().add_reader(connection.fileno(), self._hear)
            self._watched = connection.fileno()

    def plans(self, calendar: str) -> bool:
        """Whether this process is the planner of `calendar`: the first that asks is, as long as its connection holds.

        Raises LedgerError where the database cannot be asked.
        """
        if self._connection is None or self._connection.closed:
            return False
        if calendar not in self._planner and time.monotonic() - self._asked.get(calendar, -ASK) >= ASK:
            self._asked[calendar] = time.monotonic()
            try:
                row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_number(calendar),)).fetchone()
            except psycopg.Error as error:
                self._forget()
                raise LedgerError(f"the ledger: {error}", hint="smm doctor looks closer", slug="ledger-unreachable") from error
            if row and row[0]:
                self._planner.add(calendar)
        return calendar in self._planner

    def close(self) -> None:
        """Stop listening; somebody else may plan."""
        self._forget()

    def _hear(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            connection.pgconn.consume_input()
            heard = set()
            while (note := connection.pgconn.notifies()) is not None:
                heard.add(note.extra.decode("utf-8", "replace"))
        except (psycopg.Error, OSError):
            self._forget()
            self._rung("")
            return
        for calendar in sorted(heard & self._calendars):
            self._rung(calendar)

    def _forget(self) -> None:
        if self._watched >= 0:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = -1
        self._planner.clear()
        self._asked.clear()
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _number(calendar: str) -> int:
    """The lock's number: one a calendar, on every machine."""
    return int.from_bytes(hashlib.sha256(f"smm plans {calendar}".encode()).digest()[:8], "big", signed=True)
