"""The connection is lost: before, in, and after each step of a write. What was asked for stands there once, or the caller knows."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import suppress

import pytest

from smm_cli.clock import SystemClock
from smm_cli.errors import LedgerError
from smm_cli.ledger.engine import OFTEN
from smm_cli.ledger.postgres import Gone, Postgres
from smm_cli.ledger.postgres_open import connected

ROW = "INSERT INTO wait (calendar, what, met, asked_at, since) VALUES ('acme', :what, 1, 1, 1)"


class Cable:
    """A way to the database that is cut where a test says: `cut_at` a piece of SQL, before the database hears it, or after."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cut_at, self.heard, self.cuts = b"", False, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._ended = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def address(self, url: str) -> str:
        return url.replace(f":{self.port}/", f":{self._listening.getsockname()[1]}/") + "?sslmode=disable&gssencmode=disable"

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            threading.Thread(target=self._up, args=(near, far), daemon=True).start()
            threading.Thread(target=self._down, args=(far, near), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if self.cut_at and self.cut_at in data:
                    self.cut_at, self.cuts = b"", self.cuts + 1
                    if self.heard:
                        far.sendall(data)
                        time.sleep(0.1)
                    self._end(near, far)
                    return
                far.sendall(data)
        self._end(near, far)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if not self.cut_at and self.cuts and near.fileno() == -1:
                    return
                near.sendall(data)
        self._end(near, far)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._ended = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        self._end(*self._open)


@pytest.fixture
def cable(cluster):
    made = Cable(cluster.port)
    yield made
    made.close()


@pytest.fixture
def db(cable, database):
    made = Postgres(cable.address(database), SystemClock())
    yield made
    made.close()


def whats(cluster, database):
    return sorted(row[0] for row in cluster.ask("SELECT what FROM smm.wait", database))


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("step", [b"BEGIN", b"'first'", b"'second'", b"COMMIT"])
def test_a_write_that_is_cut_off_stands_there_once(cluster, database, db, cable, step, heard):
    def act(c):
        c.execute(ROW, {"what": "first"})
        return c.execute(ROW, {"what": "second"}).rowcount

    cable.cut_at, cable.heard = step, heard
    assert db.write(act) == 1
    assert cable.cuts == 1
    assert whats(cluster, database) == ["first", "second"]


@pytest.mark.parametrize("heard", [False, True])
def test_what_was_gathered_and_cut_off_stands_there_once(cluster, database, db, cable, heard):
    async def all_at_once():
        return await asyncio.gather(*(db.submit(lambda c, n=n: c.execute(ROW, {"what": f"w{n}"}).rowcount) for n in range(5)))

    cable.cut_at, cable.heard = b"COMMIT", heard
    assert asyncio.run(all_at_once()) == [1] * 5
    assert whats(cluster, database) == [f"w{n}" for n in range(5)]


def test_a_read_that_is_cut_off_is_asked_again(db, cable):
    cable.cut_at = b"FROM wait"
    assert db.read("SELECT * FROM wait ORDER BY what") == []
    assert cable.cuts == 1


def test_a_server_that_dies_in_a_write_has_it_once_when_it_is_back(cluster, database, db):
    deaths = []

    def act(c):
        c.execute(ROW, {"what": "one"})
        if not deaths:
            deaths.append(1)
            cluster.kill()
            cluster.start()

    db.write(act)
    assert whats(cluster, database) == ["one"]


@pytest.mark.slow
def test_a_database_that_stays_away_is_a_ledger_error_and_later_all_goes_on(cluster, database, db):
    cluster.stop()
    try:
        started = time.monotonic()
        with pytest.raises(Gone, match="127") as said:
            db.write(lambda c: c.execute(ROW, {"what": "one"}))
        assert said.value.exit_code == 7
        assert time.monotonic() - started < 30
    finally:
        cluster.start()
    db.write(lambda c: c.execute(ROW, {"what": "two"}))
    assert whats(cluster, database) == ["two"]


def test_two_that_wait_for_each_other_are_undone_and_tried_again(cluster, database):
    """Each locks its own row first, then the other's: PostgreSQL undoes one of them."""
    one, two = Postgres(database, SystemClock()), Postgres(database, SystemClock())
    one.write(lambda c: c.executemany(ROW, [{"what": "a"}, {"what": "b"}]))
    met, change = threading.Barrier(2, timeout=10), "UPDATE wait SET asked_at = asked_at + 1 WHERE what = :what"

    def crossing(first, second, tries):
        def act(c):
            c.execute(change, {"what": first})
            tries.append(1)
            if len(tries) == 1:
                met.wait()
            c.execute(change, {"what": second})

        return act

    tries = [], []
    threads = [
        threading.Thread(target=one.write, args=(crossing("a", "b", tries[0]),)),
        threading.Thread(target=two.write, args=(crossing("b", "a", tries[1]),)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, tries)) == [1, 2]
    assert cluster.ask("SELECT asked_at FROM smm.wait ORDER BY what", database) == [(3,), (3,)]
    one.close()
    two.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://ada:geheim@127.0.0.1:1/smm", "127.0.0.1:1/smm"),
        ("postgresql://ada:ge@heim@127.0.0.1:1/smm", "%40"),
        ("postgresql://ada:geheim@127.0.0.1:port/smm", "cannot be read"),
        ("postgresql://ada:geheim@[::1/smm", "cannot be read"),
    ],
)
def test_a_database_that_is_not_there_is_told_without_the_password(address, words):
    with pytest.raises(LedgerError) as said:
        Postgres(address, SystemClock())
    assert words in str(said.value)
    assert "heim" not in str(said.value)
    assert said.value.exit_code == 7


def test_what_is_asked_all_the_time_is_planned_once_and_again_after_the_connection_was_lost(cluster, database, db, cable):
    often = f"{OFTEN}{ROW}"
    db.write(lambda c: [c.execute(often, {"what": f"a{n}"}) for n in range(3)])
    assert len(db.read("SELECT name FROM pg_prepared_statements ORDER BY name")) == 2  # with what begins a transaction
    cable.cut_at, cable.heard = b"'lost'", False
    db.write(lambda c: c.execute(often, {"what": "lost"}))
    assert cable.cuts == 1
    assert whats(cluster, database) == ["a0", "a1", "a2", "lost"]


def test_a_statement_prepared_in_what_is_undone_serves_the_next(cluster, database, db):
    often = f"{OFTEN}{ROW}"

    def act(c):
        c.execute(often, {"what": "undone"})
        raise LedgerError("no")

    with pytest.raises(LedgerError):
        db.write(act)
    db.write(lambda c: c.execute(often, {"what": "it's \\ 100%"}))
    assert whats(cluster, database) == ["it's \\ 100%"]


def test_the_server_too_finds_out_that_a_machine_is_gone(database):
    """Else its lock as the planner would outlive it by the two hours after which servers ask by themselves."""
    with connected(database) as connection:
        said = {name: connection.execute(f"SHOW tcp_{name}").fetchone()[0] for name in ("keepalives_idle", "user_timeout")}
    assert said == {"keepalives_idle": "10", "user_timeout": "20000"}
