"""Two machines that change one delivery in the same moment: nothing that was sent, and nothing that a person decided, is lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from smm_cli.delivery.shared_claims import read
from smm_cli.errors import LedgerError
from smm_cli.ledger.intake import take_in, write_out
from smm_cli.ledger.people import cancel, hold, release
from smm_cli.ledger.progress import UNTOUCHED, read_progress, text_of
from smm_cli.ledger.receipts import receipt_text, write_receipt
from smm_cli.words.delivery import Delivery, PartReceipt, Receipt

LAUNCH = Delivery("launch", "one", "mastodon")


def one_post(team, text="Hello."):
    team.channel("one")
    team.post("launch", text)
    team.push()


def decides(machine, verb, *more, hears=True):
    """A person at this machine; `hears`: knowing what the remote has."""
    with machine.runner() as runner:
        if hears:
            runner.hear()
        assert verb(runner.ledger, [LAUNCH], *more) == ["launch@one"]


def elsewhere(act, *arguments):
    """Do it while a tick is under way here."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act, *arguments).result()


@pytest.mark.parametrize("dead", [False, True])
def test_a_hold_that_comes_while_its_post_is_sent_forgets_nothing_that_was_sent(team, fault, dies, dead):
    one_post(team)
    fault("one", kind="silence_after", method="POST", path="statuses", times=1)
    server, laptop = team.clone("server"), team.clone("laptop")

    class Course(dies):
        def step(self, name):
            if name == "before a claim" and self.names.count(name) == 1:  # the second: about to say that it is being sent
                elsewhere(decides, laptop, hold)
            if dead and name.startswith("after POST") and "statuses" in name:
                self.at = len(self.names) + 1
            super().step(name)

    server.tick(Course())
    assert len(team.public("one")) == 1
    server.tick()
    assert json.loads(team.git(team.remote, "show", "smm:progress/launch@one.json"))["held"] == 1
    decides(laptop, release)
    for _ in range(4):
        team.later(minutes=70)
        server.tick()
        laptop.tick()
    assert len(team.public("one")) == 1
    assert server.states() == laptop.states() == {"launch@one": "published"}


@pytest.mark.parametrize("who", ["server", "laptop"])
def test_a_first_hold_and_a_first_attempt_both_count(team, fault, who):
    one_post(team)
    fault("one", kind="status", method="POST", status=503, times=None, commits=None, path="statuses")
    server, laptop = team.clone("server"), team.clone("laptop")
    laptop.runner().ledger.close()
    team.remote.rename(team.folder / "away.git")
    with laptop.runner() as runner:
        assert hold(runner.ledger, [LAUNCH]) == ["launch@one"]
        runner._counter = None  # nobody could be told
    (team.folder / "away.git").rename(team.remote)
    server.tick()
    laptop.tick()
    for _ in range(3):
        team.later(minutes=70)
        server.tick()
        laptop.tick()
    kept = json.loads(team.git(team.remote, "show", "smm:progress/launch@one.json"))
    assert (kept["held"], kept["attempts"]) == (1, 1)


def test_what_was_cancelled_while_another_machine_failed_stays_cancelled(team, fault):
    one_post(team)
    fault("one", kind="status", method="POST", status=503, times=1, commits=None, path="statuses")
    server, laptop = team.clone("server"), team.clone("laptop")
    laptop.runner().ledger.close()
    server.tick()
    assert team.progress() == ["progress/launch@one.json"]
    decides(laptop, cancel, team.start, hears=False)
    for _ in range(2):
        team.later(minutes=70)
        laptop.tick()
        server.tick()
    assert laptop.states() == server.states() == {"launch@one": "cancelled"}
    assert team.public("one") == []
    assert team.progress() == []


