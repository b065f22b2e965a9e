"""Machines that share nothing but the database: each with a checkout and a clock of its own, and each may die."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.clock import SystemClock
from smm_cli.delivery.heartbeat import alive
from smm_cli.errors import LedgerError
from smm_cli.ledger.claims import Claim, Gate, take
from smm_cli.ledger.leases import Leases
from smm_cli.ledger.postgres import LEASE, Postgres
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Delivery

TREE = Path(__file__).parent.parent.parent
ACCOUNTS = ("one", "two")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def machine(calendar, crew):
    """Makes a machine: a checkout of the one calendar, and a command on it by a clock that is so many seconds off."""

    class Machine:
        def __init__(self, name):
            self.checkout = calendar("acme", ACCOUNTS, folder=name)
            self.post = self.checkout.post

        def start(self, off=0.0):
            command = [sys.executable, str(TREE / "tests" / "postgres" / "off.py"), str(off), str(self.checkout.root)]
            return subprocess.Popen(command, env=crew.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def publish(self, off=0.0):
            process = self.start(off)
            said = process.communicate()[0].decode()
            assert "Traceback" not in said, said
            return process.returncode, said

    return Machine


def in_minutes(minutes):
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


def test_a_clock_that_is_ten_minutes_fast_sends_nothing_early_and_a_slow_one_nothing_late(machine, server):
    fast, slow = machine("fast"), machine("slow")
    for each in (fast, slow):
        each.post("past", at=in_minutes(-3))
        each.post("soon", at=in_minutes(+6))
    assert fast.publish(600)[0] == 0
    assert server.texts() == ["past", "past"]
    for each in (fast, slow):
        each.post("late", at=in_minutes(-2))
    assert slow.publish(-600)[0] == 0
    assert sorted(server.texts()) == ["late", "late", "past", "past"]


@pytest.mark.slow
def test_two_machines_at_once_with_clocks_ten_minutes_apart_send_each_once_and_in_order(machine, server):
    one, other = machine("one"), machine("other")
    for n in range(8):
        for each in (one, other):
            each.post(f"post-{n}", at=f"2026-01-02 09:{n:02}")
    for _ in range(6):
        processes = [one.start(600), other.start(-300), one.start(), other.start(600)]
        said = [process.communicate()[0].decode() for process in processes]
        assert not [words for words in said if "Traceback" in words], said
        if len(server.posted()) >= 16:
            break
    for account in ACCOUNTS:
        texts = [post["text"] for post in server.posted() if post["account"].strip("@").startswith(account)]
        assert texts == [f"post-{n}" for n in range(8)], server.posted()


@pytest.mark.slow
def test_what_a_killed_machine_was_sending_another_ends_when_its_lease_is_over(
    machine, server, until, pass_time, settle, cluster, database
):
    dying, other = machine("dying"), machine("other")
    for n in range(30):
        for each in (dying, other):
            each.post(f"post-{n:02}", at=f"2026-01-02 09:{n:02}")
    process = dying.start()

    def leases():
        return cluster.ask("SELECT lease_until - extract(epoch FROM now()) * 1000 FROM smm.channel WHERE owner <> ''", database)

    def caught_while_sending():
        """Between two deliveries nothing is held: it is looked at while it stands still, and goes on if that is so."""
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        caught = len(server.posted()) >= 3 and leases()
        if not caught:
            process.send_signal(signal.SIGCONT)
        return caught

    until(caught_while_sending)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert all(0 < left <= LEASE.total_seconds() * 1000 for (left,) in leases())
    code, said = other.publish()
    assert code == 0
    assert "is being sent by" in said
    pass_time(process)
    for _ in range(4):
        assert other.publish()[0] in (0, 5, 6)
        settle()
    assert other.publish()[0] in (0, 6)
    states = other.checkout.states()
    posted = server.texts()
    assert len(states) == 60
    for name, state in states.items():
        assert state in ("published", "unknown"), (name, state)
    assert len(posted) == len({(one["account"], one["text"]) for one in server.posted()})


def test_a_database_that_goes_away_while_sending_stops_it_with_exit_7_and_nothing_is_sent_twice(machine, server, until, cluster):
    one = machine("one")
    for n in range(20):
        one.post(f"post-{n:02}", at=f"2026-01-02 09:{n:02}")
    process = one.start()
    until(lambda: len(server.posted()) >= 3)
    cluster.stop()
    said = process.communicate()[0].decode()
    seen = len(server.posted())
    cluster.start()
    assert process.returncode == 7, said
    assert "Traceback" not in said
    assert "was lost" in said or "cannot be reached" in said
    assert seen < 40
    assert len(server.posted()) == len({(post["account"], post["text"]) for post in server.posted()})


# -- claims and signs of life -------------------------------------------------------------------------------------------------


def test_of_many_connections_that_claim_at_once_one_wins(database, tmp_path):
    """From the first row on: there is none for the channel yet."""
    ledgers = [Ledger.shared(database, tmp_path / str(n), "acme", "r", SystemClock()) for n in range(8)]
    delivery, found, met = Delivery("launch", "blog", "site", due=NOW, at=NOW), [], threading.Barrier(8)

    def claim(ledger):
        met.wait()
        found.append(ledger.write(lambda c: take(c, "acme", delivery, ledger.alive.owner, NOW, "d", "k", ledger.alive.is_alive)))

    threads = [threading.Thread(target=claim, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    assert sum(isinstance(one, Claim) for one in found) == 1
    assert sum(isinstance(one, Gate) and one.reason == "busy" for one in found) == 7


def test_a_lease_is_told_by_the_databases_clock_whatever_the_runner_thinks(database, tmp_path):
    class Fast(SystemClock):
        def now(self):
            return super().now() + timedelta(hours=1)

    delivery = Delivery("launch", "blog", "site", due=NOW, at=NOW)
    with (
        Ledger.shared(database, tmp_path / "a", "acme", "a", SystemClock()) as one,
        Ledger.shared(database, tmp_path / "b", "acme", "b", Fast()) as fast,
    ):
        assert isinstance(one.write(lambda c: take(c, "acme", delivery, one.alive.owner, NOW, "d", "k", bool)), Claim)
        late = Fast().now()
        assert isinstance(fast.write(lambda c: take(c, "acme", delivery, fast.alive.owner, late, "d", "k", bool)), Gate)
        assert fast.record("launch@blog").state == "sending"
        assert abs(fast.clock.now() - one.clock.now()) < timedelta(seconds=2)


def test_a_claim_lives_on_while_its_conversation_does(database, cluster, tmp_path):
    db = Postgres(database, SystemClock(), beat=0.1)
    ledger = Ledger(db, "acme", "one", Leases(db.clock, "one"), "m")
    delivery = Delivery("launch", "blog", "site", due=NOW, at=NOW)
    claim = ledger.write(lambda c: take(c, "acme", delivery, ledger.alive.owner, NOW, "d", "k", bool))

    def lease():
        return cluster.ask("SELECT lease_until FROM smm.channel", database)[0][0]

    async def talk():
        async with alive(ledger, claim, db.clock):
            await asyncio.sleep(0.5)

    before = lease()
    asyncio.run(talk())
    after = lease()
    assert after > before + 200
    time.sleep(0.3)
    assert lease() == after, "it ends with the conversation"
    cluster.ask("UPDATE smm.channel SET lease_until = lease_until + 600000", database)
    asyncio.run(talk())
    assert lease() == after + 600_000, "it never shortens what a long request needs"
    cluster.ask("UPDATE smm.channel SET owner = 'another.1.00'", database)
    asyncio.run(talk())
    assert lease() == after + 600_000
    ledger.close()


def test_a_sign_of_life_that_cannot_be_written_troubles_no_conversation(database, cluster, tmp_path):
    db = Postgres(database, SystemClock(), beat=0.1)
    ledger = Ledger(db, "acme", "one", Leases(db.clock, "one"), "m")
    claim = Claim("acme", "blog", "launch@blog", ledger.alive.owner)
    cluster.ask("DROP TABLE smm.channel CASCADE", database)

    async def talk():
        async with alive(ledger, claim, db.clock):
            await asyncio.sleep(0.4)
        return "said"

    assert asyncio.run(talk()) == "said"
    with pytest.raises(LedgerError):
        ledger.stopped()
    ledger.close()
