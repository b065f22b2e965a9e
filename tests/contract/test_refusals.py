"""Refusals are typed: what a server says decides what happens next, and no secret is ever told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks import built_in, load
from smm_cli.sandbox.world import fakes

TALKING = tuple(name for name in built_in() if name in fakes())
BODY = "One text."


@pytest.mark.parametrize("network", TALKING)
def test_a_refused_credential_stops_the_channel_until_it_changes(stage_of, network):
    stage = stage_of(network)
    stage.post("a", BODY)
    stage.fault(kind="status", status=401, commits=True, times=None, body={"error": "AuthMissing", "message": "no"})
    outcome = stage.tick().outcomes[0]
    assert isinstance(outcome.error, AuthFailed)
    stage.post("b", "Another text.")
    stage.clock.set(stage.clock.now() + timedelta(hours=3))
    calls = len(stage.fake.calls)
    ticked = stage.tick()
    assert {outcome.state for outcome in ticked.outcomes} == {"held"}
    assert all("login" in outcome.error.hint for outcome in ticked.outcomes)
    assert not [call for call, _ in list(stage.fake.calls)[calls:] if call.method == "POST" and "Session" not in call.path]
    stage.fake.faults.clear()
    config = stage.root / "channels.toml"
    config.write_text(config.read_text().replace("env:X", "env:Y").replace("file:X", "file:Y"))
    stage.tick()
    stage.settle()
    assert set(stage.states().values()) == {"published"}
    assert len(stage.public()) == 2


@pytest.mark.parametrize("network", TALKING)
def test_a_refused_post_is_failed_and_goes_out_as_mended_when_retried(stage_of, network):
    from smm_cli.ledger import people
    from smm_cli.words.delivery import Delivery

    stage = stage_of(network)
    stage.post("a", BODY)
    stage.fault(kind="status", status=422, commits=True, body={"error": "InvalidRequest", "message": "not like this"})
    outcome = stage.tick().outcomes[0]
    assert isinstance(outcome.error, Rejected)
    assert stage.states() == {"a@it": "failed"}
    stage.clock.set(stage.clock.now() + timedelta(days=1))
    assert stage.tick().outcomes == ()
    stage.post("a", "A better text.")
    with stage.runner() as runner:
        assert people.retry(runner.ledger, [Delivery("a", "it", network)]) == ["a@it"]
    stage.tick()
    assert stage.states() == {"a@it": "published"}
    assert ["better" in posted.text for posted in stage.public()] == [True]


@pytest.mark.parametrize("network", [name for name in TALKING if load(name).threads])
def test_the_refused_rest_of_a_thread_goes_out_as_mended_unless_what_is_public_changed(stage_of, network):
    from smm_cli.ledger import people
    from smm_cli.words.delivery import Delivery

    for first, wanted in (("One.", ["One.", "Better."]), ("Changed.", ["One.", "Two."])):
        stage = stage_of(network)
        stage.post("a", "One.\n\n---\n\nTwo.")
        stage.fault(kind="status", status=422, commits=True, skip=1, body={"error": "InvalidRequest", "message": "not like this"})
        stage.tick()
        assert stage.states() == {"a@it": "failed"}
        stage.post("a", f"{first}\n\n---\n\nBetter.")
        with stage.runner() as runner:
            people.retry(runner.ledger, [Delivery("a", "it", network)])
        stage.tick()
        assert [posted.text for posted in stage.public()] == wanted
        assert stage.public()[1].reply_to == stage.public()[0].id


def test_an_expired_token_is_renewed_once_within_the_same_intent(stage_of):
    stage = stage_of("bluesky")
    stage.post("a", BODY)
    stage.fault(kind="status", status=400, commits=True, body={"error": "ExpiredToken", "message": "Token has expired"})
    assert [outcome.state for outcome in stage.tick().outcomes] == ["published"]
    assert len([call for call, _ in stage.fake.calls if "refreshSession" in call.path or "createSession" in call.path]) >= 1
    assert len(stage.public()) == 1
    stage.post("b", "Another text.")
    stage.fault(kind="status", status=400, commits=True, times=None, body={"error": "ExpiredToken", "message": "Token has expired"})
    outcome = stage.tick().outcomes[0]
    assert isinstance(outcome.error, AuthFailed)
    assert len(stage.public()) == 1


def test_a_gate_that_is_refused_after_the_first_part_keeps_no_other_part_back(stage_of):
    stage = stage_of("bluesky")
    stage.post("a", "One.\n\n---\n\nTwo.\n\n---\n\nThree.", "for:\n  bluesky:\n    threadgate: [nobody]\n")
    stage.fault(kind="status", status=400, path="putRecord", commits=True, skip=1, body={"error": "InvalidRequest", "message": "no gates"})
    outcome = stage.tick().outcomes[0]
    assert outcome.state == "published", outcome
    assert "but" in outcome.note
    assert [posted.text for posted in stage.public()] == ["One.", "Two.", "Three."]


def asked(stage):
    return [call for call, _ in stage.fake.calls if "verify_credentials" in call.path]


def test_a_refused_credential_is_not_even_asked_again_whose_it_is(stage_of):
    stage = stage_of("mastodon")
    stage.post("a", BODY)
    stage.fault(kind="status", status=401, path="verify_credentials", times=None, body={"error": "The access token is invalid"})
    assert isinstance(stage.tick().outcomes[0].error, AuthFailed)
    before = len(stage.fake.calls)
    for _ in range(3):
        stage.clock.set(stage.clock.now() + timedelta(hours=1))
        assert [outcome.state for outcome in stage.tick().outcomes] == ["held"]
    assert len(stage.fake.calls) == before


def test_another_credential_is_asked_whose_it_is_before_anything_is_sent_with_it(stage_of):
    stage = stage_of("mastodon")
    stage.post("a", BODY)
    stage.tick()
    known = len(asked(stage))
    stage.post("b", "Another text.")
    stage.clock.set(stage.clock.now() + timedelta(minutes=5))
    stage.tick()
    assert len(asked(stage)) == known, "the same credential is asked once a day"
    config = stage.root / "channels.toml"
    config.write_text(config.read_text().replace("env:X", "env:Y") + '\naccount = "@somebody-else@elsewhere.example"\n')
    stage.post("c", "A third text.")
    stage.clock.set(stage.clock.now() + timedelta(minutes=5))
    outcome = stage.tick().outcomes[0]
    assert len(asked(stage)) == known + 1
    assert outcome.error.slug == "wrong-account"
    assert len(stage.public()) == 2
