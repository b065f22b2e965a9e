"""What is public is changed by one of several machines that share nothing but a remote: held meanwhile, and ended if it is killed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from smm_cli.delivery.answer import answer
from smm_cli.delivery.correct import correct
from smm_cli.delivery.corrections import correction_of
from smm_cli.delivery.replace import replaced
from smm_cli.delivery.tick import tick
from smm_cli.delivery.withdraw import receipts_of
from smm_cli.errors import OutcomeUnknown, Retriable
from tests.shared.conftest import Killed

KILLS = [(correct, "mastodon"), (answer, "mastodon"), (answer, "bluesky"), (replaced, "mastodon"), (replaced, "bluesky")]
LATER = 25
"""Minutes after which a dead runner's claim is over, whatever the clocks say."""


def found_on(runner, channel="one", text=""):
    runner.hear()
    receipt = next(one for one in receipts_of(runner, "launch") if one.channel == channel)
    post = next(one for one in runner.index.posts(runner.source).posts if one.id == "launch")
    return replace(correction_of(runner, receipt, post), text=text)


def for_good(deaths):
    """What is dead does nothing more, and lets nothing go."""

    class ForGood(type(deaths)):
        def step(self, name):
            if self.at and len(self.names) >= self.at:
                raise Killed(name)
            super().step(name)

    deaths.__class__ = ForGood
    return deaths


def act_on(machine, act, deaths=None, text=""):
    """What became of it; None where the process died: then nothing that would follow happens."""
    runner = machine.runner(deaths and for_good(deaths))

    async def course(found):
        try:
            return await act(runner, found)
        finally:
            await runner.end()

    try:
        found = found_on(runner, text=text)
        done = asyncio.run(course(found))
    except Killed:
        runner.shared.tell_now = lambda: None  # the dead tell nothing
        with suppress(Killed):
            runner.__exit__(None, None, None)
        return None
    runner.__exit__(None, None, None)
    return done


def texts(team, channel="one"):
    return sorted(posted.text for posted in team.public(channel))


@pytest.fixture
def begun(team):
    """A post is public, and its file says something else by now; two machines."""

    def make(network="mastodon", old="One.", new="Eins."):
        team.channel("one", network)
        if network == "webhook":
            with (team.author / "channels.toml").open("a") as file:
                file.write("dedupes = false\n")
        team.post("launch", old)
        team.push()
        first, second = team.clone("first"), team.clone("second")
        assert [outcome.state for outcome in first.tick().outcomes] == ["published"]
        second.tick()
        if new != old:
            team.post("launch", new)
            team.push()
        return first, second

    return make


@pytest.mark.parametrize("act", [correct, answer, replaced])
def test_the_claim_stands_at_the_remote_as_long_as_the_change_runs_and_nobody_else_sends_or_changes(team, begun, dies, act):
    first, second = begun()
    team.post("other", "Other.")
    team.push()
    seen = []

    class Meanwhile(dies):
        def step(self, name):
            super().step(name)
            changes = (name.startswith("before PUT"), name.startswith("before POST"), name.startswith("before DELETE"))
            if any(changes) and "/statuses" in name and not seen:
                from concurrent.futures import ThreadPoolExecutor

                with ThreadPoolExecutor(1) as pool:
                    claims = team.refs("refs/smm/claims/")
                    states = [outcome.state for outcome in pool.submit(second.tick).result().outcomes]
                    seen.append((claims, states, pool.submit(act_on, second, correct).result().error))

    assert act_on(first, act, Meanwhile(), text="Said.").error is None
    [(claims, states, error)] = seen
    assert claims == ["refs/smm/claims/one"]
    assert states == ["held"]
    assert isinstance(error, Retriable)
    assert team.refs() == []
    assert [outcome.state for outcome in second.tick().outcomes] in ([], ["published"])


def test_what_one_corrected_the_other_knows(team, begun):
    first, second = begun()
    assert act_on(first, correct).error is None
    assert texts(team) == ["Eins."]
    assert [change.what for change in team.receipts()["receipts/launch/one.toml"].changes] == ["corrected"]
    with second.runner() as runner:
        assert not found_on(runner).changed
    assert team.refs() == []
    assert "corrections/launch@one.json" not in team.git(team.remote, "ls-tree", "-r", "--name-only", "smm")


def test_a_text_that_changed_at_the_remote_meanwhile_is_not_sent(team, begun):
    first, _ = begun()
    with first.runner() as runner:
        found = found_on(runner)
        team.post("launch", "Uno.")
        team.push()
        done = asyncio.run(correct(runner, found))
    assert "changed at the remote" in done.error.what
    assert texts(team) == ["One."]
    assert team.refs() == []


def test_a_reply_said_on_one_machine_is_not_said_again_on_another(team, begun):
    first, second = begun(new="One.")
    assert act_on(first, answer, text="It is two.").error is None
    assert act_on(second, answer, text="It is two.").error is None
    assert texts(team) == ["It is two.", "One."]
    assert [change.what for change in team.receipts()["receipts/launch/one.toml"].changes] == ["answered"]


