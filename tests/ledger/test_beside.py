"""What stands beside deliveries: announcements, alerts, capabilities, accounts, waits, corrections; alike on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smm_cli.errors import LedgerError
from smm_cli.ledger import alerts, corrections
from smm_cli.ledger.announcements import LONGEST, announce_again, announce_later, announced, next_announcement, to_announce
from smm_cli.ledger.journal import PUBLISH, Entry, drop_from, forget_exchanges, open_intent, publish_part, record_answer, record_wait
from smm_cli.ledger.outages import outages, remember
from smm_cli.ledger.outcomes import published
from smm_cli.ledger.soundness import oddities
from smm_cli.ledger.vault import Vault
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import Answer
from smm_cli.words.outage import Outage

NAME = "launch@blog"
HOUR = timedelta(hours=1)


def test_addresses_are_told_of_once_later_or_never(opened, now):
    ledger = opened()
    announce_later(ledger, "blog", ["https://b.example/2", "https://b.example/1"], now)
    announce_later(ledger, "blog", [], now)
    announce_later(ledger, "blog", ["https://b.example/1"], now)
    assert to_announce(ledger, now) == {"blog": ["https://b.example/1", "https://b.example/2"]}
    announced(ledger, "blog", ["https://b.example/2"])
    announce_again(ledger, "blog", now)
    assert to_announce(ledger, now) == {}
    assert next_announcement(ledger) > now
    announce_again(ledger, "blog", now + LONGEST + HOUR)
    assert next_announcement(ledger) is None


def test_people_are_told_once_and_tried_again(opened, now):
    ledger = opened()
    alerts.add(ledger, {"failed": now}, ["ada", "bob"], now)
    alerts.add(ledger, {"failed": now - HOUR}, ["ada"], now)
    alerts.told(ledger, "ada", ["failed"], now)
    first = alerts.not_reached(ledger, "bob", ["failed"], now)
    assert alerts.not_reached(ledger, "bob", ["failed"], now) - now == 2 * (first - now)
    assert [(one.recipient, one.since, one.told_at) for one in alerts.tellings(ledger)] == [("ada", now, now), ("bob", now, None)]
    alerts.forget(ledger, ["failed"])
    assert alerts.tellings(ledger) == []


def test_capabilities_are_kept_until_the_delivery_is_over(opened, now):
    ledger, other = opened("one"), opened("two")
    vault = Vault(ledger, NAME)
    vault["b"], vault["a"] = "1", "2"
    vault["b"] = "3"
    assert dict(Vault(other, NAME)) == {"a": "2", "b": "3"}
    del vault["a"]
    assert list(Vault(other, NAME)) == ["b"]
    ledger.write(lambda c: forget_exchanges(c, "acme", NAME, PUBLISH))
    assert dict(Vault(other, NAME)) == {}


def test_an_account_is_remembered_and_lifts_a_stop(opened, now):
    ledger, other = opened("one"), opened("two")
    account = Account("@ada", "1", "Ada", "https://x.example/@ada", "mastodon", "4.3", {"text": 500}, now + HOUR, {"bot": "no"})
    assert ledger.account("blog") is None
    ledger.save_account("blog", account, now)
    ledger.save_account("blog", account, now + HOUR)
    found = other.account("blog")
    assert (found.handle, found.limits, found.expires_at, found.checked_at) == ("@ada", {"text": 500}, now + HOUR, now + HOUR)


def test_what_posts_wait_for_keeps_since_when_it_is_so(opened, now):
    ledger = opened()
    ledger.save_wait("launch", False, now)
    ledger.save_wait("launch", False, now + HOUR)
    assert ledger.waits() == {"launch": (False, now + HOUR, now)}
    ledger.save_wait("launch", True, now + 2 * HOUR)
    assert ledger.waits() == {"launch": (True, now + 2 * HOUR, now + 2 * HOUR)}


def test_runners_are_listed_the_last_first(opened, now):
    one, two = opened("one"), opened("two")
    one.ticked(now)
    two.ticked(now + HOUR)
    one.ticked(now + HOUR / 2)
    assert [(tick.runner.partition("#")[0], tick.at) for tick in one.ticks()] == [("two", now + HOUR), ("one", now + HOUR / 2)]


def test_a_journal_is_read_as_it_was_written(opened, claimed, now):
    ledger, other = opened("one"), opened("two")
    claimed(ledger)
    key = ledger.journal.key(NAME, PUBLISH, 0)

    def act(c):
        record_answer(c, key, Entry(0, "f0", Answer(200, {"a": "b"}, {"text": "Grüße \0 \U0001f600 \ud83d"}), now + HOUR))
        record_answer(c, key, Entry(1, "f1", Answer(201, {}, None), None))
        record_answer(c, key, Entry(1, "f2", Answer(202, {}, None), None))
        record_wait(c, key, 3, now + HOUR)
        open_intent(c, key, 2, '{"n": 1}', now, "key")
        open_intent(c, key, 2, '{"n": 2}', now + HOUR, "key")

    ledger.write(act)
    part = other.journal.load(NAME, PUBLISH)[0]
    assert [(entry.n, entry.fingerprint, entry.answer.status) for entry in part.entries.values()] == [(0, "f0", 200), (1, "f2", 202)]
    assert part.entries[0].answer.body == {"text": "Grüße \0 \U0001f600 \ud83d"}
    assert (part.intent, part.intent_at, part.first_intent_at, part.wait_step) == ('{"n": 2}', now + HOUR, now, 3)
    ledger.write(lambda c: (drop_from(c, key, 1), publish_part(c, key, now, PartReceipt("7", "https://b.example/7"), False)))
    ledger.write(lambda c: publish_part(c, key, now + HOUR, None, True))
    part = other.journal.load(NAME, PUBLISH)[0]
    assert (list(part.entries), part.intent, part.public_at, part.receipt.id, part.done) == ([0], "", now, "7", True)


def test_the_attempts_of_a_delivery_are_listed_in_their_order(opened, claimed, now):
    from smm_cli.ledger.outcomes import log_attempt

    ledger = opened()
    claim = claimed(ledger)
    for minutes in (2, 1, 3):
        ledger.write(lambda c, m=minutes: log_attempt(c, claim, now + timedelta(minutes=m), 0, "slug", f"{m}%  'quoted' :name"))
    assert [attempt.note[0] for attempt in ledger.attempts(NAME)] == ["1", "2", "3"]
    assert ledger.attempts(NAME)[0].note == "1%  'quoted' :name"


def test_a_correction_is_noted_forgotten_and_sent_anew(opened, claimed, now):
    ledger = opened()
    claim = claimed(ledger)
    receipt = Receipt(NAME, "launch", "blog", "site", "published", now, parts=(PartReceipt("1", "https://b.example/1"),))
    ledger.write(lambda c: published(c, claim, receipt, 1))
    key = ledger.journal.key(NAME, "edit", 0)
    assert ledger.write(lambda c: corrections.begin(c, key, "digest", "text"))
    assert corrections.on_its_way(ledger, NAME, "edit") == ("digest", "text")
    ledger.write(lambda c: open_intent(c, key, 0, "{}", now, "key"))
    assert not ledger.write(lambda c: corrections.begin(c, key, "another")), "of the first it is not known whether it arrived"
    ledger.write(lambda c: corrections.end(c, key, receipt, "digest"))
    assert corrections.ended_with(ledger, NAME, "edit") == "digest"
    ledger.write(lambda c: corrections.send_anew(c, "acme", receipt, now))
    assert (ledger.record(NAME).state, corrections.ended_with(ledger, NAME, "edit")) == ("retry", "")


def test_what_does_not_hold_together_is_told(opened, claimed, now):
    ledger = opened()
    claimed(ledger)
    ledger.write(lambda c: open_intent(c, ledger.journal.key("gone@blog", PUBLISH, 0), 0, "{}", now, "key"))
    Vault(ledger, "away@blog")["x"] = "1"
    found = oddities(ledger, now)
    assert (found.lost_intents, found.orphans, found.left, found.others) == (("gone@blog",), ("away@blog",), (), ())


def test_a_statement_that_is_wrong_is_a_ledger_error_and_the_next_one_works(opened, now):
    ledger = opened()
    for wrong in ("SELECT nothing FROM nowhere", "UPDATE delivery SET", "INSERT INTO tick (calendar) VALUES ('acme')"):
        with pytest.raises(LedgerError) as said:
            ledger.write(lambda c, sql=wrong: c.execute(sql))
        assert said.value.exit_code == 7
    with pytest.raises(LedgerError):
        ledger.db.read("SELECT nothing FROM nowhere")
    with pytest.raises(LedgerError):
        ledger.db.look(lambda c: c.execute("SELECT nothing FROM nowhere"))
    ledger.ticked(now)
    assert len(ledger.ticks()) == 1


def test_what_an_act_raises_is_raised_and_undone(opened, now):
    ledger = opened()

    def act(c):
        c.execute("INSERT INTO tick (calendar, runner, at) VALUES ('acme', 'x', 1)")
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ledger.write(act)
    assert ledger.ticks() == []


def test_a_look_does_not_change_while_it_is_taken(opened, now):
    ledger, other = opened("one"), opened("two")

    def act(c):
        before = c.execute("SELECT count(*) AS n FROM tick").fetchone()["n"]
        other.ticked(now)
        return before, c.execute("SELECT count(*) AS n FROM tick").fetchone()["n"]

    assert ledger.db.look(act) == (0, 0)
    assert len(ledger.ticks()) == 1


def test_an_outage_is_known_to_all_and_the_first_that_tells_of_it_is_right(opened, now):
    one, other = opened("one"), opened("two")
    remember(one, Outage(now - HOUR, now))
    remember(other, Outage(now - HOUR, now + HOUR))
    assert outages(other) == [Outage(now - HOUR, now)]
    year = now + timedelta(days=400)
    remember(other, Outage(year - HOUR, year))
    assert outages(one) == [Outage(year - HOUR, year)], "what is long over is forgotten"
