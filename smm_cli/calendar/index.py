"""The index: parsed posts kept in .smm/index.db, so that only changed files are parsed again. Deleting it costs time, nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from smm_cli.calendar.listing import RACY, heeded, is_text, listed_in, no_index, one_of_each, read_each, refused, scan, unreadable, wanted
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.packed import Row, no_collection, pack, pack_problems, unpack, unpack_problems
from smm_cli.calendar.source import Commit, Source, WorkTree, make_state
from smm_cli.calendar.stamps import blob_id, row_id, version
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

FORM = 1
"""PRAGMA user_version: raised when the tables change."""
KEPT = 4
"""So many commits keep their list of posts."""
DAMAGE = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA})
HERE = Path(__file__).parent
T = TypeVar("T")
Statement = tuple[str, Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Indexed:
    """All posts of a source, sorted by path, each id once. `copies` were left out for bearing an id that another bears."""

    posts: tuple[Post, ...]
    problems: tuple[Problem, ...]
    mark: str
    copies: tuple[Post, ...] = ()


class Index:
    """The index of one calendar. Any number of processes may use it at once."""

    patience: ClassVar[float] = 10.0
    """Seconds to wait for another process that writes."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.path = calendar.state / "index.db"
        self._read: dict[str, tuple[str, Post | None, list[Problem]]] = {}

    def posts(self, source: Source, published: Collection[str] = ()) -> Indexed:
        """All posts of `source` with the problems found while reading them.

        `published` names what has a receipt, by path or text digest: of two posts with one id that one stays.
        Where the index cannot be used (read-only, full disk, locked for 10 s) every post is parsed, with a warning.
        """
        try:
            rows, problems = self._rows(source)
            found, said = unpack(rows), unpack_problems(rows)
        except (ValueError, TypeError, KeyError):  # bytes that SQLite did not see to be wrong
            self._drop()
            rows, problems = self._rows(source)
            found, said = unpack(rows), unpack_problems(rows)
        kept, copies, doubled = one_of_each(found, published)
        return Indexed(tuple(kept), heeded((*problems, *said, *doubled), self.calendar), source.mark(), tuple(copies))

    def read(self, source: Source, path: str) -> tuple[Post | None, list[Problem]]:
        """One post as `source` has it this moment; what the file of the index says of it is not asked. A file that is gone is a problem."""
        from smm_cli.calendar.posts import read_post

        try:
            data = source.read(path)
        except OSError as error:
            return None, [unreadable(path, error)]
        blob, kept = blob_id(data), self._read.get(path)
        if kept is None or kept[0] != blob:  # a post goes to many channels, and is read again for each
            kept = self._read[path] = (blob, *read_post(path, data, self.calendar))
        return kept[1], list(kept[2])

    def store_wake(self, values: Mapping[str, str]) -> bool:
        """Replace what the door reads. False where it could not be kept: then the door takes the long way."""

        def write(database: sqlite3.Connection) -> bool:
            with _writing(database):
                database.execute("DELETE FROM wake")
                database.executemany("INSERT INTO wake VALUES (?, ?)", list(values.items()))
            return True

        return self._with(write, lambda _: False)

    def read_wake(self) -> dict[str, str]:
        """What store_wake kept; empty where there is nothing."""
        return self._with(lambda database: dict(database.execute("SELECT key, value FROM wake").fetchall()), lambda _: {})

    # -- rows ------------------------------------------------------------------------------------------------------------------

    def _rows(self, source: Source) -> tuple[list[Row], list[Problem]]:
        """Every post of `source` as a row, sorted by path, and problems that no row holds."""

        def rows(database: sqlite3.Connection) -> tuple[list[Row], list[Problem]]:
            if isinstance(source, WorkTree):
                return self._of_worktree(database, source)
            return self._of_commit(database, source) if isinstance(source, Commit) else self._of_any(source)

        def without(why: str) -> tuple[list[Row], list[Problem]]:
            found, problems = self._of_any(source)
            return found, [no_index(why), *problems]

        return self._with(rows, without)

    def _of_worktree(self, database: sqlite3.Connection, source: WorkTree) -> tuple[list[Row], list[Problem]]:
        started = time.time_ns()
        files, others = scan(source, self.calendar.posts)
        query = "SELECT w.path, mtime_ns, size, inode, p.path, body, post, problems FROM worktree w JOIN parsed p ON p.id = w.parsed"
        with no_collection():
            known: list[Any] = database.execute(f"{query} ORDER BY w.path").fetchall() if _is_ours(database) else []
            stats = [row[:4] for row in known]
            if stats == files:
                return [row[4:] for row in known], refused(others)
        rows: dict[str, Row] = {row[0]: row[4:] for row in known}
        gone = rows.keys() - {stat[0] for stat in files}
        for path in gone:
            del rows[path]
        held = _ids(database)
        parsed: dict[int, Row] = {}
        marks: list[tuple[Any, ...]] = []
        problems = refused(others)
        for path, mtime, size, inode in sorted(set(files) - set(stats)):
            try:
                data = (source.root / path).read_bytes()
            except OSError as error:
                rows.pop(path, None)
                problems.append(unreadable(path, error))
                continue
            number = row_id(path, blob_id(data))
            row = _row(database, number) if number in held else None
            if row is None:
                row = parsed[number] = self._parse(path, data)
            rows[path] = row
            racy = started - mtime < RACY
            marks.append((path, -1 if racy else mtime, size, inode, number))
        replaced = ("INSERT OR REPLACE INTO worktree VALUES (?, ?, ?, ?, ?)", marks)
        removed = ("DELETE FROM worktree WHERE path = ?", [(path,) for path in gone])
        problems += self._keep(database, parsed, [replaced, removed])
        return [rows[path] for path in sorted(rows)], problems

    def _of_commit(self, database: sqlite3.Connection, source: Commit) -> tuple[list[Row], list[Problem]]:
        mark = f"{source.commit}:{self.calendar.posts}"
        ours = _is_ours(database)
        known: dict[int, Row] = {}
        if ours:
            with no_collection():
                known = {row[0]: row[1:] for row in database.execute("SELECT id, path, body, post, problems FROM parsed")}
            listed = database.execute("SELECT ids, others FROM listing WHERE mark = ?", (mark,)).fetchone()
            if listed:
                with suppress(KeyError):  # another process with another version may have cleared it
                    return [known[number] for number in json.loads(listed[0])], refused(json.loads(listed[1]))
        files = {path: entry for path, entry in source.entries(self.calendar.posts).items() if wanted(path, self.calendar.posts)}
        others = sorted(path for path, entry in files.items() if not (entry.is_file and is_text(path)))
        numbers = {path: row_id(path, files[path].blob) for path in sorted(files.keys() - set(others))}
        missing = [path for path, number in numbers.items() if number not in known]
        parsed = {numbers[path]: self._parse(path, data) for path, data in source.read_many(missing)}
        listing = (mark, time.time_ns(), json.dumps(list(numbers.values())), json.dumps(others))
        oldest = "DELETE FROM listing WHERE mark NOT IN (SELECT mark FROM listing ORDER BY used DESC LIMIT ?)"
        statements: list[Statement] = [("INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?)", [listing]), (oldest, [(KEPT,)])]
        problems = self._keep(database, parsed, statements)
        known.update(parsed)
        return [known[number] for number in numbers.values()], [*refused(others), *problems]

    def _of_any(self, source: Source) -> tuple[list[Row], list[Problem]]:
        """All of it parsed, nothing kept."""
        texts, others = listed_in(source, self.calendar.posts)
        rows, problems = [], refused(others)
        for path, data in read_each(source, texts):
            if isinstance(data, Problem):
                problems.append(data)
            else:
                rows.append(self._parse(path, data))
        return rows, problems

    def _parse(self, path: str, data: bytes) -> Row:
        from smm_cli.calendar.posts import read_post

        post, problems = read_post(path, data, self.calendar)
        return path, post.body if post else "", pack(post), pack_problems(problems)

    # -- the file --------------------------------------------------------------------------------------------------------------

    def _with(self, act: Callable[[sqlite3.Connection], T], otherwise: Callable[[str], T]) -> T:
        """What `act` makes of the open index; a damaged one is made anew, once. `otherwise` gets why there is none."""
        for last in (False, True):
            try:
                with closing(self._open()) as database:
                    return act(database)
            except sqlite3.DatabaseError as error:
                if last or not _is_damage(error):
                    return otherwise(str(error))
                self._drop()
            except OSError as error:
                return otherwise(error.strerror or str(error))
        raise AssertionError("unreachable")

    def _open(self) -> sqlite3.Connection:
        make_state(self.path.parent)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            if _form(database) != FORM:
                _make(database)
        except BaseException:
            database.close()
            raise
        return database

    def _drop(self) -> None:
        for ending in ("-wal", "-shm", ""):
            with suppress(OSError):
                Path(f"{self.path}{ending}").unlink()

    def _keep(self, database: sqlite3.Connection, parsed: Mapping[int, Row], statements: Sequence[Statement]) -> list[Problem]:
        """Keep what was parsed and forget what no list names. A problem where that is not possible; what is kept stays whole."""
        try:
            with _writing(database):
                if not _is_ours(database):
                    for table in ("parsed", "worktree", "listing"):
                        database.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
                    database.execute("INSERT OR REPLACE INTO about VALUES ('version', ?)", (version(),))
                rows = [(number, *row) for number, row in parsed.items()]
                database.executemany("INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?, ?)", rows)
                for sql, values in statements:
                    database.executemany(sql, values)
                _forget(database)
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                raise
            return [no_index(str(error))]
        return []


