"""What two machines know of one delivery, brought together; and what is kept of it in the repository."""

from __future__ import annotations

import json

import pytest

from smm_cli.calendar.git_branch import Mirror
from smm_cli.calendar.git_refs import Move, known, listing, make_commits, push, refusal
from smm_cli.errors import LedgerError
from smm_cli.ledger.progress import PART, UNTOUCHED, merged, read_progress, slow_hash, text_of

KEYS = {
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


def progress(**changes):
    return text_of({**KEYS, **changes}).encode()


def test_a_hold_here_and_an_attempt_there_both_count():
    found = read_progress(merged(progress(), progress(held=1), progress(attempts=2, next_at=9), over=False), "")
    assert (found["held"], found["attempts"], found["next_at"]) == (1, 2, 9)


def test_where_both_changed_one_thing_the_branch_is_right():
    assert read_progress(merged(progress(), progress(attempts=2), progress(attempts=3), over=False), "")["attempts"] == 3


def test_what_has_a_receipt_needs_no_progress():
    assert merged(progress(), progress(held=1), progress(attempts=2), over=True) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", b'{"format": 2}', progress(post="../etc"), progress(parts=3)])
def test_progress_that_cannot_be_read_stops_and_is_named(data):
    with pytest.raises(LedgerError, match="cannot be read") as told:
        read_progress(data, "progress/launch@one.json")
    assert told.value.where == "progress/launch@one.json"


def test_of_a_credential_only_a_slow_hash_is_told():
    hashed = slow_hash("0123456789abcdef", "one")
    assert "0123456789abcdef" not in hashed
    assert slow_hash(hashed, "one") == hashed, "hashed once"
    assert slow_hash("0123456789abcdef", "two") != hashed


def test_no_secret_and_no_answer_stands_in_what_is_pushed(team, fault):
    team.channel("one")
    fault("one", kind="silence_after", method="POST", path="statuses", times=1)
    team.post("launch", "First.\n\n---\n\nSecond.")
    team.push()
    team.clone("machine").tick()
    kept = json.loads(team.git(team.remote, "show", "smm:progress/launch@one.json"))
    assert kept["parts"][0]["intent"]
    assert kept["parts"][0]["credential"].startswith("scrypt:")
    assert "sandbox" not in json.dumps(kept), "the secret of the fake"
    assert set(kept["parts"][0]) == {"part", *PART}
    assert not {"answer", "entries", "exchange"} & set(PART)


def test_two_pushes_of_one_moment_win_each_ref_once(team):
    team.channel("one")
    team.push()
    first, second = team.clone("first"), team.clone("second")
    made = [make_commits(one.root, [f"{one.root.name} {n}" for n in range(20)], team.start) for one in (first, second)]
    moves = [[Move(f"refs/smm/claims/c{n}", "", oid) for n, oid in enumerate(oids)] for oids in made]
    said = [push(first.root, "origin", moves[0][:12]), push(second.root, "origin", moves[1])]
    there = listing(first.root, "origin", ["refs/smm/*"])
    assert [there[f"refs/smm/claims/c{n}"] for n in range(20)] == made[0][:12] + made[1][12:]
    assert [refusal(one) for one in said] == ["", ""], "somebody was quicker: no refusal"


def test_what_a_commit_says_comes_back_as_it_was(team):
    team.channel("one")
    team.push()
    machine = team.clone("machine")
    [oid] = make_commits(machine.root, ['sending launch@one part 1\n\n{"a": "ä — \\u0000"}\n'], team.start)
    team.git(machine.root, "update-ref", "refs/smm/x", oid)
    assert known(machine.root, "refs/smm/") == {"refs/smm/x": (oid, 'sending launch@one part 1\n\n{"a": "ä — \\u0000"}\n')}


def test_the_copy_of_the_branch_keeps_what_is_new_on_both_sides(team):
    team.channel("one")
    team.push()
    machine = team.clone("machine")
    mirror = Mirror(machine.root, machine.root / ".smm" / "shared")
    (mirror.folder / "receipts" / "a").mkdir(parents=True)
    (mirror.folder / "receipts" / "a" / "one.toml").write_text("mine")
    tip = mirror.commit(mirror.news(), "", "first")
    mirror.merge(tip, "", None)
    assert mirror.news() == {}
    other = Mirror(machine.root, machine.root / ".smm" / "other")
    assert other.merge(tip, "", None) == ["receipts/a/one.toml"]
    (other.folder / "receipts" / "a" / "one.toml").write_text("theirs")
    (other.folder / "receipts" / "b.toml").write_text("new")
    later = other.commit(other.news(), "", "second")
    (mirror.folder / "receipts" / "a" / "one.toml").write_text("mine again")
    (mirror.folder / "receipts" / "c.toml").write_text("own")
    asked = []
    mirror.merge(later, "", lambda *about: asked.append(about) or b"resolved")
    assert asked == [("receipts/a/one.toml", b"mine", b"mine again", b"theirs")]
    assert (mirror.folder / "receipts" / "a" / "one.toml").read_text() == "resolved"
    assert (mirror.folder / "receipts" / "b.toml").read_text() == "new"
    assert sorted(mirror.news()) == ["receipts/a/one.toml", "receipts/c.toml"]
    (mirror.folder / "receipts" / "b.toml").unlink()
    assert mirror.news()["receipts/b.toml"] == ""


def test_a_claim_of_another_format_blocks_its_channel_and_is_told(team):
    team.channel("one")
    team.channel("two")
    team.post("launch")
    team.push()
    machine = team.clone("machine")
    [oid] = make_commits(machine.root, ['sending launch@one part 1\n\n{"format": 99}\n'], team.start)
    team.git(machine.root, "push", "--quiet", "origin", f"{oid}:refs/smm/claims/one")
    outcomes = {outcome.delivery: outcome for outcome in machine.tick().outcomes}
    assert outcomes["launch@one"].state == "held"
    assert "cannot be read" in outcomes["launch@one"].note
    assert outcomes["launch@two"].state == "published"
    assert "--delete refs/smm/claims/one" in machine.smm("status").stdout
