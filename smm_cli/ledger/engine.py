"""What the ledger asks of a database: one connection that reads, and writes acts in transactions. SQLite and PostgreSQL answer alike.

One SQL text serves both: values as `:name`, times as whole milliseconds, 0 and 1 for no and yes, JSON as text, ON CONFLICT always with
its target and the table's own name before a column on its right side, no LIKE, no scalar min and max, ORDER BY wherever order counts.
A row that two processes may decide about is read with LOCKED at the end of the statement. An act must bear being run again from its
start: what is undone (a lost connection, a deadlock) is tried once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from smm_cli.errors import LedgerError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

    from smm_cli.clock import Clock

T = TypeVar("T")
Params = Mapping[str, Any]
LOCKED = " /* FOR UPDATE */"
"""Ends a SELECT whose row stays as it is until the transaction ends. SQLite has one writer anyway: there it is a comment."""
OFTEN = "/* often */ "
"""Begins a statement that workers ask all the time: PostgreSQL reads and plans it once for each connection. Its columns are named."""
MOST_TOGETHER = 64
"""Acts that share one transaction at the most, so that the first does not wait for ever."""


class NoWrites(LedgerError):
    """Nothing can be written now, whatever it is: the disk is full, the file locked, the database away."""


class Row(Protocol):
    """A row; it answers to names and to numbers."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class Cursor(Protocol):
    """What a statement found or did."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What an act gets: the transaction it is part of."""

    def execute(self, sql: str, params: Params = ..., /) -> Cursor: ...

    def executemany(self, sql: str, params: Iterable[Params], /) -> Cursor: ...


Rows = list[Any]
Act = Callable[[Connection], Any]
Write = Callable[[Connection], object]
"""A step of a transaction."""
Written = tuple["Future[Any]", Any, BaseException | None]


class Engine(Protocol):
    """A database that a ledger lives in."""

    @property
    def clock(self) -> Clock | None:
        """The clock that leases are judged by, where it is not the machine's own."""

    @property
    def beat(self) -> float | None:
        """Seconds between two signs of life while a conversation runs; None where the kernel tells who is alive."""

    def read(self, sql: str, params: Params | None = None) -> Rows:
        """All rows of a query. Raises LedgerError."""

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return. Raises LedgerError, and what the act raises."""

    def look(self, act: Callable[[Connection], T]) -> T:
        """Run `act`, which only reads, on a view that does not change meanwhile. Raises LedgerError, and what the act raises."""

    def submit(self, act: Callable[[Connection], T]) -> Future[T]:
        """Run `act` together with whatever else is ready; the future is set when it is durable. Needs a running event loop."""

    def close(self) -> None:
        """Write what still waits, and let go of the database."""

    def counter(self) -> int | None:
        """A number that every writing transaction raises; None where there is none that a door could look at."""


def later(c: Connection, sql: str, params: Params) -> None:
    """A step whose result nobody asks for: it is done, in order, before the next question or the end of the transaction.

    Over a line to a server such steps go together, so that an act costs few round trips.
    """
    getattr(c, "later", c.execute)(sql, params)


def now_of(c: Connection, now: datetime) -> datetime:
    """The moment by which a lease is judged in this transaction: the database's, where it keeps one; else `now`."""
    told: datetime | None = getattr(c, "now", None)
    return told or now


class Gathering:
    """What the tasks of an event loop write in the same moment shares a transaction."""

    def __init__(self) -> None:
        self._pending: list[tuple[Act, Future[Any]]] = []

    def submit(self, act: Callable[[Connection], T]) -> Future[T]:
        """Run `act` together with whatever else is ready; the future is set when it is durable. Needs a running event loop.

        No thread: handing each write to one cost more than the writes, and the disk is waited for either way.
        """
        loop = _running_loop()
        future: Future[T] = loop.create_future()
        self._pending.append((act, future))
        if len(self._pending) == 1:
            loop.call_soon(self._write_pending)
        return future

    def _write_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending[:MOST_TOGETHER], self._pending[MOST_TOGETHER:]
            for future, value, failure in self._write_batch(batch):
                _tell(future, value, failure)

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in one transaction of its own, durable on return. Raises LedgerError, and what the act raises."""
        raise NotImplementedError

    def _write_batch(self, batch: list[tuple[Act, Future[Any]]]) -> list[Written]:
        """One transaction for all. Where one act fails, all is undone, and each is tried in a transaction of its own."""
        if len(batch) > 1:
            try:
                values = self.write(lambda c: [act(c) for act, _ in batch])
                return [(future, value, None) for (_, future), value in zip(batch, values, strict=True)]
            except NoWrites as nothing:
                return [(future, None, nothing) for _, future in batch]
            except Exception:  # noqa: S110 - whose it is shows itself now
                pass
        return [self._write_alone(act, future) for act, future in batch]

    def _write_alone(self, act: Act, future: Future[Any]) -> Written:
        try:
            return future, self.write(act), None
        except Exception as error:
            return future, None, error


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
