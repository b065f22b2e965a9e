"""Newsletters from a listmonk."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.listmonk import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.listmonk import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.post import Media, Post

DRAFTING = Channel("news", "listmonk", {"server": "https://lists.example", "lists": [1, 3]})
SENDING = replace(DRAFTING, settings={**DRAFTING.settings, "send": True})


@pytest.fixture
def at(driver):
    made = driver(None)
    made.app = FAKE(made.clock)
    made.raw = {"authorization": "Basic " + b64encode(b"smm:sandbox-smm").decode()}
    return made


def said(network, facts, seal, body="Hello *you*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "News", **fields}), facts))


def test_a_draft_for_the_lists_with_a_text_of_its_own(at, facts, seal):
    network = NETWORK(replace(DRAFTING, settings={**DRAFTING.settings, "sender": "Acme <news@acme.example>", "template": 4}))
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    made = at.app.campaigns[receipt.id]
    assert (made["status"], made["lists"], made["subject"], made["template_id"]) == ("draft", [1, 3], "News", 4)
    assert (made["body"], made["altbody"], made["from_email"]) == ("<p>Hello <em>you</em>.</p>", "Hello you.", "Acme <news@acme.example>")
    assert receipt.url == "https://lists.example/admin/campaigns/1"


def test_what_was_typed_is_no_template_of_the_server(at, facts, seal):
    network = NETWORK(DRAFTING)
    at.run(network, network.publish(said(network, facts, seal, "{{ .Subscriber.Email }}", title="{{ x }}"), 0))
    assert len(at.app.campaigns) == 1


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("kind", ["silence_before", "silence_after"])
def test_a_lost_answer_to_the_sending_is_looked_into(at, facts, seal, noon, filters, kind):
    at.app.filters = filters
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    at.run(network, network.publish(said(network, facts, seal, "Another."), 0))
    at.app.faults.append(Fault(kind, path="/status", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found if kind == "silence_after" else Absent)
    if kind == "silence_before":
        assert at.run(network, network.publish(payload, 0)).id == "2"
    assert [one["status"] for one in at.app.campaigns.values()] == ["running", "running"]


def test_a_picture_on_the_server_has_a_whole_address(at, facts, seal, png):
    network = NETWORK(DRAFTING)
    media = (Media("posts/a.png", "A dot", blob=at.blob(png, "image/png"), width=1, height=1),)
    at.run(network, network.publish(said(network, facts, seal, media=media), 0))
    assert '<img src="https://lists.example/uploads/' in at.app.public[0].text


def test_a_draft_can_be_changed_and_thrown_away(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt))
    assert at.app.campaigns["1"]["altbody"] == "Better."
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.campaigns == {}


@pytest.mark.parametrize("wrong", [{"lists": []}, {"lists": ["x"]}, {"server": "http://lists.example"}])
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        NETWORK(replace(DRAFTING, settings={**DRAFTING.settings, **wrong}))


def test_a_wrong_token_is_an_error_of_the_channel_and_an_unknown_list_one_of_the_post(at, facts, seal):
    unknown = NETWORK(replace(DRAFTING, settings={**DRAFTING.settings, "lists": [9]}))
    with pytest.raises(Rejected, match="No lists"):
        at.run(unknown, unknown.publish(said(unknown, facts, seal), 0))
    at.raw = {"authorization": "Basic " + b64encode(b"smm:wrong").decode()}
    network = NETWORK(DRAFTING)
    with pytest.raises(AuthFailed, match="invalid API credentials"):
        at.run(network, network.verify())
