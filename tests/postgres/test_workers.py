"""Workers as processes: without a checkout, killed, cut off, paused and edited meanwhile; each delivery is public once."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest


def settled(acme, settle) -> Counter:
    """What became of all; what waits for an answer that was lost waits no longer."""
    found = Counter(acme.states().values())
    if set(found) <= {"published", "retry"} and found["retry"]:
        settle()
    time.sleep(1)
    return Counter(acme.states().values())


def once_each(server, texts) -> bool:
    return Counter(server.texts()) == Counter(texts)


def test_a_worker_without_a_checkout_publishes_what_was_synced_and_a_checkout_gets_the_receipts(calendar, crew, server, until):
    acme = calendar()
    acme.post("launch", "We open today.")
    crew.smm("ledger", "sync", calendar=acme)
    worker = crew.start("acme")
    until(lambda: len(server.texts()) == 2)
    until(lambda: set(acme.states().values()) == {"published"})
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert once_each(server, ["We open today."] * 2)
    assert not (acme.root / "receipts").exists()
    assert "2 receipts written" in crew.smm("ledger", "sync", calendar=acme)
    assert "published" in (acme.root / "receipts/launch/one.toml").read_text()
    crew.smm("publish", calendar=acme)
    assert len(server.texts()) == 2


def test_what_is_due_later_goes_out_on_time_by_a_worker_that_sleeps(calendar, crew, server, until):
    acme = calendar(accounts=("one",))
    due = time.gmtime(time.time() + 70 - time.time() % 60)
    acme.post("soon", "Later.", at=time.strftime("%Y-%m-%d %H:%M", due))
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    until(lambda: server.texts() == ["Later."], 90)
    late = time.time() - (time.time() // 60) * 60
    assert late < 3, f"{late} s late"


def test_two_workers_killed_again_and_again_send_each_of_400_deliveries_once(calendar, crew, server, until, pass_time, settle):
    accounts = [f"a{n:02}" for n in range(20)]
    acme = calendar(accounts=accounts)
    for n in range(20):
        acme.post(f"post-{n:02}", f"Number {n:02}.", at=f"2026-01-02 09:{n:02}")
    crew.smm("ledger", "sync", calendar=acme)
    chance = random.Random(4)
    workers = [crew.start("acme"), crew.start("acme", home="other")]
    for _ in range(6):
        before = len(server.texts())
        until(lambda before=before: len(server.texts()) >= min(before + 10, 400))
        time.sleep(chance.uniform(0, 0.3))
        victim = chance.randrange(2)
        crew.kill(workers[victim])
        pass_time(workers[victim])
        workers[victim] = crew.start("acme", home="" if victim == 0 else "other")
    crew.kill(workers[0])
    crew.kill(workers[1])
    pass_time(*workers)
    crew.start("acme")
    until(lambda: settled(acme, settle) == {"published": 400}, 150)
    found = Counter((one["account"], one["text"]) for one in server.posted())
    assert set(found.values()) == {1}
    assert len(found) == 400


def test_the_order_within_a_channel_is_kept_by_two_workers(calendar, crew, server, until):
    acme = calendar(accounts=("one", "two", "three"))
    for n in range(12):
        acme.post(f"post-{n:02}", f"Number {n:02}.", at=f"2026-01-02 09:{59 - n:02}")
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    crew.start("acme", home="other")
    until(lambda: len(server.texts()) == 36)
    for account in acme.accounts:
        own = [one["text"] for one in server.posted() if account in one["account"]]
        assert own == [f"Number {n:02}." for n in reversed(range(12))]


def test_another_worker_plans_when_the_planner_dies(calendar, crew, server, until):
    acme = calendar()
    acme.post("first")
    crew.smm("ledger", "sync", calendar=acme)
    planner = crew.start("acme")
    until(lambda: len(server.texts()) == 2)
    crew.start("acme", home="other")
    time.sleep(1.5)
    crew.kill(planner)
    acme.post("second")
    crew.smm("ledger", "sync", calendar=acme)
    until(lambda: once_each(server, ["first"] * 2 + ["second"] * 2))


def test_a_pause_stops_workers_and_resume_lets_them_go_on(calendar, crew, server, until):
    acme = calendar(accounts=("one",))
    acme.post("first")
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    until(lambda: len(server.texts()) == 1)
    crew.smm("pause", "--reason", "a fire", calendar=acme)
    acme.post("second")
    crew.smm("ledger", "sync", calendar=acme)
    time.sleep(3)
    assert server.texts() == ["first"]
    crew.smm("resume", "--go-on", calendar=acme)
    until(lambda: server.texts() == ["first", "second"])


def test_a_machine_that_is_paused_takes_nothing_and_stops_no_other(calendar, crew, server, until, cluster, database):
    acme = calendar(accounts=("one",))
    acme.post("first")
    crew.smm("ledger", "sync", calendar=acme)
    paused = crew.start("acme")
    until(lambda: len(server.texts()) == 1)
    crew.smm("pause", "--machine", "--reason", "it moves", calendar=acme)
    acme.post("second")
    crew.smm("ledger", "sync", calendar=acme)
    until(lambda: cluster.ask("SELECT 1 FROM smm.planned WHERE name = 'second@one' AND claim_at IS NOT NULL", database))
    time.sleep(2)
    assert server.texts() == ["first"]
    crew.env["XDG_CONFIG_HOME"] = str(crew.folder / "another")
    crew.start("acme", home="another")
    until(lambda: server.texts() == ["first", "second"])
    assert paused.poll() is None


def test_a_secret_that_was_renewed_is_read_anew_by_a_worker_whose_old_one_was_refused(calendar, crew, server, until, cluster, database):
    acme = calendar(accounts=("one",))
    token = crew.folder / "token"
    token.touch(mode=0o600)
    token.write_text("an old one")
    told = (acme.root / "channels.toml").read_text().replace("env:TOKEN_ONE", f"file:{token}")
    (acme.root / "channels.toml").write_text(told)
    acme.post("first")
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    until(lambda: "does not accept the token" in crew.said())
    token.write_text("sandbox-one")
    for said in ("UPDATE smm.planned SET claim_at = due_at", "UPDATE smm.lane SET look_at = 0", "SELECT pg_notify('smm', 'acme')"):
        cluster.ask(said, database)  # as if ten minutes had passed
    until(lambda: server.texts() == ["first"])


def test_a_hold_by_a_person_reaches_workers(calendar, crew, server, until):
    acme = calendar(accounts=("one",))
    acme.post("kept")
    crew.smm("queue", "hold", "kept", calendar=acme)
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    acme.post("other")
    crew.smm("ledger", "sync", calendar=acme)
    until(lambda: server.texts() == ["other"])
    crew.smm("queue", "release", "kept", calendar=acme)
    until(lambda: server.texts() == ["other", "kept"])


def test_an_edit_after_planning_is_not_sent_as_it_was_planned(calendar, crew, server, until):
    acme = calendar(accounts=[f"a{n}" for n in range(3)])
    for n in range(60):
        acme.post(f"post-{n:02}", f"Number {n:02}.", at=f"2026-01-02 09:{n:02}")
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    crew.start("acme", home="other")
    until(lambda: len(server.texts()) > 5)
    acme.post("post-59", "Changed.", at="2026-01-02 09:59")
    crew.smm("ledger", "sync", calendar=acme)
    synced = time.monotonic()
    until(lambda: len(server.texts()) == 180)
    assert time.monotonic() - synced < 40
    assert Counter(server.texts())["Changed."] == 3
    assert "Number 59." not in server.texts()


def test_two_calendars_in_one_database_may_call_their_channels_alike(calendar, crew, server, until):
    acme, other = calendar("acme", ("one",)), calendar("other", ("one",))
    acme.post("launch", "Of acme.")
    other.post("launch", "Of the other.")
    for each in (acme, other):
        crew.smm("ledger", "sync", calendar=each)
    crew.start("acme", "other")
    until(lambda: once_each(server, ["Of acme.", "Of the other."]))
    until(lambda: acme.states() == other.states() == {"launch@one": "published"})


def test_smm_publish_works_beside_workers(calendar, crew, server, until):
    acme = calendar(accounts=[f"a{n}" for n in range(4)])
    for n in range(25):
        acme.post(f"post-{n:02}", f"Number {n:02}.", at=f"2026-01-02 09:{n:02}")
    crew.smm("ledger", "sync", calendar=acme)
    crew.start("acme")
    until(lambda: len(server.texts()) > 3)
    crew.smm("publish", calendar=acme)
    until(lambda: len(server.texts()) == 100)
    found = Counter((one["account"], one["text"]) for one in server.posted())
    assert set(found.values()) == {1}


class Line:
    """What stands between workers and the database, and may be cut."""

    def __init__(self, url: str) -> None:
        self.to = urlsplit(url)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.open, self.ends, self.threads = True, list[socket.socket](), list[threading.Thread]()
        self._begin(self._serve)

    @property
    def url(self) -> str:
        return f"postgresql://{self.to.username}@127.0.0.1:{self.listener.getsockname()[1]}{self.to.path}"

    def cut(self) -> None:
        self.open = False
        for one in self.ends:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.cut()
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        for one in (self.listener, *self.ends):
            one.close()

    def _begin(self, act, *arguments) -> None:
        self.threads.append(threading.Thread(target=act, args=arguments, daemon=True))
        self.threads[-1].start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if not self.open:
                near.close()
                continue
            far = socket.create_connection((self.to.hostname, self.to.port))
            self.ends += [near, far]
            self._begin(self._carry, near, far)
            self._begin(self._carry, far, near)

    def _carry(self, here, there) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                there.sendall(data)
        for one in (here, there):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(database):
    made = Line(database)
    yield made
    made.end()


def test_a_database_that_is_cut_off_for_a_while_loses_and_doubles_nothing(calendar, crew, server, until, line, pass_time, settle):
    acme = calendar(accounts=[f"a{n}" for n in range(5)])
    for n in range(20):
        acme.post(f"post-{n:02}", f"Number {n:02}.", at=f"2026-01-02 09:{n:02}")
    crew.smm("ledger", "sync", calendar=acme)
    worker = crew.start("acme", url=line.url)
    for _ in range(2):
        before = len(server.texts())
        until(lambda before=before: len(server.texts()) > min(before + 10, 80))
        line.cut()
        time.sleep(12)
        line.open = True
        pass_time(worker)
    until(lambda: settled(acme, settle) == {"published": 100}, 120)
    assert worker.poll() is None, "the worker gave up"
    found = Counter((one["account"], one["text"]) for one in server.posted())
    assert len(found) == 100
    assert set(found.values()) == {1}


def test_after_an_outage_all_workers_let_one_go_and_hold_the_others(calendar, crew, server, until, cluster, database):
    acme = calendar(accounts=("one",))
    told = acme.root / "channels.toml"
    told.write_text(told.read_text().replace('max_late = "none"', 'max_late = "6h"'))
    for name, minutes in (("a", 120), ("b", 110), ("c", 100)):
        acme.post(name, at=time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() - minutes * 60)))
    crew.smm("ledger", "sync", calendar=acme)
    cluster.ask(f"DELETE FROM smm.tick; INSERT INTO smm.tick VALUES ('acme', 'office', {(time.time() - 3 * 3600) * 1000:.0f})", database)
    crew.start("acme")
    until(lambda: server.texts() == ["a"])
    crew.start("acme", home="other")
    time.sleep(4)
    assert server.texts() == ["a"]
    assert "nobody looked between" in crew.smm("status", calendar=acme)
    crew.smm("queue", "release", "--state", "held", "--yes", calendar=acme)
    until(lambda: server.texts() == ["a", "b", "c"])
