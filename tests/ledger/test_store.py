"""The ledger's file: newer, broken, full, interrupted. Nobody waits for ever, nothing is half-written."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from smm_cli.errors import LedgerError
from smm_cli.ledger.db import Db
from smm_cli.ledger.engine import NoWrites
from smm_cli.ledger.store import Ledger


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_ledger_of_a_newer_smm_is_refused(opened, tmp_path):
    opened().close()
    with sqlite3.connect(tmp_path / "state/ledger.db") as c:
        c.execute("PRAGMA user_version = 99")
    c.close()
    with pytest.raises(LedgerError, match="newer") as said:
        opened()
    assert said.value.exit_code == 7


@pytest.mark.parametrize("content", [b"this is no database, " * 100, b"SQLite format 3\x00" + b"\x07" * 5000])
def test_a_broken_file_is_a_ledger_error(tmp_path, content):
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerError) as said:
        Ledger.open(tmp_path / "ledger.db", "acme", "one")
    assert said.value.exit_code == 7


def test_a_folder_that_cannot_be_made_is_a_ledger_error(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "state" / "ledger.db", "acme", "one")


def test_a_write_that_fails_undoes_itself_and_no_other(opened):
    ledger = opened()

    async def both():
        return await asyncio.gather(
            ledger.commit(lambda c: c.execute("INSERT INTO wait VALUES ('acme', 'one', 1, 1, 1)").rowcount),
            ledger.commit(lambda c: (c.execute("INSERT INTO wait VALUES ('acme', 'two', 1, 1, 1)"), c.execute("SELECT * FROM nothing"))),
            ledger.commit(lambda c: c.execute("INSERT INTO wait VALUES ('acme', 'three', 1, 1, 1)").rowcount),
            return_exceptions=True,
        )

    one, two, three = asyncio.run(both())
    assert (one, three) == (1, 1)
    assert isinstance(two, LedgerError)
    assert sorted(ledger.waits()) == ["one", "three"]


def test_an_interrupted_write_is_written_and_later_ones_too(opened):
    """Ctrl-C while an answer is being written down: it stands, and closing does not hang."""
    ledger = opened()

    async def interrupted():
        task = asyncio.create_task(ledger.commit(lambda c: c.execute("INSERT INTO wait VALUES ('acme', 'one', 1, 1, 1)")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ledger.commit(lambda c: c.execute("INSERT INTO wait VALUES ('acme', 'two', 1, 1, 1)")), 10)

    asyncio.run(interrupted())
    assert sorted(ledger.waits()) == ["one", "two"]


def test_a_future_that_nobody_awaits_any_more_does_not_stop_the_others(tmp_path):
    db = Db(tmp_path / "ledger.db")

    async def two():
        db.submit(lambda c: None).cancel()
        return await asyncio.wait_for(db.submit(lambda c: 7), 10)

    assert asyncio.run(two()) == 7
    db.close()


async def written_together(db, *names):
    def writes(what):
        return lambda c: c.execute("INSERT INTO wait VALUES ('acme', :what, 1, 1, 1)", {"what": what}).rowcount

    return await asyncio.gather(*(db.submit(writes(what)) for what in names), return_exceptions=True)


def test_what_is_ready_together_shares_a_transaction(tmp_path):
    db = Db(tmp_path / "ledger.db")
    before = db.counter()
    assert asyncio.run(written_together(db, "one", "two", "three")) == [1, 1, 1]
    assert db.counter() == before + 1
    db.close()


def test_of_what_is_ready_together_one_that_fails_is_undone_alone(tmp_path):
    db = Db(tmp_path / "ledger.db")
    first, second, third, fourth = asyncio.run(written_together(db, "one", "two", "one", "three"))
    assert (first, second, fourth) == (1, 1, 1)
    assert isinstance(third, LedgerError)
    assert [row["what"] for row in db.read("SELECT what FROM wait ORDER BY what")] == ["one", "three", "two"]
    db.close()


def test_where_nothing_can_be_written_all_that_is_ready_hear_it_at_once(tmp_path):
    db, other = Db(tmp_path / "ledger.db"), sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    db._connection.execute("PRAGMA busy_timeout = 300")
    other.execute("BEGIN IMMEDIATE")
    asked = []
    db._connection.set_trace_callback(asked.append)
    found = asyncio.run(written_together(db, *map(str, range(20))))
    assert all(isinstance(each, NoWrites) for each in found)
    assert asked == ["BEGIN IMMEDIATE"], "one waited after the other"
    other.close()
    db.close()


def test_what_still_waits_is_written_when_the_ledger_is_closed(tmp_path):
    db = Db(tmp_path / "ledger.db")

    async def leave():
        db.submit(lambda c: c.execute("INSERT INTO wait VALUES ('acme', 'late', 1, 1, 1)"))

    asyncio.run(leave())
    db.close()
    again = Db(tmp_path / "ledger.db")
    assert [row["what"] for row in again.read("SELECT what FROM wait")] == ["late"]
    again.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_write_raises_the_counter(opened, now):
    ledger = opened()
    before = ledger.counter()
    ledger.ticked(now)
    assert ledger.counter() == before + 1
