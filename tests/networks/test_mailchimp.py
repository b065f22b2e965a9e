"""Newsletters at Mailchimp: made, filled and sent by three requests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.mailchimp import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.mailchimp import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.post import Post

SETTINGS = {"data_center": "us21", "audience": "a1b2c3", "from_name": "Acme", "reply_to": "news@acme.example"}
DRAFTING = Channel("news", "mailchimp", SETTINGS)
SENDING = replace(DRAFTING, settings={**SETTINGS, "send": True})


@pytest.fixture
def at(driver):
    made = driver(None, "sandbox-ada")
    made.app = FAKE(made.clock)
    return made


def said(network, facts, seal, body="Hello *you*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "News", **fields}), facts))


def test_a_draft_has_its_content_and_a_way_out_of_the_list(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    made = at.app.campaigns[receipt.id]
    assert (made["status"], made["settings"]["subject_line"], made["settings"]["from_name"]) == ("save", "News", "Acme")
    assert made["html"].startswith("<p>Hello <em>you</em>.</p>")
    assert "*|UNSUB|*" in made["html"]


def test_with_send_the_last_request_sends(at, facts, seal):
    network = NETWORK(SENDING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.app.campaigns[receipt.id]["status"] == "sent"
    assert [request.commits for request in at.seen] == [False, False, False, True]


def test_a_draft_whose_content_was_lost_on_the_way_gets_it_when_looked_for(at, facts, seal, noon):
    network = NETWORK(DRAFTING)
    payload = said(network, facts, seal)
    at.app.faults.append(Fault("silence_after", method="POST", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found)
    assert "Hello" in at.app.campaigns[found.receipt.id]["html"]


@pytest.mark.parametrize(("kind", "found"), [("silence_before", Absent), ("silence_after", Found)])
def test_a_lost_answer_to_the_sending_is_looked_into(at, facts, seal, noon, kind, found):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    at.app.faults.append(Fault(kind, path="/actions/send"))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), found)
    if found is Absent:
        at.run(network, network.publish(payload, 0))
    assert [one["status"] for one in at.app.campaigns.values()] == ["sent"]


def test_a_merge_tag_that_was_typed_stays_text(at, facts, seal):
    network = NETWORK(DRAFTING)
    part = said(network, facts, seal, "Dear *|FNAME|*", title="*|FNAME|*").parts[0]
    assert "*|" not in part.fields["body"]
    assert "*|" not in part.fields["subject"]


def test_a_draft_can_be_changed_and_thrown_away(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    at.run(network, network.edit(said(network, facts, seal, "Better.", title="Newer"), 0, receipt))
    made = at.app.campaigns[receipt.id]
    assert (made["settings"]["subject_line"], "Better." in made["html"]) == ("Newer", True)
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.campaigns == {}


@pytest.mark.parametrize("where", ["us21.evil.example/", "us21.api.mailchimp.com", "", "us"])
def test_a_data_center_is_no_address(where):
    with pytest.raises(ValidationError):
        NETWORK(replace(DRAFTING, settings={**SETTINGS, "data_center": where}))


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (204, None, None, ""),
        (400, {"detail": "bad", "errors": [{"field": "a", "message": "b"}]}, Rejected, "bad; a: b"),
        (401, {"title": "API Key Invalid"}, AuthFailed, "API Key Invalid"),
        (403, "<html>", AuthFailed, "403"),
        (429, {"detail": "10 connections"}, RateLimited, "10 connections"),
        (500, None, Retriable, "500"),
    ],
)
def test_each_answer_has_its_error(status, body, kind, words):
    error = NETWORK(DRAFTING).fault(status, {}, body)
    assert type(error) is (kind or type(None))
    assert error is None or words in error.what