def test_what_is_replaced_has_the_old_changes_and_address_on_every_machine(team, begun):
    first, second = begun()
    act_on(first, correct)
    old = team.receipts()["receipts/launch/one.toml"].url
    team.post("launch", "Uno.")
    team.push()
    assert act_on(second, replaced).error is None
    assert texts(team) == ["Uno."]
    receipt = team.receipts()["receipts/launch/one.toml"]
    assert [change.what for change in receipt.changes] == ["corrected", "withdrawn", "replaced"]
    assert receipt.changes[-1].why == old != receipt.url
    assert first.tick().outcomes == ()
    assert second.tick().outcomes == ()
    assert texts(team) == ["Uno."]
    assert act_on(first, replaced).error is None, "the same words again, under a key of their own"
    assert texts(team) == ["Uno."]
    changes = team.receipts()["receipts/launch/one.toml"].changes
    assert [change.what for change in changes] == ["corrected", "withdrawn", "replaced", "withdrawn", "replaced"]
    fresh = team.clone("fresh")
    assert fresh.tick().outcomes == ()
    assert texts(team) == ["Uno."]
    assert team.refs() == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("act", "network"), KILLS)
def test_whatever_step_it_dies_at_another_machine_ends_it_once_or_is_told(make_team, dies, act, network):
    said = {"correct": ["Eins."], "answer": ["One.", "Two."], "replaced": ["Eins."]}[act.__name__]
    for at in count(1, 2):
        team = make_team()
        team.channel("one", network)
        team.post("launch", "One.")
        team.push()
        first, second = team.clone("first"), team.clone("second")
        first.tick()
        second.tick()
        if act is not answer:
            team.post("launch", "Eins.")
            team.push()
        deaths = dies(at)
        ended = act_on(first, act, deaths, text="Two.")
        team.later(minutes=LATER)
        for _ in range(6):
            second.tick()
            with second.runner() as runner:
                runner.hear()
                public = bool(receipts_of(runner, "launch"))
                todo = public and found_on(runner)
            if public and (todo.changed or todo.taken or act is answer):
                act_on(second, act, text="Two.")
            team.later(minutes=7)
            if texts(team) == said and not team.refs():
                break
        first.tick()
        second.tick()
        assert texts(team) == said, (at, deaths.names[-1], texts(team))
        assert team.refs() == [], (at, deaths.names[-1])
        assert team.progress() == [] or all(path.startswith("corrections/") for path in team.progress()), (at, deaths.names[-1])
        if ended is not None:
            assert at > 5
            return


def test_a_replacement_that_is_killed_before_anything_is_known_of_it_is_told_elsewhere(team, begun, dies):
    first, second = begun()

    class Dies(dies):
        def step(self, name):
            if name.startswith("after DELETE"):
                self.at = len(self.names) + 1
            super().step(name)

    assert act_on(first, replaced, Dies()) is None
    assert texts(team) == []
    assert team.refs() == ["refs/smm/claims/one"]
    shown = second.smm("status")
    assert "replacing it was broken off   smm post correct launch@one --replace" in shown.stdout, shown.stdout + shown.stderr
    assert json.loads(second.smm("status", "--json").stdout)["unfinished"]
    team.later(minutes=LATER)
    assert act_on(second, replaced).error is None
    assert texts(team) == ["Eins."]
    first.tick()
    assert texts(team) == ["Eins."]
    assert "broken off" not in second.smm("status").stdout


def test_a_reply_nobody_knows_the_end_of_is_not_said_elsewhere_until_a_person_says(team, begun, fault):
    first, second = begun("webhook", new="One.")
    fault("one", kind="silence_before", method="POST", times=1)
    for machine in (first, first, second, second):
        error = act_on(machine, answer, text="Two.").error
        team.later(hours=1)
    assert isinstance(error, OutcomeUnknown), error
    assert texts(team) == ["One."]
    shown = second.smm("queue", "resolve", "launch@one", "--not-published", "--yes")
    assert shown.returncode == 0, shown.stderr
    first.tick()
    assert act_on(first, answer, text="Two.").error is None
    assert act_on(second, answer, text="Two.").error is None
    assert texts(team) == ["One.", "Two."]
    assert team.refs() == []


def test_two_machines_that_replace_at_once_leave_one_post(team, begun):
    first, second = begun()

    async def both(one, other):
        try:
            return await asyncio.gather(replaced(one, found_one), replaced(other, found_other))
        finally:
            await one.end()
            await other.end()

    with first.runner() as one, second.runner() as other:
        found_one, found_other = found_on(one), found_on(other)
        done = asyncio.run(both(one, other))
    assert sorted(one.error is None for one in done) == [False, True]
    for _ in range(2):
        asyncio.run(_ticks(first, second))
    assert texts(team) == ["Eins."]
    assert team.refs() == []


async def _ticks(*machines):
    for machine in machines:
        with machine.runner() as runner:
            await tick(runner)
