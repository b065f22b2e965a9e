"""What people decide: hold, release, retry, cancel, resolve, each with its undo."""

from __future__ import annotations

import pytest

from smm_cli.errors import UsageError
from smm_cli.ledger import people
from smm_cli.ledger.claims import Claim
from smm_cli.ledger.journal import PUBLISH, open_intent, publish_part
from smm_cli.ledger.outcomes import ended, freeze, receipt_in
from smm_cli.words.delivery import PartReceipt

NAME = "launch@blog"


def test_a_held_delivery_cannot_be_claimed_until_it_is_released(opened, delivery, claimed):
    ledger = opened()
    assert people.hold(ledger, [delivery()]) == [NAME]
    assert claimed(ledger) is None
    assert people.release(ledger, [delivery()]) == [NAME]
    assert isinstance(claimed(ledger), Claim)


def test_what_is_being_sent_is_nobodys_to_decide_about(opened, delivery, claimed, now):
    ledger, other = opened("one"), opened("two")
    claimed(ledger)
    assert people.hold(other, [delivery()]) == []
    assert people.cancel(other, [delivery()], now) == []
    assert people.retry(other, [delivery()]) == []
    with pytest.raises(UsageError):
        people.resolve(other, delivery(), None, now)


@pytest.mark.parametrize("verb", ["hold", "cancel", "retry", "release"])
def test_what_a_dead_process_was_sending_can_be_decided_about(opened, delivery, claimed, now, dies, verb):
    dead, ledger = opened("one"), opened("two")
    claimed(dead)
    dies(dead)
    done = people.cancel(ledger, [delivery()], now) if verb == "cancel" else getattr(people, verb)(ledger, [delivery()])
    assert done == [NAME]


def test_what_may_be_public_is_not_cancelled(opened, delivery, claimed, now):
    ledger = opened()
    claim = claimed(ledger)
    key = ledger.journal.key(NAME, PUBLISH, 0)
    ledger.write(lambda c: (open_intent(c, key, 0, "{}", now, "key"), ended(c, claim, "retry")))
    assert people.cancel(ledger, [delivery()], now) == []
    assert ledger.record(NAME).state == "retry"


def test_the_receipt_of_a_cancelled_rest_names_the_parts_that_are_public(opened, delivery, claimed, now):
    ledger = opened()
    claim = claimed(ledger)
    part = PartReceipt("1", "https://blog.example/1", at=now)
    ledger.write(
        lambda c: (publish_part(c, ledger.journal.key(NAME, PUBLISH, 0), now, part, True), ended(c, claim, "failed", public=1, total=3))
    )
    assert people.cancel(ledger, [delivery()], now) == [NAME]
    assert ledger.write(lambda c: receipt_in(c, "acme", NAME)).parts == (part,)


def test_retry_gives_a_failed_one_all_its_attempts_anew(opened, delivery, claimed):
    ledger = opened()
    claim = claimed(ledger)
    ledger.write(lambda c: ended(c, claim, "failed", counted=True))
    assert people.retry(ledger, [delivery()]) == [NAME]
    again = claimed(ledger)
    assert (again.attempts, again.anew) == (0, True)


def unknown(ledger, claimed, now, *, public=(), total=1):
    claim = claimed(ledger)

    def act(c):
        freeze(c, claim, "{}")
        for n in public:
            publish_part(c, ledger.journal.key(NAME, PUBLISH, n), now, PartReceipt(str(n), f"https://blog.example/{n}"), True)
        open_intent(c, ledger.journal.key(NAME, PUBLISH, len(public)), 0, "{}", now, "key")
        ended(c, claim, "unknown", public=len(public), total=total)

    ledger.write(act)


def test_an_unknown_one_said_to_be_public_is_published_at_its_address(opened, delivery, claimed, now):
    ledger = opened()
    unknown(ledger, claimed, now)
    people.resolve(ledger, delivery(), "https://blog.example/9", now)
    assert (ledger.record(NAME).state, ledger.record(NAME).url) == ("published", "https://blog.example/9")
    receipt = ledger.write(lambda c: receipt_in(c, "acme", NAME))
    assert (receipt.state, receipt.note) == ("published", "said by a person")
    assert claimed(ledger) is None
    with pytest.raises(UsageError):
        people.resolve(ledger, delivery(), None, now)


def test_an_unknown_one_said_not_to_be_public_is_sent_again(opened, delivery, claimed, now):
    ledger = opened()
    unknown(ledger, claimed, now)
    people.resolve(ledger, delivery(), None, now)
    assert ledger.record(NAME).state == "retry"
    assert ledger.journal.load(NAME, PUBLISH)[0].intent == ""
    assert isinstance(claimed(ledger), Claim)


def test_the_rest_of_a_thread_goes_on_after_its_unknown_part_was_found(opened, delivery, claimed, now):
    ledger = opened()
    unknown(ledger, claimed, now, public=(0,), total=3)
    people.resolve(ledger, delivery(), "https://blog.example/@me/77", now)
    assert ledger.record(NAME).state == "retry"
    second = ledger.journal.load(NAME, PUBLISH)[1]
    assert (second.done, second.receipt.id, second.intent) == (True, "77", "")


def test_an_unknown_last_part_that_was_found_ends_the_thread_with_all_its_parts(opened, delivery, claimed, now):
    ledger = opened()
    unknown(ledger, claimed, now, public=(0,), total=2)
    people.resolve(ledger, delivery(), "https://blog.example/@me/77", now)
    assert ledger.record(NAME).state == "published"
    assert [part.id for part in ledger.write(lambda c: receipt_in(c, "acme", NAME)).parts] == ["0", "77"]


def test_a_part_that_is_public_under_no_known_id_can_be_said_not_to_be(opened, delivery, claimed, now):
    """A server said yes, without an id: a person looked, and it is not there."""
    ledger = opened()
    claim = claimed(ledger)
    ledger.write(lambda c: (publish_part(c, ledger.journal.key(NAME, PUBLISH, 0), now, None, False), ended(c, claim, "unknown")))
    people.resolve(ledger, delivery(), None, now)
    assert ledger.journal.load(NAME, PUBLISH)[0].public_at is None
