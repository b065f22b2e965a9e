"""Bookmarks on a Linkwarden: collections, and a search that lags."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks.linkwarden import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.linkwarden import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Post

CHANNEL = Channel("warden", "linkwarden", {"server": "https://warden.example"})
LINK = "https://example.org/page"


@pytest.fixture
def at(driver):
    made = driver(None, "sandbox-ada")
    made.app = FAKE(made.clock)
    return made


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


def said(network, facts, seal, body="A *page*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "A page", "link": LINK, **fields}), facts))


def test_title_text_and_tags_are_name_description_and_tags(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, tags=("open source",)), 0))
    made = at.app.public[0].more
    assert (made["name"], made["description"], made["tags"]) == ("A page", "A page.", [{"name": "open source"}])
    assert "collection" not in at.seen[-1].body.value


def test_a_collection_is_named_by_its_number(at, facts, seal):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "collection": 7}))
    with pytest.raises(Rejected, match="not accessible") as caught:
        at.run(network, network.publish(said(network, facts, seal), 0))
    assert "collection" in caught.value.hint
    assert at.seen[-1].body.value["collection"] == {"id": 7}


@pytest.mark.parametrize("indexed", [True, False])
def test_after_a_lost_answer_it_is_found_though_the_search_lags(at, network, facts, seal, noon, indexed):
    at.app.indexed = indexed
    payload = said(network, facts, seal)
    at.app.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)
    other = said(network, facts, seal, link="https://example.org/other")
    assert at.run(network, network.lookup(other, intent, (), None)) == Absent()


def test_tags_that_the_server_adds_do_not_hide_what_was_posted(at, network, facts, seal, noon):
    payload = said(network, facts, seal, tags=("open source",))
    at.run(network, network.publish(payload, 0))
    made = at.app.public[0]
    at.app.rewrite(made.id, made.text, {**made.more, "tags": [*made.more["tags"], {"name": "by AI"}]})
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), Found)
    with pytest.raises(Rejected, match="something else"):
        at.run(network, network.publish(payload, 0))


def test_a_list_that_cannot_be_read_proves_nothing(network, facts, seal):
    asking = network.find(said(network, facts, seal).parts[0])
    next(asking)
    asking.send(Answer(200, {}, {"data": []}))
    with pytest.raises(Retriable):
        asking.send(Answer(200, {}, {"response": "Something"}))


def test_writing_over_names_the_collection_and_its_owner(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, "Theirs."), 0))
    with pytest.raises(Rejected, match="something else"):
        at.run(network, network.publish(said(network, facts, seal), 0))
    receipt = at.run(network, network.publish(said(network, facts, seal, options={"replace": True}), 0))
    assert at.seen[-1].body.value["collection"] == {"id": 1, "ownerId": 1}
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)).id == receipt.id
    assert [posted.text for posted in at.app.public] == ["Better."]


def test_withdrawing_twice_is_fine(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.public == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"response": "You must be logged in."}, AuthFailed),
        (401, "Unauthorized", AuthFailed),
        (401, {"response": "Collection is not accessible."}, Rejected),
        (409, {"response": "Link already exists"}, Rejected),
        (400, {"response": "Error: Invalid URL [url]"}, Rejected),
        (200, {"response": {}}, None),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_verify_tells_whose_token_it_is(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.id) == ("ada", "1")
