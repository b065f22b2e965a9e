"""A pause that somebody makes elsewhere while a delivery is under way stops it before its next commit."""

from __future__ import annotations

import pytest

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
