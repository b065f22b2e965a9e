"""Newsletters that send: whatever line the process dies at, and whatever answer is lost, the list gets the mail once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.delivery.judge import backoff
from smm_cli.networks import built_in, load
from smm_cli.networks._newsletter import Newsletter
from smm_cli.sandbox.world import fakes, load_fake

NETWORKS = tuple(name for name in built_in() if name in fakes() and issubclass(load(name), Newsletter))


START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def sending(stage_of):
    """Makes a stage whose channel sends, and whose fake shows what was sent, drafts apart."""

    def made(network):
        fake = load_fake(network)(SetClock(START))
        fake.shows = "sent"
        stage = stage_of(network, fake=fake, settings="send = true")
        stage.post("launch", "One text.")
        return stage

    return made


@pytest.mark.parametrize("network", NETWORKS)
def test_the_list_gets_the_mail_once_wherever_the_process_dies(sending, dying, network):
    counted, steps = sending(network), dying()
    counted.tick(steps)
    assert len(counted.public()) == 1
    for at in range(1, steps.seen + 1):
        stage = sending(network)
        stage.tick(dying(at=at))
        stage.clock.set(stage.clock.now() + timedelta(minutes=10))
        stage.settle()
        assert (stage.states(), len(stage.public())) == ({"launch@it": "published"}, 1), f"died at {steps.names[at - 1]}"
        assert len(stage.fake.campaigns) == 1, f"died at {steps.names[at - 1]}"


@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize("kind", ["silence_after", "silence_before", "half", "unreachable"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_lost_answer_to_any_request_that_writes_neither_loses_nor_doubles(sending, network, kind, skip):
    stage = sending(network)
    stage.fault(kind=kind, commits=True, skip=skip)
    stage.tick()
    stage.settle()
    assert (stage.states(), len(stage.public()), len(stage.fake.campaigns)) == ({"launch@it": "published"}, 1, 1)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_draft_whose_answer_was_lost_is_found_though_the_next_attempt_comes_soon(sending, network):
    stage = sending(network)
    (stage.root / "posts" / "launch.md").unlink()
    stage.post("early", "One text.")
    assert backoff("early@it", 1) < timedelta(seconds=52)
    stage.fault(kind="silence_after", commits=True)
    stage.tick()
    stage.settle(step=timedelta(seconds=52))
    assert (stage.states(), len(stage.public()), len(stage.fake.campaigns)) == ({"early@it": "published"}, 1, 1)
