"""What servers do: silence after publishing, silence before, 5xx, limits, refusals, slow commits. Never twice, never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

THREE = "One.\n\n---\n\nTwo.\n\n---\n\nThree."
TALKING = ("mastodon", "bluesky", "webhook")


def body_for(network):
    return THREE if network in ("mastodon", "bluesky") else "One text."


def parts(network):
    return 3 if network in ("mastodon", "bluesky") else 1


@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize("kind", ["silence_after", "silence_before", "half", "unreachable"])
@pytest.mark.parametrize("network", TALKING)
def test_a_lost_answer_to_any_commit_neither_loses_nor_doubles(stage_of, network, kind, skip):
    if skip >= parts(network):
        return
    stage = stage_of(network)
    stage.post("launch", body_for(network))
    stage.fault(kind=kind, commits=True, skip=skip)
    stage.tick()
    assert stage.states()["launch@it"] != "published" or kind == "half"
    stage.settle()
    assert stage.states() == {"launch@it": "published"}
    assert len(stage.public()) == parts(network)


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("network", TALKING)
def test_a_5xx_on_a_commit_is_looked_into_never_repeated_blindly(stage_of, network, status, done):
    stage = stage_of(network)
    stage.post("launch", body_for(network))
    stage.fault(kind="status", status=status, commits=True, done=done)
    stage.tick()
    assert stage.states() == {"launch@it": "retry"}
    stage.settle()
    assert stage.states() == {"launch@it": "published"}
    assert len(stage.public()) == parts(network)


@pytest.mark.parametrize("network", TALKING)
def test_a_rate_limit_waits_as_long_as_asked_and_is_not_counted(stage_of, network):
    stage = stage_of(network)
    stage.post("launch", body_for(network))
    stage.post("second", "Another text.")
    stage.fault(kind="rate_limit", commits=True, seconds=900)
    ticked = stage.tick()
    first = next(o for o in ticked.outcomes if o.state == "retry")
    assert timedelta(seconds=850) < first.next_at - stage.clock.now() <= timedelta(seconds=960)
    record = next(r for r in stage.records() if r.delivery == first.delivery)
    assert record.attempts == 0
    assert stage.public() == []
    stage.clock.set(stage.clock.now() + timedelta(seconds=300))
    stage.tick()
    assert stage.public() == []
    stage.clock.set(stage.clock.now() + timedelta(seconds=700))
    stage.settle()
    assert set(stage.states().values()) == {"published"}
    assert len(stage.public()) == parts(network) + 1


@pytest.mark.parametrize("network", TALKING)
def test_a_server_that_is_down_is_tried_five_times_and_then_surely_not_published(stage_of, network):
    stage = stage_of(network)
    stage.post("launch", body_for(network))
    stage.tick()
    stage.post("again", "Later text.")
    stage.fault(kind="unreachable", times=None)
    stage.settle(step=timedelta(hours=2))
    assert stage.states()["again@it"] == "failed"
    record = next(r for r in stage.records() if r.delivery == "again@it")
    assert record.attempts == 5
    assert len(stage.public()) == parts(network)


@pytest.mark.parametrize("network", TALKING)
def test_one_delivery_that_fails_does_not_delay_the_next(stage_of, network):
    stage = stage_of(network)
    stage.post("a", "First text.")
    stage.post("b", "Second text.")
    stage.fault(kind="silence_after", commits=True)
    stage.tick()
    states = sorted(stage.states().values())
    assert states == ["published", "retry"]
    stage.settle()
    assert sorted(stage.states().values()) == ["published", "published"]
    assert len(stage.public()) == 2


@pytest.mark.parametrize("network", TALKING)
def test_an_edit_between_the_attempts_does_not_make_a_second_post(stage_of, network):
    stage = stage_of(network)
    stage.post("launch", body_for(network))
    stage.fault(kind="silence_after", commits=True)
    stage.tick()
    stage.post("launch", body_for(network).replace("One", "Changed"))
    stage.clock.set(stage.clock.now() + timedelta(seconds=10))
    stage.settle()
    assert stage.states() == {"launch@it": "published"}
    assert len(stage.public()) == parts(network)
    assert not any("Changed" in posted.text for posted in stage.public())


@pytest.mark.parametrize("relative", ["mastodon", "gotosocial"])
def test_a_request_that_is_still_under_way_when_its_runner_dies_makes_no_second_post(stage_of, dying, relative):
    """The runner dies waiting for the answer, the server publishes a minute later: nothing is tried before that must have settled."""
    counted, stage = stage_of("mastodon"), stage_of("mastodon")
    for one in (counted, stage):
        one.fake.relate(relative)
        one.post("launch", "One text.")
        one.fault(kind="silence_before", commits=True)
    steps = dying()
    counted.tick(steps)
    sent = next(n for n, name in enumerate(steps.names) if "POST" in name and "/statuses" in name)
    stage.tick(dying(at=sent + 2))
    assert stage.states() == {"launch@it": "retry"}
    late = next(call for call, status in stage.fake.calls if status == 0)
    stage.clock.set(stage.clock.now() + timedelta(seconds=55))
    stage.tick()
    assert stage.public() == []
    found, call = stage.fake._route(late)
    assert stage.fake._reply(found, call).status == 200
    stage.settle()
    assert stage.states() == {"launch@it": "published"}
    assert len(stage.public()) == 1


@pytest.mark.parametrize("network", ["facebook", "instagram", "threads"])
def test_what_meta_calls_passing_is_doubt_for_a_commit_whatever_its_status(stage_of, network):
    stage = stage_of(network)
    config = stage.root / "channels.toml"
    if network == "facebook":
        config.write_text(config.read_text().replace('network = "facebook"', 'network = "facebook"\ndraft_first = false'))
    stage.post("launch", "One text.")
    error = {"error": {"message": "An unknown error has occurred.", "code": 1, "is_transient": True}}
    stage.fault(kind="status", status=400, body=error, commits=True, done=True)
    stage.settle()
    assert len(stage.public()) == 1
    assert stage.states() == {"launch@it": "published"}
