"""Git that fails in the middle of a tick: a branch that is gone for a moment, a lock that somebody's git holds in this clone."""

from __future__ import annotations

import asyncio

import pytest

from smm_cli.delivery.tick import tick
from smm_cli.errors import LedgerError


@pytest.fixture
def begun(team):
    """A clone that has published before, with another post due on two channels."""
    team.channel("one")
    team.channel("two")
    team.post("first")
    team.push()
    one = team.clone("one")
    one.tick()
    team.git(one.root, "pack-refs", "--all")
    team.post("story")
    team.push("more")
    return one


def all_public_once(team, one):
    assert set(one.states().values()) == {"published"}
    assert (len(team.public("one")), len(team.public("two"))) == (2, 2)


@pytest.mark.parametrize("step", ["before a claim", "after a claim"])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("branch", ["main", "smm"])
def test_a_branch_that_is_gone_for_a_moment_makes_no_post_fail(team, dies, begun, branch, nth, step):
    """The first push claims the channels, the second says that they are being sent on."""
    kept = team.git(team.remote, "rev-parse", branch)

    class Losing(dies):
        def step(self, name):
            self.names.append(name)
            if name == step and self.names.count(name) == nth:
                team.git(team.remote, "update-ref", "-d", f"refs/heads/{branch}")

    outcomes = begun.tick(Losing()).outcomes
    assert {outcome.state for outcome in outcomes} == {"held" if nth == 1 else "retry"}
    assert all(outcome.note.startswith("cannot claim: ") for outcome in outcomes)
    team.git(team.remote, "update-ref", f"refs/heads/{branch}", kept)
    team.later(minutes=2)
    begun.tick()
    all_public_once(team, begun)


def test_a_lock_in_this_clone_interrupts_nothing_that_is_being_sent(team, dies, begun):
    lock = begun.root / ".git" / "packed-refs.lock"
    with begun.runner(dies()) as runner:

        class Locked(type(runner.transport)):
            async def send(self, network, request, vault, prefix):
                answer = await super().send(network, request, vault, prefix)
                if request.commits and network.channel.name == "one":
                    lock.touch()  # as git gc does, or a fetch that prunes
                elif request.commits:
                    for _ in range(100):
                        await asyncio.sleep(0.05)
                        if runner.shared.why is not None:  # the other one could not be told of
                            break
                return answer

        runner.transport.__class__ = Locked
        outcomes = asyncio.run(tick(runner)).outcomes
        lock.unlink()
    assert {outcome.delivery: outcome.state for outcome in outcomes} == {"story@one": "published", "story@two": "published"}
    assert "packed-refs.lock" in outcomes[0].note
    begun.tick()
    all_public_once(team, begun)
    assert team.refs("refs/smm/claims") == []


def test_progress_of_a_newer_smm_interrupts_nothing_that_is_being_sent(team, dies, begun):
    """It stops the tick; what is under way is ended first, so that nobody need ask what became of it."""
    newer = team.clone("newer")
    team.git(newer.root, "switch", "--quiet", "smm")
    (newer.root / "progress").mkdir(exist_ok=True)
    (newer.root / "progress" / "other@one.json").write_text('{"format": 2}')

    def say():
        team.git(newer.root, "pull", "--quiet", "--rebase")
        team.git(newer.root, "add", "-A")
        team.git(newer.root, "-c", "user.name=it", "-c", "user.email=it@test", "commit", "--quiet", "-m", "newer")
        team.git(newer.root, "push", "--quiet", "origin", "smm")

    with pytest.raises(LedgerError, match="cannot be read"), begun.runner(dies()) as runner:

        class Newer(type(runner.transport)):
            async def send(self, network, request, vault, prefix):
                answer = await super().send(network, request, vault, prefix)
                if request.commits and network.channel.name == "one":
                    say()
                elif request.commits:
                    await asyncio.sleep(2)
                return answer

        runner.transport.__class__ = Newer
        asyncio.run(tick(runner))
    with begun.runner() as runner:
        assert runner.ledger.record("story@two").state == "published"
