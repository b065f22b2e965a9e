"""Newsletters at Brevo."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.brevo import NETWORK
from smm_cli.networks.check import check_payload
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.brevo import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Post

SETTINGS = {"sender": "news@acme.example", "sender_name": "Acme", "lists": [3]}
DRAFTING = Channel("news", "brevo", SETTINGS)
SENDING = replace(DRAFTING, settings={**SETTINGS, "send": True})


@pytest.fixture
def at(driver):
    made = driver(None)
    made.app = FAKE(made.clock)
    made.raw = {"api-key": "sandbox-ada"}
    return made


def said(network, facts, seal, body="Hello *you*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "News", **fields}), facts))


def test_a_draft_for_the_lists_with_a_way_out(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal, "Hi {{ contact.EMAIL }} {% if %}"), 0))
    made = at.app.campaigns[receipt.id]
    assert (made["status"], made["recipients"], made["sender"]) == (
        "draft",
        {"listIds": [3]},
        {"name": "Acme", "email": "news@acme.example"},
    )
    assert made["htmlContent"].count("{{") == 1
    assert "{{ unsubscribe }}" in made["htmlContent"]
    assert "{%" not in made["htmlContent"]


@pytest.mark.parametrize(("kind", "found"), [("silence_before", Absent), ("silence_after", Found)])
def test_a_lost_answer_to_the_sending_is_looked_into(at, facts, seal, noon, kind, found):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    at.app.faults.append(Fault(kind, path="/sendNow"))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), found)
    if found is Absent:
        at.run(network, network.publish(payload, 0))
    assert [one["status"] for one in at.app.campaigns.values()] == ["queued"]


@pytest.mark.parametrize(
    ("status", "found"), [("draft", Absent), ("queued", Found), ("in_review", Found), ("suspended", CannotTell), ("cancelled", CannotTell)]
)
def test_only_a_draft_was_not_sent(at, facts, seal, noon, status, found):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    receipt = at.run(network, network.publish(payload, 0))
    at.app.campaigns[receipt.id]["status"] = status
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), found)
    if found is not Absent:
        with pytest.raises(Rejected, match=status):
            at.run(network, network.publish(payload, 0))


def test_a_campaign_is_known_by_its_name_too(at, facts, seal, noon):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    receipt = at.run(network, network.publish(payload, 0))
    at.app.campaigns[receipt.id]["tag"] = None
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), Found)


@pytest.mark.parametrize(("body", "known"), [({"count": 0}, True), ({"count": 2}, False), ({"campaigns": None, "count": 1}, False)])
def test_a_list_that_cannot_be_read_proves_nothing(facts, seal, body, known):
    network = NETWORK(SENDING)
    asking = network.find(said(network, facts, seal))
    next(asking)
    with pytest.raises(StopIteration if known else Retriable):
        asking.send(Answer(200, {}, body))


def test_an_account_that_may_send_nothing_stops_the_channel(at, facts, seal):
    at.app.credits = 0
    network = NETWORK(SENDING)
    with pytest.raises(AuthFailed, match="not_enough_credits"):
        at.run(network, network.publish(said(network, facts, seal), 0))


def test_a_draft_can_be_changed_and_thrown_away(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt))
    assert "Better." in at.app.campaigns[receipt.id]["htmlContent"]
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.campaigns == {}


@pytest.mark.parametrize("wrong", [{"lists": []}, {"sender": "Acme"}, {"sender": ""}])
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        NETWORK(replace(DRAFTING, settings={**SETTINGS, **wrong}))


def test_a_limit_by_the_hour_is_waited_for(at):
    network = NETWORK(DRAFTING)
    at.app.faults.append(Fault("rate_limit", seconds=1800))
    with pytest.raises(RateLimited) as caught:
        at.run(network, network.verify())
    assert caught.value.after == 1800
    assert network.fault(429, {}, "").after == 3600


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (204, None, None),
        (400, {"code": "invalid_parameter", "message": "x"}, Rejected),
        (400, {"code": "permission_denied", "message": "Campaign has already been sent"}, Rejected),
        (401, {"code": "unauthorized"}, AuthFailed),
        (403, {"code": "permission_denied"}, AuthFailed),
        (404, {"code": "document_not_found"}, Rejected),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(status, body, kind):
    assert type(NETWORK(DRAFTING).fault(status, {}, body)) is (kind or type(None))


def test_a_mail_of_a_megabyte_is_too_long(facts):
    network = NETWORK(DRAFTING)
    post = Post("launch", "posts/launch.md", "word " * 198_000, title="News")
    assert "too-long" in [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]