@pytest.mark.parametrize(("verb", "state"), [(hold, "retry"), (cancel, "cancelled")])
def test_what_a_person_decided_outlives_the_end_of_a_dead_runner_s_claim(team, dies, verb, state):
    one_post(team)
    server, laptop = team.clone("server"), team.clone("laptop")

    class Dies(dies):
        def step(self, name):
            if name.startswith("before POST") and "/statuses" in name:
                self.at = len(self.names) + 1
            super().step(name)

    assert server.tick(Dies()) is None
    assert team.refs() == ["refs/smm/claims/one"]
    decides(laptop, verb, *([team.start] if verb is cancel else []))
    for _ in range(3):
        team.later(minutes=70)
        laptop.tick()
    assert team.public("one") == []
    assert team.refs() == []
    assert laptop.states() == {"launch@one": state}


def test_a_receipt_that_comes_while_a_person_undoes_hers_is_taken_in_and_never_removed(team):
    one_post(team)
    machine = team.clone("machine")
    other = Receipt(
        "launch@one",
        "launch",
        "one",
        "mastodon",
        "published",
        team.start,
        runner="other#1",
        parts=(PartReceipt("1", "https://one.example/1"),),
    )
    with machine.runner() as runner:
        cancel(runner.ledger, [LAUNCH], team.start)
        write_out(runner.ledger, runner.calendar.receipts)
        release(runner.ledger, [LAUNCH])
        place = write_receipt(runner.calendar.receipts, other)  # another process of this machine brings it
        take_in(runner.ledger, runner.calendar.receipts)
        write_out(runner.ledger, runner.calendar.receipts)
        take_in(runner.ledger, runner.calendar.receipts)
        assert place.read_text() == receipt_text(other)
        assert runner.ledger.record("launch@one").state == "published"


GOOD = {
    **UNTOUCHED,
    "format": 1,
    "delivery": "launch@one",
    "post": "launch",
    "channel": "one",
    "occurrence": "",
    "state": "retry",
    "due_at": 1,
    "next_at": 2,
    "attempts": 1,
}
PART = {
    **dict.fromkeys(("part", "intent_n", "done"), 0),
    **dict.fromkeys(("intent", "credential", "receipt"), ""),
    **dict.fromkeys(("intent_at", "first_intent_at", "public_at", "wait_step", "wait_until")),
}
WRONG = [
    *({"state": state} for state in ("published", 3)),
    *({"delivery": "other@one"}, {"occurrence": "../.."}, {"attempts": None}, {"held": "no"}, {"note": None}),
    *({"next_at": "soon"}, {"due_at": 10**30}, {"next_at": 10**17}),
    *({"payload": payload} for payload in (7, "{}", "[1]", "{")),
    *({"parts": parts} for parts in ([3], [{}], [PART, PART], [{**PART, "part": "x"}], [{**PART, "intent_at": True}])),
    *({"parts": [{**PART, **part}]} for part in ({"intent": "{"}, {"receipt": "[]"}, {"intent": "[1]", "intent_at": 1})),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_progress_with_what_nobody_could_have_written_is_no_progress(wrong):
    assert read_progress(text_of({**GOOD, "parts": [PART]}).encode(), "") == {**GOOD, "parts": [PART]}
    with pytest.raises(LedgerError, match="cannot be read"):
        read_progress(text_of({**GOOD, **wrong}).encode(), "progress/launch@one.json")


CLAIM = {
    "format": 1,
    "state": "sending",
    "owner": "other#1.2.3",
    "delivery": "launch@one",
    "at": "",
    "until": "2026-11-24T09:03:00+00:00",
    "part": 0,
}
ODD = [
    *({"until": until} for until in ("2026-11-24T09:03:00", "9999-12-31T23:59:59+00:00", 3)),
    *({"part": float("inf")}, {"progress": 3}, {"progress": {**GOOD, "parts": [3]}}, {"deep": None}, {"format": 2}),
]


@pytest.mark.parametrize("odd", ODD)
def test_a_claim_with_what_nobody_could_have_written_is_one_without_end(odd):
    text = json.dumps({**CLAIM, **odd})
    if "deep" in odd:
        text = text.replace("null", "[" * 100_000)
    assert read("0" * 40, "one", f"sending\n\n{json.dumps(CLAIM)}\n").until is not None
    assert read("0" * 40, "one", f"sending\n\n{text}\n").until is None
