"""One SQLite file, opened so that nothing written is forgotten: WAL, synchronous FULL, every writing transaction IMMEDIATE."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from smm_cli.errors import LedgerError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
Rows = list[sqlite3.Row]
Params = Mapping[str, Any]
Connection = sqlite3.Connection
Write = Callable[[sqlite3.Connection], object]
"""A step of a transaction."""
VERSION = 1
MOST_TOGETHER = 64
"""Writes that share one transaction at the most, so that the first does not wait for ever."""


class Db:
    """A connection with a writer thread: what is ready together shares a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._reader = _connect(path)
            _migrate(self._reader)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"the ledger {path.name} cannot be opened: {error}",
                hint="is the disk full or read-only? smm doctor looks closer",
                slug="ledger-unreadable",
            ) from error
        self._queue: SimpleQueue[tuple[Callable[[sqlite3.Connection], Any], Future[Any]] | None] = SimpleQueue()
        self._writer: threading.Thread | None = None

    def read(self, sql: str, params: Params | None = None) -> Rows:
        """All rows of a query; readers are never blocked by writers."""
        try:
            return self._reader.execute(sql, params or {}).fetchall()
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def write(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return."""
        try:
            with _transaction(self._reader) as connection:
                return act(connection)
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def submit(self, act: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Run `act` on the writer thread, together with whatever else is ready; the future is set when it is durable."""
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="ledger", daemon=True)
            self._writer.start()
        from concurrent.futures import Future

        future: Future[T] = Future()
        self._queue.put((act, future))
        return future

    def close(self) -> None:
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
            self._writer = None
        self._reader.close()

    def _write_on(self) -> None:
        try:
            connection = _connect(self.path)
        except (sqlite3.Error, OSError) as error:
            self._refuse_all(error)
            return
        try:
            while (first := self._queue.get()) is not None:
                batch = [first]
                while len(batch) < MOST_TOGETHER and not self._queue.empty():
                    more = self._queue.get()
                    if more is None:
                        self._queue.put(None)
                        break
                    batch.append(more)
                _write_batch(connection, batch)
        finally:
            connection.close()

    def _refuse_all(self, error: Exception) -> None:
        """Without a connection nothing can be written: whoever waits is told, nobody waits for ever."""
        while (first := self._queue.get()) is not None:
            _tell(first[1], None, _ledger_error(error))


def _tell(future: Future[Any], value: Any, failure: BaseException | None) -> None:
    """Set what came of a write. Whoever asked may have been interrupted meanwhile: then nobody listens."""
    if not future.set_running_or_notify_cancel():
        return
    if failure is not None:
        future.set_exception(failure)
    else:
        future.set_result(value)


def _write_batch(connection: sqlite3.Connection, batch: list[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]]) -> None:
    results: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        with _transaction(connection):
            for act, future in batch:
                connection.execute("SAVEPOINT one")
                try:
                    results.append((future, act(connection), None))
                except Exception as error:
                    connection.execute("ROLLBACK TO one")
                    results.append((future, None, _ledger_error(error) if isinstance(error, sqlite3.Error) else error))
                connection.execute("RELEASE one")
    except sqlite3.Error as error:
        for _, future in batch:
            _tell(future, None, _ledger_error(error))
        return
    for future, value, failure in results:
        _tell(future, value, failure)


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
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            for statement in _statements("0001_ledger.sqlite.sql"):
                connection.execute(statement)
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
