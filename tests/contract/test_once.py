"""The contract's heart: whatever line the process dies at, every part is public once, in order, and known as such."""

from __future__ import annotations

from datetime import timedelta

import pytest

NETWORKS = ("mastodon", "bluesky", "webhook", "site")
THREADS = ("mastodon", "bluesky")


def posts_for(network):
    body = "One text with a [link](https://example.org/a) and #tag."
    return f"{body}\n\n---\n\nThe second part.\n\n---\n\nThe third part." if network in THREADS else body


def count_steps(stage):
    deaths = type(stage).tick.__globals__["Deaths"]()
    stage.tick(deaths)
    return deaths.seen


@pytest.mark.parametrize("network", NETWORKS)
def test_a_post_is_published_once_and_then_left_alone(stage_of, network):
    stage = stage_of(network)
    stage.post("launch", posts_for(network))
    ticked = stage.tick()
    assert [(o.delivery, o.state) for o in ticked.outcomes] == [("launch@it", "published")], ticked.outcomes
    before = len(stage.public())
    assert before == (3 if network in THREADS else 1)
    stage.clock.set(stage.clock.now() + timedelta(days=3))
    assert stage.tick().outcomes == ()
    assert len(stage.public()) == before
    assert [r.state for r in stage.receipts()] == ["published"]


@pytest.mark.parametrize("pause", [timedelta(seconds=10), timedelta(hours=2), timedelta(hours=50)], ids=["10s", "2h", "50h"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_death_at_any_step_neither_loses_nor_doubles(stage_of, network, pause):
    counted = stage_of(network)
    counted.post("launch", posts_for(network))
    steps = count_steps(counted)
    assert steps > 6
    wanted = [posted.text for posted in counted.public()]
    for at in range(1, steps + 1):
        stage = stage_of(network)
        stage.post("launch", posts_for(network))
        deaths = type(stage).tick.__globals__["Deaths"](at=at)
        stage.tick(deaths)
        stage.clock.set(stage.clock.now() + pause)
        stage.settle()
        where = f"died {deaths.names[-1]} (step {at} of {steps})"
        if cannot_tell(network, pause) and stage.states() == {"launch@it": "unknown"}:
            assert len(stage.public()) <= 1, where
            assert [r.state for r in stage.receipts()] == ["unknown"], where
            continue
        assert stage.states() == {"launch@it": "published"}, where
        assert [posted.text for posted in stage.public()] == wanted, where
        assert [r.state for r in stage.receipts()] == ["published"], where


def cannot_tell(network, pause):
    """A webhook's receiver remembers what it saw for a day, and cannot be asked."""
    return network == "webhook" and pause > timedelta(hours=24)
