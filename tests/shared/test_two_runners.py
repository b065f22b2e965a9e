"""Two machines that share nothing but a remote."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.calendar.git_notes import write_note
from smm_cli.calendar.git_refs import make_commits
from smm_cli.calendar.model import Pause
from smm_cli.clock import SetClock
from smm_cli.delivery.pauses import NAME, REF, written
from smm_cli.delivery.shared_claims import written as claim_text
from smm_cli.delivery.tick import tick
from smm_cli.errors import ConfigError
from smm_cli.ledger.receipts import receipt_text
from smm_cli.words.delivery import Delivery, PartReceipt, Receipt

LOOKS = (
    ("status", "--porcelain=v2", "--branch", "--untracked-files=all"),
    ("for-each-ref", "refs/heads", "refs/tags"),
    ("diff", "--cached"),
    ("rev-parse", "HEAD"),
)
"""What a person sees of her own clone."""


def test_what_one_published_the_other_knows_and_does_not_repeat(team):
    team.channel("one")
    team.post("launch")
    team.push()
    laptop, server = team.clone("laptop"), team.clone("server")
    assert [outcome.state for outcome in laptop.tick().outcomes] == ["published"]
    assert len(team.public("one")) == 1
    assert list(team.receipts()) == ["receipts/launch/one.toml"]
    assert team.refs() == []
    assert server.tick().outcomes == ()
    assert len(team.public("one")) == 1
    assert server.states() == {"launch@one": "published"}


def test_a_person_s_work_tree_index_and_branches_stay_as_they_are(team):
    team.channel("one")
    team.post("launch")
    team.push()
    laptop = team.clone("laptop")
    (laptop.root / "posts" / "draft.md").write_text("mine")
    (laptop.root / "notes.txt").write_text("staged")
    team.git(laptop.root, "add", "notes.txt")
    before = [team.git(laptop.root, *asked) for asked in LOOKS]
    laptop.tick()
    assert len(team.public("one")) == 1
    assert [team.git(laptop.root, *asked) for asked in LOOKS] == before


def test_two_runners_racing_on_sixty_channels_send_each_once(team):
    names = [f"c{n}" for n in range(60)]
    for name in names:
        team.channel(name, "webhook")
    team.post("launch")
    team.push()
    first, second = team.clone("first"), team.clone("second")

    async def both(one, other):
        return await asyncio.gather(tick(one), tick(other))

    with first.runner() as one, second.runner() as other:
        ticked = asyncio.run(both(one, other))
    states = [outcome.state for each in ticked for outcome in each.outcomes]
    assert Counter(states)["published"] == 60, Counter(states)
    assert [len(team.public(name)) for name in names] == [1] * 60
    assert len(team.receipts()) == 60
    assert team.refs() == []


def test_two_processes_in_one_clone_and_one_elsewhere_send_each_once(team):
    names = [f"c{n}" for n in range(6)]
    for name in names:
        team.channel(name, "webhook")
    for post in ("first", "second"):
        team.post(post)
    team.push()
    here, there = team.clone("here"), team.clone("there")

    async def all_of_them(*runners):
        return await asyncio.gather(*(tick(runner) for runner in runners))

    with here.runner() as one, here.runner() as two, there.runner() as three:
        asyncio.run(all_of_them(one, two, three))
    here.tick()
    there.tick()
    for name in names:
        assert len(team.public(name)) == 2, name
    assert len(team.receipts()) == 12
    assert team.refs() == []


def test_a_plan_that_is_stale_when_the_claim_is_won_sends_nothing(team):
    """B plans; A claims, publishes, pushes the receipt and lets go; then B claims a ref that is free."""
    team.channel("one")
    team.post("launch")
    team.push()
    first, second = team.clone("first"), team.clone("second")

    async def late(runner):
        await runner.shared.look()
        plan = [Delivery("launch", "one", "mastodon", at=team.start)]
        with first.runner() as other:
            await tick(other)
        gate = await runner.shared.claim(plan[0], "")
        return gate, runner.ledger.record("launch@one")

    with second.runner() as runner:
        gate, record = asyncio.run(late(runner))
    assert gate is None, "the ref was free"
    assert record.state == "published", "and what happened meanwhile was taken in before anything is sent"


@pytest.mark.parametrize("what", ["edit", "pause"])
def test_what_changes_between_plan_and_claim_is_honoured(team, what):
    team.channel("one")
    team.post("launch", "Before.")
    team.push()
    machine = team.clone("machine")

    async def course(runner):
        shared = runner.shared
        real = shared.claim

        async def claim(delivery, digest):
            shared.claim = real
            if what == "edit":
                team.post("launch", "After.")
                team.push()
            else:
                write_note(team.author, REF, NAME, written([Pause("stop")]), "pause")
            return await real(delivery, digest)

        shared.claim = claim
        return await tick(runner)

    with machine.runner() as runner:
        ticked = asyncio.run(course(runner))
    said = [posted.text for posted in team.public("one")]
    if what == "edit":
        assert said == ["After."]
        assert [outcome.state for outcome in ticked.outcomes] == ["published"]
    else:
        assert said == []
        assert ticked.outcomes == ()
    assert team.refs("refs/smm/claims/") == []


def test_a_hold_on_one_machine_is_a_hold_on_all_and_so_is_its_release(team):
    team.channel("one")
    team.post("launch")
    team.push()
    laptop, server = team.clone("laptop"), team.clone("server")
    done = laptop.smm("queue", "hold", "launch@one")
    assert done.returncode == 0, done.stderr
    assert team.progress() == ["progress/launch@one.json"]
    assert server.tick().outcomes == ()
    assert team.public("one") == []
    assert laptop.smm("queue", "release", "launch@one").returncode == 0
    assert [outcome.state for outcome in server.tick().outcomes] == ["published"]
    assert team.progress() == []


def test_what_is_cancelled_elsewhere_is_cancelled_and_can_be_brought_back(team):
    team.channel("one")
    team.post("launch")
    team.push()
    laptop, server = team.clone("laptop"), team.clone("server")
    assert laptop.smm("queue", "cancel", "launch@one").returncode == 0
    assert server.tick().outcomes == ()
    assert server.states() == {"launch@one": "cancelled"}
    assert laptop.smm("queue", "release", "launch@one").returncode == 0
    assert [outcome.state for outcome in server.tick().outcomes] == ["published"]
    assert len(team.public("one")) == 1


def test_a_failure_is_a_file_and_its_attempts_count_for_all(team, fault):
    team.channel("one")
    fault("one", kind="status", method="POST", status=503, times=None, commits=None, path="statuses")
    team.post("launch")
    team.push()
    machines = [team.clone(name) for name in ("a", "b", "c")]
    outcomes = []
    for n in range(30):
        outcomes += machines[n % 3].tick().outcomes
        team.later(minutes=70)
        if machines[n % 3].states()["launch@one"] in ("failed", "unknown"):
            break
    assert 1 < len(outcomes) <= 6, [(outcome.state, outcome.note) for outcome in outcomes]
    kept = json.loads(team.git(team.remote, "show", "smm:progress/launch@one.json"))
    assert kept["attempts"] == 5
    for machine in machines:
        assert machine.tick().outcomes == ()


def test_due_deliveries_are_held_while_the_remote_is_away_and_go_out_once_it_is_back(team):
    team.channel("one")
    team.post("launch")
    team.push()
    machine = team.clone("machine")
    team.git(machine.root, "fetch", "--quiet")
    team.remote.rename(team.folder / "away.git")
    ticked = machine.tick()
    assert [(outcome.state, outcome.note.partition(":")[0]) for outcome in ticked.outcomes] == [("held", "cannot claim")]
    assert machine.tick().outcomes == (), "said once"
    assert team.public("one") == []
    (team.folder / "away.git").rename(team.remote)
    assert [outcome.state for outcome in machine.tick().outcomes] == ["published"]


def test_a_calendar_without_a_remote_says_what_to_do(team):
    team.channel("one")
    team.post("launch")
    team.push()
    machine = team.clone("machine")
    team.git(machine.root, "remote", "remove", "origin")
    [outcome] = machine.tick().outcomes
    assert outcome.state == "held"
    assert "there is no remote" in outcome.note


def test_the_remote_may_go_between_the_post_and_its_receipt(team, dies):
    team.channel("one")
    team.post("launch")
    team.push()
    first, second = team.clone("first"), team.clone("second")

    class Gone(dies):
        def step(self, name):
            super().step(name)
            if name.startswith("after POST"):
                team.remote.rename(team.folder / "away.git")

    [outcome] = first.tick(Gone()).outcomes
    assert outcome.state == "published"
    assert "other runners do not know yet" in outcome.note
    (team.folder / "away.git").rename(team.remote)
    assert [outcome.state for outcome in second.tick().outcomes] == ["held"], "it may be public"
    assert first.tick().outcomes == ()
    assert list(team.receipts()) == ["receipts/launch/one.toml"]
    assert second.tick().outcomes == ()
    assert len(team.public("one")) == 1
    assert team.refs() == []


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clocks_ten_minutes_apart_take_nothing_from_a_living_runner(team, dies, minutes):
    """The one that is dead is told from the one that is slow, whatever the two clocks say."""
    team.channel("one")
    team.post("launch")
    team.push()
    first, second = team.clone("first"), team.clone("second")
    first.clock = SetClock(team.start)
    second.clock = SetClock(team.start + timedelta(minutes=minutes))
    waiting = []

    class Meanwhile(dies):
        def step(self, name):
            super().step(name)
            if name.startswith("before POST"):
                waiting.append(subprocess_tick(second))

    first.tick(Meanwhile())
    assert waiting == [["held"]]
    assert second.tick().outcomes == ()
    assert len(team.public("one")) == 1


def subprocess_tick(machine):
    """A tick while another one is in the middle of a request."""
    with ThreadPoolExecutor(1) as pool:
        return [outcome.state for outcome in pool.submit(machine.tick).result().outcomes]


def test_receipts_from_before_the_move_to_git_go_onto_the_branch(team):
    team.channel("one")
    team.post("launch")
    (team.author / "receipts" / "launch").mkdir(parents=True)
    receipt = Receipt(
        "launch@one", "launch", "one", "mastodon", "published", team.start, parts=(PartReceipt("1", "https://one.example/1"),)
    )
    (team.author / "receipts" / "launch" / "one.toml").write_text(receipt_text(receipt))
    team.push()
    machine = team.clone("machine")
    assert machine.tick().outcomes == ()
    assert list(team.receipts()) == ["receipts/launch/one.toml"]
    assert team.public("one") == []


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("state", ["cancelled", "unknown"])
def test_a_receipt_from_before_the_move_that_a_person_undid_does_not_come_back(team, state, fresh):
    team.channel("one")
    team.post("launch")
    (team.author / "receipts" / "launch").mkdir(parents=True)
    receipt = Receipt("launch@one", "launch", "one", "mastodon", state, team.start)
    (team.author / "receipts" / "launch" / "one.toml").write_text(receipt_text(receipt))
    team.push()
    machine = team.clone("machine")
    assert machine.tick().outcomes == ()
    assert machine.states() == {"launch@one": state}
    undo = ["release", "launch@one"] if state == "cancelled" else ["resolve", "launch@one", "--not-published", "--yes"]
    done = machine.smm("queue", *undo)
    assert done.returncode == 0, done.stderr
    other = team.clone("other") if fresh else machine
    assert [outcome.state for outcome in other.tick().outcomes] == ["published"]


def test_a_claim_of_a_living_process_is_not_ended_by_another_of_its_machine(team):
    """One uploads a film for minutes; cron begins another tick meanwhile."""
    team.channel("one")
    team.post("launch")
    team.push()
    machine = team.clone("machine")

    async def claims(runner):
        await runner.shared.look()
        return await runner.shared.claim(Delivery("launch", "one", "mastodon", at=team.start), "")

    with machine.runner() as slow:
        assert asyncio.run(claims(slow)) is None
        team.later(minutes=10)
        assert [outcome.state for outcome in machine.tick().outcomes] == ["held"]
        assert team.refs() == ["refs/smm/claims/one"]
    assert [outcome.state for outcome in machine.tick().outcomes] == ["published"]


def test_a_branch_that_lost_its_receipts_stops_everything(team):
    team.channel("one")
    team.post("launch")
    team.push()
    machine = team.clone("machine")
    machine.tick()
    team.git(team.remote, "update-ref", "-d", "refs/heads/smm")
    with pytest.raises(ConfigError, match="lost what it had") as told:
        machine.tick()
    assert "git push --force" in told.value.hint
    assert len(team.public("one")) == 1


def test_status_doctor_and_runner_list_show_what_a_dead_runner_left(team, dies, capsys):
    team.channel("one")
    team.post("launch")
    team.push()
    first, second = team.clone("first"), team.clone("second")
    first.clock = SetClock(datetime.now(UTC) - timedelta(hours=1))
    (team.author / "posts" / "launch.md").write_text(
        (team.author / "posts" / "launch.md").read_text().replace("2026-11-24 08:00", "2020-01-01 08:00")
    )
    team.push()

    class Dies(dies):
        def step(self, name):
            if name.startswith("after POST") and "/statuses" in name:
                self.at = len(self.names) + 1
            super().step(name)

    assert first.tick(Dies()) is None
    shown = second.smm("status")
    assert "launch@one" in shown.stdout
    assert "died while sending it" in shown.stdout
    assert "smm publish" in shown.stdout
    found = json.loads(second.smm("doctor", "--json").stdout)
    assert [one["hint"] for one in found if one["slug"] == "stale-claim"] == ["smm publish"]
    second.clock = SetClock(datetime.now(UTC))
    second.tick()
    second.clock.set(second.clock.now() + timedelta(minutes=7))
    second.tick()
    assert len(team.public("one")) == 1
    assert second.states() == {"launch@one": "published"}
    listed = json.loads(first.smm("runner", "list", "--json").stdout)
    assert len(listed) == 2, listed


def test_a_job_in_ci_uses_no_token_that_changes_with_each_use(team, monkeypatch):
    team.channel("one", "webhook")
    config = team.author / "channels.toml"
    config.write_text(
        config.read_text()
        + '\n[channels.pool]\nnetwork = "tumblr"\nblog = "it"\nsecret = { client_id = "file:a", client_secret = "file:b" }\n'
    )
    team.post("launch", channels=["one", "pool"])
    team.push()
    machine = team.clone("machine")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    outcomes = {outcome.delivery: outcome for outcome in machine.tick().outcomes}
    assert outcomes["launch@one"].state == "published"
    assert outcomes["launch@pool"].state == "held"
    assert "would forget the new one" in outcomes["launch@pool"].note
    assert team.refs() == []


@pytest.mark.parametrize("part", [None, 0])
def test_a_claim_whose_lease_ends_between_look_and_claim_is_taken_only_if_nothing_was_sent_under_it(team, part):
    team.channel("one")
    team.post("launch")
    team.push()
    machine = team.clone("machine")
    until = team.start + timedelta(minutes=3)
    text = claim_text("other#1.2.3", "launch@one", team.start, until, {}, part)
    [oid] = make_commits(machine.root, [text], team.start)
    team.git(machine.root, "push", "--quiet", "origin", f"{oid}:refs/smm/claims/one")

    async def late(runner):
        await runner.shared.look()
        team.later(minutes=19)
        return await runner.shared.claim(Delivery("launch", "one", "mastodon", at=team.start), "")

    with machine.runner() as runner:
        gate = asyncio.run(late(runner))
    stands = team.git(team.remote, "rev-parse", "refs/smm/claims/one") == oid
    assert (gate is None, stands) == ((True, False) if part is None else (False, True))