def _forget(database: sqlite3.Connection) -> None:
    """Rows that neither the work tree nor a kept commit names."""
    named = {number for (number,) in database.execute("SELECT parsed FROM worktree")}
    for (ids,) in database.execute("SELECT ids FROM listing"):
        named.update(json.loads(ids))
    database.executemany("DELETE FROM parsed WHERE id = ?", [(number,) for number in _ids(database) - named])


@contextmanager
def _writing(database: sqlite3.Connection) -> Iterator[None]:
    """One transaction that takes its lock first: a later upgrade of the lock would fail at once."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _make(database: sqlite3.Connection) -> None:
    with suppress(sqlite3.OperationalError):  # another process makes it this moment and sets the same
        database.execute("PRAGMA journal_mode = WAL")
    with _writing(database):
        if _form(database) == FORM:
            return
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            database.execute(f'DROP TABLE "{table}"')
        for statement in (HERE / "index.sql").read_text("utf-8").split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {FORM}")


def _form(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: the text of a column is no UTF-8
    return code & 0xFF in DAMAGE


def _is_ours(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT value FROM about WHERE key = 'version'").fetchone()
    return bool(found) and found[0] == version()


def _ids(database: sqlite3.Connection) -> set[int]:
    return {number for (number,) in database.execute("SELECT id FROM parsed")} if _is_ours(database) else set()


def _row(database: sqlite3.Connection, number: int) -> Row | None:
    found: Row | None = database.execute("SELECT path, body, post, problems FROM parsed WHERE id = ?", (number,)).fetchone()
    return found
