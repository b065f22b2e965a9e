"""One SQLite file, opened so that nothing written is forgotten: WAL, synchronous FULL, every writing transaction IMMEDIATE."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from smm_cli.errors import LedgerError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

T = TypeVar("T")
Rows = list[sqlite3.Row]
Params = Mapping[str, Any]
Connection = sqlite3.Connection
Write = Callable[[sqlite3.Connection], object]
"""A step of a transaction."""
Act = Callable[[sqlite3.Connection], Any]
Written = tuple["Future[Any]", Any, BaseException | None]
MIGRATIONS = ("0001_ledger.sqlite.sql", "0002_announce.sqlite.sql", "0003_alert.sqlite.sql")
"""What makes a ledger, in order; a ledger's `user_version` counts those it had."""
VERSION = len(MIGRATIONS)
MOST_TOGETHER = 64
"""Writes that share one transaction at the most, so that the first does not wait for ever."""


class Db:
    """One connection. What the tasks of an event loop write in the same moment shares a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pending: list[tuple[Act, Future[Any]]] = []
        try:
            self._connection = _connect(path)
            _migrate(self._connection)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"the ledger {path.name} cannot be opened: {error}",
                hint="is the disk full or read-only? smm doctor looks closer",
                slug="ledger-unreadable",
            ) from error

    def read(self, sql: str, params: Params | None = None) -> Rows:
        """All rows of a query; readers are never blocked by writers."""
        try:
            return self._connection.execute(sql, params or {}).fetchall()
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def write(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return."""
        try:
            with _transaction(self._connection) as connection:
                return act(connection)
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def submit(self, act: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Run `act` together with whatever else is ready; the future is set when it is durable. Needs a running event loop.

        No thread: handing each write to one cost more than the writes, and the disk is waited for either way.
        """
        loop = _running_loop()
        future: Future[T] = loop.create_future()
        self._pending.append((act, future))
        if len(self._pending) == 1:
            loop.call_soon(self._write_pending)
        return future

    def close(self) -> None:
        """Write what still waits, and let go of the file."""
        self._write_pending()
        self._connection.close()

    def _write_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending[:MOST_TOGETHER], self._pending[MOST_TOGETHER:]
            for future, value, failure in _write_batch(self._connection, batch):
                _tell(future, value, failure)


def _running_loop() -> AbstractEventLoop:
    from asyncio import get_running_loop  # only what sends needs it; it costs 20 ms

    return get_running_loop()


def _tell(future: Future[Any], value: Any, failure: BaseException | None) -> None:
    """Set what came of a write. Whoever asked may have been interrupted meanwhile: then nobody listens."""
    if future.done() or future.get_loop().is_closed():
        return
    if failure is not None:
        future.set_exception(failure)
    else:
        future.set_result(value)


def _write_batch(connection: sqlite3.Connection, batch: list[tuple[Act, Future[Any]]]) -> list[Written]:
    """One transaction for all; one that fails is undone alone. Nothing is told before it is durable."""
    if len(batch) == 1:
        return [_write_alone(connection, *batch[0])]
    written: list[Written] = []
    try:
        with _transaction(connection):
            for act, future in batch:
                connection.execute("SAVEPOINT one")
                try:
                    written.append((future, act(connection), None))
                except Exception as error:
                    connection.execute("ROLLBACK TO one")
                    written.append((future, None, _ledger_error(error) if isinstance(error, sqlite3.Error) else error))
                connection.execute("RELEASE one")
    except sqlite3.Error as error:
        return [(future, None, _ledger_error(error)) for _, future in batch]
    return written


def _write_alone(connection: sqlite3.Connection, act: Act, future: Future[Any]) -> Written:
    try:
        with _transaction(connection):
            value = act(connection)
    except Exception as error:
        return future, None, _ledger_error(error) if isinstance(error, sqlite3.Error) else error
    return future, value, None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("UPDATE counter SET value = value + 1")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise LedgerError(
            f"this ledger was written by a newer smm (format {found}, this one knows {VERSION})",
            hint="pip install --upgrade smm-cli",
            slug="ledger-newer",
        )
    if found == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        had = connection.execute("PRAGMA user_version").fetchone()[0]
        for statement in (statement for name in MIGRATIONS[had:] for statement in _statements(name)):
            connection.execute(statement)
        if had == 0:
            connection.execute("INSERT INTO identity VALUES (lower(hex(randomblob(4))))")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has undone it already
            connection.execute("ROLLBACK")
        raise


def _statements(name: str) -> list[str]:
    from importlib.resources import files

    text = (files("smm_cli.ledger") / "migrations" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


def _ledger_error(error: Exception) -> LedgerError:
    return LedgerError(f"the ledger: {error}", hint="is the disk full or read-only? smm doctor looks closer", slug="ledger-write")


def copy_db(source: Path, target: Path) -> None:
    """A copy of a ledger as it is now, other processes at work or not."""
    if not source.exists():
        return
    before, after = sqlite3.connect(source), sqlite3.connect(target)
    try:
        before.backup(after)
    except sqlite3.Error as error:
        raise _ledger_error(error) from error
    finally:
        before.close()
        after.close()
    target.chmod(0o600)


def damage(path: Path) -> str:
    """What SQLite finds wrong with the file at `path`, in its words; empty where all is well or there is none. Changes nothing."""
    if not path.exists():
        return ""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            said = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        return str(error)
    return "" if said == ["ok"] else "; ".join(said)
