"""One SQLite file, opened so that nothing written is forgotten: WAL, synchronous FULL, every writing transaction IMMEDIATE."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smm_cli.errors import LedgerError
from smm_cli.ledger.engine import Connection, Gathering, NoWrites, Params, Rows, T

MIGRATIONS = ("0001_ledger.sqlite.sql", "0002_announce.sqlite.sql", "0003_alert.sqlite.sql", "0004_outage.sqlite.sql")
"""What makes a ledger, in order; a ledger's `user_version` counts those it had."""
VERSION = len(MIGRATIONS)
MOVED = 1_000_000
"""The `user_version` of a ledger that was carried over to another place; the table `moved` says where."""
NOBODY_WRITES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)
"""What is wrong with the file, not with one statement: https://www.sqlite.org/rescode.html, read 2026-11-23."""


class Db(Gathering):
    """One connection. What the tasks of an event loop write in the same moment shares a transaction."""

    clock = None
    beat = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        try:
            self._connection = _connect(path)
            _migrate(self._connection, path)
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

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return."""
        try:
            with _transaction(self._connection) as connection:
                return act(connection)
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def look(self, act: Callable[[Connection], T]) -> T:
        """Run `act`, which only reads, on a view that does not change meanwhile."""
        try:
            self._connection.execute("BEGIN")
            try:
                return act(self._connection)
            finally:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise _ledger_error(error) from error

    def leave(self, act: Callable[[Connection], T], place: str) -> T:
        """Run `act` while nobody else writes; afterwards nobody ever does: the ledger lives at `place`. If `act` fails, all stays."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                value = act(connection)
                connection.execute("CREATE TABLE moved (place TEXT NOT NULL) STRICT")
                connection.execute("INSERT INTO moved VALUES (?)", (place,))
                connection.execute("DROP TABLE counter")  # without it no transaction ends, also of a process that was open before
                connection.execute(f"PRAGMA user_version = {MOVED}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _ledger_error(error) from error
        return value

    def close(self) -> None:
        """Write what still waits, and let go of the file."""
        self._write_pending()
        self._connection.close()

    def counter(self) -> int | None:
        """A number that every writing transaction raises: a mark for the door."""
        return int(self.read("SELECT value FROM counter")[0]["value"])


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


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == MOVED:
        raise _was_moved(connection)
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
        if 0 < had < VERSION:
            _keep_before(path, had)
        for statement in (statement for name in MIGRATIONS[had:] for statement in statements(name)):
            connection.execute(statement)
        if had == 0:
            connection.execute("INSERT INTO identity VALUES (lower(hex(randomblob(4))))")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has undone it already
            connection.execute("ROLLBACK")
        raise


def _keep_before(path: Path, had: int) -> None:
    """A copy of a ledger that is about to change its form, beside it. Raises OSError, LedgerError: then nothing is changed."""
    kept, half = path.with_name(f"{path.name}.before-{had + 1}"), path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    copy_db(path, half)
    half.replace(kept)


def _was_moved(connection: sqlite3.Connection) -> LedgerError:
    place = ""
    with suppress(sqlite3.Error):
        place = str(connection.execute("SELECT place FROM moved").fetchone()[0])
    return _moved_to(place or "another place")


def _moved_to(place: str) -> LedgerError:
    return LedgerError(
        f"this ledger was moved to {place}: what it still holds is old",
        hint="channels.toml does not say so (yet, or where it is published from): write [ledger] url there, and commit it",
        slug="ledger-moved",
    )


def statements(name: str) -> list[str]:
    """The statements of a migration. One ends with a semicolon at the end of a line; what follows it indented belongs to it still."""
    from importlib.resources import files

    text = (files("smm_cli.ledger") / "migrations" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("--")]
    found: list[str] = []
    for piece in "\n".join(lines).removesuffix(";").split(";\n"):
        if found and piece.startswith(" "):
            found[-1] += f";\n{piece}"
        else:
            found.append(piece)
    return found


def _ledger_error(error: Exception) -> LedgerError:
    if "no such table: main.counter" in str(error) or "no such table: counter" in str(error):
        return _moved_to("another place")
    made = NoWrites if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOBODY_WRITES else LedgerError
    return made(f"the ledger: {error}", hint="is the disk full or read-only? smm doctor looks closer", slug="ledger-write")


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


def kept_identity(path: Path) -> str:
    """What the ledger file at `path` calls itself, also when it was moved; empty where there is none. Changes nothing."""
    return _peek(path, "SELECT value FROM identity")


def moved_to(path: Path) -> str:
    """Where the ledger file at `path` was moved; empty where it was not. Changes nothing."""
    return _peek(path, "SELECT place FROM moved")


def _peek(path: Path, query: str) -> str:
    if not path.exists():
        return ""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            return str(connection.execute(query).fetchone()[0])
        finally:
            connection.close()
    except (sqlite3.Error, TypeError):
        return ""
