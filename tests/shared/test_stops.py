"""What a network asked of a whole channel, to wait or to stop, holds for every runner that shares the remote."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.errors import AuthFailed, UsageError


def calls(team, channel):
    """Requests that carried the credential."""
    return [call for call, _ in team.world.by_host[f"{channel}.example"].calls if "authorization" in call.headers]


@pytest.fixture
def runners(team):
    """One channel, two posts that are due, and a way to make a runner that has nothing but the remote."""
    team.channel("one")
    team.post("a")
    team.post("b")
    team.push()
    names = iter("abcdefgh")
    return lambda: team.clone(next(names))


def test_a_credential_that_is_refused_when_asked_whose_it_is_is_not_tried_again(team, runners, fault):
    fault("one", kind="status", path="verify_credentials", status=401, times=None, body={"error": "The access token is invalid"})
    one = runners()
    outcomes = one.tick().outcomes
    assert all(isinstance(outcome.error, AuthFailed) and "login" in outcome.error.hint for outcome in outcomes)
    asked = len(calls(team, "one"))
    assert asked
    for _ in range(3):
        team.later(minutes=5)
        assert {outcome.state for outcome in one.tick().outcomes} == {"held"}
        assert {outcome.state for outcome in runners().tick().outcomes} == {"held"}
    assert len(calls(team, "one")) == asked


def test_a_credential_that_is_refused_while_sending_is_tried_by_no_other_runner(team, runners, fault):
    fault("one", kind="status", commits=True, status=401, times=None, body={"error": "The access token is invalid"})
    runners().tick()
    asked = len(calls(team, "one"))
    other = runners()
    for _ in range(3):
        team.later(minutes=5)
        assert {outcome.state for outcome in other.tick().outcomes} == {"held"}
    assert len(calls(team, "one")) == asked


def test_another_credential_ends_the_stop_for_all(team, runners, fault):
    fault("one", kind="status", commits=True, status=401, times=1, body={"error": "The access token is invalid"})
    runners().tick()
    team.later(minutes=30)
    config = team.author / "channels.toml"
    config.write_text(config.read_text().replace("env:X", "env:Y"))
    team.push("another token")
    other = runners()
    for _ in range(4):
        other.tick()
        team.later(hours=2)
    assert len(team.public("one")) == 2
    with runners().runner() as third:
        third.hear()
        assert third.ledger.stopped() == {}


def test_a_network_that_asks_to_wait_is_left_alone_by_every_runner_until_then(team, runners, fault):
    fault("one", kind="rate_limit", commits=True, seconds=3600)
    runners().tick()
    team.later(minutes=10)
    other = runners()
    asked = len(calls(team, "one"))
    assert {outcome.state for outcome in other.tick().outcomes} <= {"held"}
    assert len(calls(team, "one")) == asked
    team.later(hours=2)
    other.tick()
    assert len(team.public("one")) == 2


def test_what_is_over_leaves_no_file_behind(team, runners, fault):
    fault("one", kind="rate_limit", commits=True, seconds=600)
    one = runners()
    one.tick()
    assert [path for path in team.progress() if path.startswith("channels/")]
    team.later(hours=2)
    one.tick()
    assert not [path for path in team.progress() if path.startswith("channels/")]


def now(team, clone):
    """What `smm publish --post c --now` says, and how it ends, where nobody is asked."""
    words = ["publish", "--post", "c", "--now"]
    return CliRunner().invoke(app, words, obj=Session(str(clone.root), team.clock), standalone_mode=False)


def test_what_a_colleague_has_just_pushed_does_not_go_out_at_once_without_a_question(team, runners):
    here = runners()
    team.post("c")
    team.push()
    done = now(team, here)
    assert isinstance(done.exception, UsageError) and "--yes" in done.exception.hint
    assert "c@one (mastodon) goes out now" in done.output
    assert team.public("one") == []


def test_what_is_held_elsewhere_is_not_said_to_go_out_at_once(team, runners):
    team.post("c")
    team.push()
    here, elsewhere = runners(), runners()
    assert here.smm("queue", "list").returncode == 0
    assert elsewhere.smm("queue", "hold", "c@one").returncode == 0
    done = now(team, here)
    assert "held by you" in done.exception.what
    assert "goes out now" not in done.output
