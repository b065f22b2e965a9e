"""Claims: one delivery of a channel at a time, whoever asks; a dead owner holds nothing, a late one sends nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from smm_cli.ledger.alive import Alive
from smm_cli.ledger.claims import LEASE, Claim, Gate, close_gate, give_back, renew, stop_channel
from smm_cli.ledger.outcomes import ended


def test_a_claimed_channel_is_busy_for_everybody_else(opened, claimed, delivery):
    first, second = opened("one"), opened("two")
    assert isinstance(claimed(first), Claim)
    gate = claimed(second)
    assert isinstance(gate, Gate)
    assert gate.reason == "busy"
    assert "one" in gate.why
    assert isinstance(claimed(second, delivery("other")), Gate), "another delivery of the channel waits too"
    assert isinstance(claimed(second, delivery("launch", "shop")), Claim), "another channel does not"


def test_a_dead_owner_holds_nothing(opened, claimed, dies):
    first, second = opened("one"), opened("two")
    claimed(first)
    dies(first)
    assert isinstance(claimed(second), Claim)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_killed_process_is_dead_to_others(opened, claimed, tmp_path, now):
    script = (
        "import sys, time\nfrom smm_cli.ledger.store import Ledger\n"
        f"ledger = Ledger.open(__import__('pathlib').Path({str(tmp_path / 'state' / 'ledger.db')!r}), 'acme', 'other')\n"
        "print(ledger.alive.owner, flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    owner = process.stdout.readline().strip()
    ledger = opened("one")
    try:
        assert ledger.alive.is_alive(owner)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert not ledger.alive.is_alive(owner)


def test_a_lease_that_ran_out_is_taken_over_and_the_late_runner_sends_nothing(opened, claimed, now):
    first, second = opened("one"), opened("two")
    mine = claimed(first)
    later = now + LEASE + timedelta(seconds=1)
    theirs = claimed(second, at=later)
    assert isinstance(theirs, Claim)
    assert not first.write(lambda c: renew(c, mine, later, timedelta(seconds=30)))
    assert second.write(lambda c: renew(c, theirs, later, timedelta(seconds=30)))


def test_renewing_needs_a_lease_that_still_runs(opened, claimed, now, lease):
    ledger = opened()
    mine = claimed(ledger)
    assert ledger.write(lambda c: renew(c, mine, now + lease - timedelta(seconds=1), timedelta()))
    assert not ledger.write(lambda c: renew(c, mine, now + 3 * lease, timedelta()))


def test_a_runner_that_lost_its_claim_does_not_say_how_the_delivery_ended(opened, claimed, now):
    first, second = opened("one"), opened("two")
    mine = claimed(first)
    theirs = claimed(second, at=now + LEASE * 2)
    first.write(lambda c: ended(c, mine, "failed", note="I was late"))
    assert isinstance(theirs, Claim)
    assert second.record("launch@blog").state == "sending"
    assert second.record("launch@blog").note == ""


def test_giving_back_frees_the_channel_of_its_owner_only(opened, claimed, now):
    first, second = opened("one"), opened("two")
    mine = claimed(first)
    stranger = Claim("acme", "blog", "launch@blog", "two.1.00")
    second.write(lambda c: give_back(c, stranger))
    assert isinstance(claimed(second), Gate)
    first.write(lambda c: give_back(c, mine))
    assert isinstance(claimed(second), Claim)


@pytest.mark.parametrize("state", ["published", "unknown", "cancelled", "skipped", "waiting", "failed"])
def test_what_is_over_cannot_be_claimed(opened, claimed, state):
    ledger = opened()
    mine = claimed(ledger)
    ledger.write(lambda c: ended(c, mine, state))
    assert claimed(ledger) is None


def test_what_waits_can_be_claimed_when_its_time_has_come(opened, claimed, now):
    ledger = opened()
    mine = claimed(ledger)
    ledger.write(lambda c: ended(c, mine, "retry", next_at=now + timedelta(minutes=5)))
    assert claimed(ledger) is None
    assert isinstance(claimed(ledger, at=now + timedelta(minutes=5)), Claim)


def test_a_network_that_asks_to_wait_closes_the_channel(opened, claimed, delivery, now):
    ledger = opened()
    mine = claimed(ledger)
    ledger.write(lambda c: (close_gate(c, mine, now + timedelta(minutes=15)), give_back(c, mine)))
    gate = claimed(ledger, delivery("other"))
    assert (gate.reason, gate.until) == ("rate-limit", now + timedelta(minutes=15))
    assert isinstance(claimed(ledger, delivery("other"), at=now + timedelta(minutes=16)), Claim)


def test_a_refused_credential_stops_the_channel_until_it_changes(opened, claimed, delivery):
    ledger = opened()
    mine = claimed(ledger)
    ledger.write(lambda c: (stop_channel(c, "acme", "blog", "401", "key"), give_back(c, mine)))
    assert claimed(ledger, delivery("other")).reason == "stopped"
    assert isinstance(claimed(ledger, delivery("other"), credential="new key"), Claim)


def test_of_many_threads_that_claim_at_once_one_wins(opened, claimed):
    ledgers = [opened(f"r{n}") for n in range(6)]
    found = []
    threads = [threading.Thread(target=lambda ledger=ledger: found.append(claimed(ledger))) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Claim) for one in found) == 1
    assert sum(isinstance(one, Gate) for one in found) == 5


def test_a_sweep_never_takes_the_sign_of_life_of_who_is_just_starting(tmp_path):
    """Many processes start while another sweeps: each is alive to the others in the end."""
    sweeper, stop = Alive(tmp_path / "alive", "sweeper"), threading.Event()

    def sweep():
        while not stop.is_set():
            sweeper.sweep()

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        made = [Alive(tmp_path / "alive", "starter") for _ in range(200)]
        assert all(sweeper.is_alive(one.owner) for one in made)
    finally:
        stop.set()
        thread.join()
    for one in (*made, sweeper):
        one.end()
    assert os.listdir(tmp_path / "alive") == []
