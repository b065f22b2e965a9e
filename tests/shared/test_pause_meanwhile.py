"""A pause that somebody makes elsewhere while a delivery is under way stops it before its next commit."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.errors import ConfigError

LONG = "\n\n---\n\n".join(f"Part {n} of a story." for n in (1, 2, 3))


@pytest.fixture
def paused_at(team, dies):
    """A tick in which another machine says pause at the n-th step whose name begins so: both machines, and what came of it."""
    team.channel("one")
    team.post("story", LONG)
    team.push()
    one, other = team.clone("one"), team.clone("other")

    class Pausing(dies):
        said = False

        def step(self, name):
            self.names.append(name)
            if sum(one.startswith(self.begins) for one in self.names) == self.nth and not self.said:
                self.said = True
                done = self.who.smm("pause", "--reason", "a fire")
                assert done.returncode == 0, done.stdout + done.stderr

    def ticked(begins, nth=1, here=False):
        pausing = Pausing()
        pausing.who = one if here else other
        pausing.begins, pausing.nth = begins, nth
        outcomes = one.tick(pausing).outcomes
        assert pausing.said
        return one, other, outcomes

    return ticked


def ends_well(team, one, other):
    assert [outcome.state for outcome in one.tick().outcomes if outcome.state != "held"] == []
    done = other.smm("resume", "--go-on")
    assert done.returncode == 0, done.stdout + done.stderr
    team.later(minutes=10)
    one.tick()
    texts = [posted.text for posted in team.public("one")]
    assert len(texts) == len(set(texts)) == 3
    assert one.states() == {"story@one": "published"}


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", ["before a claim", "after a claim"])
def test_before_anything_is_public_nothing_goes_out(team, paused_at, step, nth):
    """The first push claims the channel, the second says that the first part is being sent."""
    one, other, outcomes = paused_at(step, nth)
    assert team.public("one") == []
    assert {outcome.state for outcome in outcomes} <= {"held"}
    ends_well(team, one, other)


@pytest.mark.parametrize("nth", [1, 2])
def test_what_was_edited_during_the_pause_goes_out_as_it_is_then(team, paused_at, nth):
    """Also where other runners were told already that it is being sent."""
    one, other, _ = paused_at("after a claim", nth)
    team.post("story", "It is over.")
    team.push("edited")
    assert other.smm("resume", "--go-on").returncode == 0
    team.later(minutes=10)
    one.tick()
    assert [posted.text for posted in team.public("one")] == ["It is over."]


@pytest.mark.parametrize("here", [False, True])
def test_between_two_parts_the_next_one_waits(team, paused_at, here):
    one, other, outcomes = paused_at("after POST https://one.example/api/v1/statuses", here=here)
    assert len(team.public("one")) == 1
    assert "a fire" in outcomes[0].note
    ends_well(team, one, one if here else other)


def say(clone, *words):
    """The hint with which the command fails, at the hour of the team; empty where it does not."""
    done = CliRunner().invoke(app, list(words), obj=Session(str(clone.root), clone.team.clock), standalone_mode=False)
    return str(done.exception.hint) if isinstance(done.exception, ConfigError) else ""


@pytest.fixture
def due(team):
    """A machine, and a post that is due."""
    team.channel("one")
    team.post("story")
    team.push()
    return team.clone("one")


@pytest.mark.parametrize("more", [[], ["queue", "hold", "story@one"]])
def test_a_pause_that_others_did_not_hear_of_is_to_be_said_again_whatever_else_they_do_not_know(team, due, more):
    say(due, "plan")
    team.git(due.root, "remote", "set-url", "origin", f"file://{team.folder}/away.git")
    if more:
        assert "smm publish tells them" in say(due, *more)
    assert "say it again" in say(due, "pause", "--reason", "a fire")


def test_a_pause_ends_only_where_others_can_know_what_stays_held(team, due):
    assert say(due, "pause", "--reason", "a fire") == ""
    team.git(due.root, "remote", "set-url", "origin", f"file://{team.folder}/away.git")
    assert "say it again" in say(due, "resume", "--keep-held")
    assert "[[pause]]" in (due.root / "channels.toml").read_text()


def test_what_stays_held_after_a_pause_is_known_to_others_before_the_pause_ends(team, due):
    assert say(due, "pause", "--reason", "a fire") == ""
    hook, seen = team.remote / "hooks" / "update", team.folder / "seen"
    hook.write_text(f'#!/bin/sh\ntest "$1" != refs/smm/pause || git ls-tree -r --name-only smm > {seen}\n')
    hook.chmod(0o755)
    assert say(due, "resume", "--keep-held") == ""
    assert seen.read_text() == "progress/story@one.json\n"
