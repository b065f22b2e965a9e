"""Claims from what is planned: one statement, one delivery of a channel at a time, in order, only from a plan that stands."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.ledger.claims import close_gate, renew, stop_channel, take
from smm_cli.ledger.lanes import claim_due, next_look, put_back
from smm_cli.ledger.moments import ms
from smm_cli.ledger.outcomes import ended, published
from smm_cli.ledger.people import cancel, hold, release
from smm_cli.ledger.planned import Line, changes, keep_good, save_plan
from smm_cli.ledger.postgres import LEASE
from smm_cli.ledger.snapshots import Desk, desk_of, save_pauses, save_snapshot
from smm_cli.ledger.store import Ledger
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PUBLISHED, RETRY, Delivery, Receipt

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD = 3600.0


@pytest.fixture
def clock():
    return SetClock(NOW)


@pytest.fixture
def opened(database, tmp_path, clock):
    """Opens the ledger of a calendar as one more process."""
    made = []

    def make(calendar="acme", name="one"):
        made.append(Ledger.shared(database, tmp_path / name, calendar, name, clock))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def ledger(opened):
    found = opened()
    sync(found)
    return found


def sync(ledger):
    before = desk_of(ledger.db, ledger.calendar)
    after = Desk(ledger.calendar, "worktree", NOW, "one", "")
    save_snapshot(ledger.db, before, after, {"channels.toml": ("a" * 64, 1)}, lambda _: b"x")


def line(name, minutes=0, held="", sending=False):
    due = ms(NOW + timedelta(minutes=minutes))
    post, _, channel = name.partition("@")
    return Line(name, post, channel, "", due, due, None, None if held else due, "digest", held, sending)


def plan(ledger, *lines, version=1):
    return save_plan(ledger.db, ledger.calendar, version, lines, NOW, GOOD)


def claim(ledger, now=NOW, most=10, version=1, shut=()):
    return ledger.write(lambda c: claim_due(c, ledger.calendar, version, ledger.alive.owner, now, most=most, shut=shut))


def names(taken):
    return [one.claim.delivery for one in taken]


def publish(ledger, one):
    receipt = Receipt(one.claim.delivery, one.post, one.claim.channel, "mastodon", PUBLISHED, NOW)
    ledger.write(lambda c: published(c, one.claim, receipt, 1))


def test_of_each_channel_the_first_that_is_due_is_taken_and_no_second_meanwhile(ledger):
    plan(ledger, line("b@one", -1), line("a@one", -2), line("c@two", -3), line("later@three", 5))
    assert names(claim(ledger)) == ["c@two", "a@one"]
    assert claim(ledger) == []


def test_the_next_of_a_channel_follows_when_the_first_ended(ledger):
    plan(ledger, line("b@one", -1), line("a@one", -2))
    (first,) = claim(ledger)
    publish(ledger, first)
    assert names(claim(ledger)) == ["b@one"]


def test_no_more_are_taken_than_there_is_room_for_the_longest_due_first(ledger):
    plan(ledger, *(line(f"p@c{n}", -n) for n in range(5)))
    assert names(claim(ledger, most=2)) == ["p@c4", "p@c3"]


def test_what_is_due_later_is_taken_on_the_second_and_told_before(ledger):
    plan(ledger, line("a@one", 5))
    assert claim(ledger) == []
    assert next_look(ledger.db, "acme") == NOW + timedelta(minutes=5)
    assert names(claim(ledger, NOW + timedelta(minutes=5))) == ["a@one"]


def test_two_that_ask_in_one_moment_never_get_the_same(ledger, opened):
    plan(ledger, *(line(f"p{n}@c{n % 20}", -n) for n in range(200)))
    found, gate = [], threading.Barrier(4)

    def work(number):
        own = opened(name=f"worker-{number}")
        gate.wait()
        idle = 0
        while idle < 20:
            taken = claim(own, most=5)
            idle = 0 if taken else idle + 1
            for one in taken:
                found.append(one.claim.delivery)
                publish(own, one)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(found) == Counter(f"p{n}@c{n % 20}" for n in range(200))


def test_nothing_is_taken_from_a_plan_of_another_version(ledger):
    plan(ledger, line("a@one", -1))
    assert claim(ledger, version=2) == []
    assert save_pauses(ledger.db, "acme", "[[pause]]\n")
    assert claim(ledger, version=1) == []
    assert claim(ledger, version=2) == []
    assert plan(ledger, line("a@one", -1), version=2)
    assert names(claim(ledger, version=2)) == ["a@one"]


def test_a_plan_for_an_older_version_is_not_kept(ledger):
    save_pauses(ledger.db, "acme", "[[pause]]\n")
    assert not plan(ledger, line("a@one", -1), version=1)
    assert ledger.db.read("SELECT count(*) FROM planned")[0][0] == 0


def test_nothing_is_taken_from_a_plan_that_nobody_renews(ledger):
    plan(ledger, line("a@one", -1))
    late = NOW + timedelta(seconds=GOOD + 1)
    assert claim(ledger, late) == []
    assert keep_good(ledger.db, "acme", 1, late, GOOD)
    assert names(claim(ledger, late)) == ["a@one"]


def test_what_a_person_holds_is_not_taken_and_what_she_releases_is(ledger):
    plan(ledger, line("a@one", -1), line("b@one", 0))
    kept = [Delivery("a", "one", "mastodon", due=NOW, at=NOW)]
    hold(ledger, kept)
    assert names(claim(ledger)) == ["b@one"]
    release(ledger, kept)
    plan(ledger, line("a@one", -1), line("b@one", 0, sending=True))
    assert claim(ledger) == []  # the channel is at b


def test_a_held_line_is_planned_and_not_taken(ledger):
    plan(ledger, line("a@one", -1, held="approval"))
    assert claim(ledger) == []
    assert next_look(ledger.db, "acme") is None


def test_what_is_cancelled_after_planning_is_not_taken(ledger):
    plan(ledger, line("a@one", -1))
    cancel(ledger, [Delivery("a", "one", "mastodon", due=NOW, at=NOW)], NOW)
    assert claim(ledger) == []


def test_a_planner_that_does_not_know_of_an_end_yet_revives_nothing(ledger):
    plan(ledger, line("a@one", -1))
    publish(ledger, claim(ledger)[0])
    plan(ledger, line("a@one", -1), line("b@two", -1))
    assert names(claim(ledger)) == ["b@two"]


def test_a_claim_whose_lease_is_over_is_taken_over_with_nothing_planned_anew(ledger, opened):
    plan(ledger, line("a@one", -1))
    (lost,) = claim(ledger)
    other = opened(name="two")
    after = NOW + LEASE + timedelta(seconds=1)
    assert claim(other, NOW + LEASE - timedelta(seconds=1)) == []
    (found,) = claim(other, after)
    assert (found.claim.delivery, found.claim.first) == ("a@one", False)
    assert not ledger.write(lambda c: renew(c, lost.claim, after, timedelta(seconds=10)))


def test_a_lease_that_is_extended_is_looked_at_when_it_ends(ledger):
    plan(ledger, line("a@one", -1))
    (held,) = claim(ledger)
    ledger.write(lambda c: renew(c, held.claim, NOW + timedelta(seconds=60), timedelta(seconds=10)))
    assert next_look(ledger.db, "acme") == NOW + timedelta(seconds=60) + LEASE


def test_a_delivery_that_is_to_be_tried_again_waits_and_lets_later_ones_pass(ledger):
    plan(ledger, line("a@one", -2), line("b@one", -1))
    (first,) = claim(ledger)
    again = NOW + timedelta(minutes=1)
    ledger.write(lambda c: ended(c, first.claim, RETRY, next_at=again, counted=True))
    (second,) = claim(ledger)
    assert second.claim.delivery == "b@one"
    publish(ledger, second)
    assert claim(ledger) == []
    (third,) = claim(ledger, again)
    assert (third.claim.delivery, third.claim.attempts) == ("a@one", 1)


def test_a_network_that_asks_to_wait_closes_the_channel_for_workers(ledger):
    plan(ledger, line("a@one", -2), line("b@one", -1))
    (first,) = claim(ledger)
    until = NOW + timedelta(minutes=10)
    ledger.write(lambda c: close_gate(c, first.claim, until))
    publish(ledger, first)
    assert claim(ledger) == []
    assert next_look(ledger.db, "acme") == until
    assert names(claim(ledger, until)) == ["b@one"]


def test_a_channel_that_was_stopped_says_so_until_somebody_logs_in(ledger):
    plan(ledger, line("a@one", -2))
    ledger.write(lambda c: stop_channel(c, "acme", "one", "refused", "key"))
    (taken,) = claim(ledger)
    assert (taken.stopped, taken.stopped_for) == ("refused", "key")
    ledger.write(lambda c: put_back(c, taken.claim))
    ledger.save_account("one", Account("@one"), NOW)
    assert claim(ledger)[0].stopped == ""


def test_what_is_put_back_is_as_it_was(ledger):
    plan(ledger, line("a@one", -2))
    (taken,) = claim(ledger)
    ledger.write(lambda c: put_back(c, taken.claim))
    assert ledger.record("a@one").state == "planned"
    (again,) = claim(ledger)
    ledger.write(lambda c: put_back(c, again.claim, NOW + timedelta(minutes=5)))
    assert ledger.record("a@one").state == "retry"  # somebody had it before: what became of that must be looked into
    assert claim(ledger) == []
    assert names(claim(ledger, NOW + timedelta(minutes=5))) == ["a@one"]


def test_what_ended_cannot_be_put_back(ledger):
    plan(ledger, line("a@one", -2))
    (taken,) = claim(ledger)
    publish(ledger, taken)
    ledger.write(lambda c: put_back(c, taken.claim, NOW + timedelta(minutes=5)))
    assert ledger.record("a@one").state == "published"


def test_a_channel_that_publish_is_at_is_left_alone(ledger, opened):
    cron = opened(name="cron")
    plan(ledger, line("a@one", -2), line("b@one", -1))
    wanted = Delivery("a", "one", "mastodon", due=NOW, at=NOW)
    cron.write(lambda c: take(c, "acme", wanted, cron.alive.owner, NOW, "digest", "key", cron.alive.is_alive))
    assert claim(ledger) == []


def test_channels_that_a_worker_cannot_serve_are_left_to_others(ledger):
    plan(ledger, line("a@one", -2), line("b@two", -1))
    assert names(claim(ledger, shut=["one"])) == ["b@two"]
    assert names(claim(ledger)) == ["a@one"]


def test_two_calendars_share_nothing_though_their_names_are_alike(ledger, opened):
    other = opened("other")
    sync(other)
    plan(ledger, line("a@one", -2))
    plan(other, line("a@one", -2))
    publish(ledger, claim(ledger)[0])
    assert names(claim(other)) == ["a@one"]
    plan(ledger)
    assert other.db.read("SELECT count(*) FROM planned WHERE calendar = 'other'")[0][0] == 1


def test_a_plan_that_was_emptied_is_filled_again(ledger):
    plan(ledger, line("a@one", -2))
    ledger.write(lambda c: (c.execute("DELETE FROM planned", {}), c.execute("DELETE FROM lane", {})))
    assert claim(ledger) == []
    plan(ledger, line("a@one", -2))
    assert names(claim(ledger)) == ["a@one"]


def test_what_ends_or_is_decided_tells_the_planner(ledger):
    plan(ledger, line("a@one", -2))
    before = changes(ledger.db)
    publish(ledger, claim(ledger)[0])
    assert changes(ledger.db) > before
