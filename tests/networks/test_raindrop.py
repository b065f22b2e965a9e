"""Bookmarks on Raindrop.io: tokens asked for in JSON, errors with any status, links that could be there twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.raindrop import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.raindrop import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Answer, Json, handle
from smm_cli.words.post import Post

CHANNEL = Channel("drops", "raindrop", {"client_id": "app-1"})
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


def test_a_person_allows_the_app_and_the_token_is_renewed(at, network):
    inputs = {"redirect_uri": "http://127.0.0.1/", "state": "s", "verifier": "v", "challenge": "c"}
    visited = []

    def visit(url):
        visited.append(url)
        return "sandbox-ada"

    tokens = at.run(network, network.login(inputs), visit=visit)
    assert visited[0].startswith("https://raindrop.io/oauth/authorize?response_type=code&client_id=app-1&")
    asked = at.seen[-1].body
    assert isinstance(asked, Json)
    assert (asked.value["grant_type"], asked.value["client_secret"]) == ("authorization_code", handle("client_secret"))
    assert (set(tokens.values), tokens.expires_in) == ({"token", "refresh"}, 1_209_599)
    with pytest.raises(Rejected, match="Incorrect code"):
        at.run(network, network.login(inputs), visit=lambda url: "wrong")


def test_a_login_needs_an_app(at):
    network = NETWORK(replace(CHANNEL, settings={}))
    with pytest.raises(AuthFailed, match="app of your own"):
        at.run(network, network.login({"redirect_uri": "x", "state": "s", "verifier": "v", "challenge": "c"}))


def test_the_text_is_the_note_in_markdown(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, tags=("open source", "b")), 0))
    sent = at.seen[-1].body.value
    assert (sent["note"], sent["tags"], sent["collection"], sent["pleaseParse"]) == ("A *page*.", ["open source", "b"], {"$id": -1}, {})


def test_the_same_link_is_not_added_twice(at, network, facts, seal, noon):
    payload = said(network, facts, seal)
    at.app.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)
    at.run(network, network.publish(payload, 0))
    assert len(at.app.posted) == 1
    other = said(network, facts, seal, link="https://example.org/other")
    assert at.run(network, network.lookup(other, intent, (), None)) == Absent()


def test_another_bookmark_of_the_link_is_left_alone(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, "Theirs."), 0))
    with pytest.raises(Rejected, match="something else"):
        at.run(network, network.publish(said(network, facts, seal), 0))
    at.run(network, network.publish(said(network, facts, seal, options={"replace": True}), 0))
    assert [posted.text for posted in at.app.public] == ["A *page*."]


def test_of_several_bookmarks_of_the_link_the_one_that_says_the_same_is_ours(at, network, facts, seal, noon):
    payload = said(network, facts, seal)
    at.run(network, network.publish(said(network, facts, seal, "Theirs."), 0))
    first = at.app.public[0]
    ours = at.app.shelve("ada", "77", "", "A *page*.", {**first.more, "note": "A *page*."})
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found)
    assert found.receipt.id == ours.id


def test_no_ids_at_all_prove_nothing(network, facts, seal):
    asking = network.find(said(network, facts, seal).parts[0])
    next(asking)
    with pytest.raises(Retriable):
        asking.send(Answer(200, {}, {"result": True}))


def test_what_is_in_the_trash_is_not_written_to(at, network, facts, seal, noon):
    payload = said(network, facts, seal)
    receipt = at.run(network, network.publish(payload, 0))
    old = at.app.public[0]
    at.app.rewrite(old.id, old.text, {**old.more, "collection": {"$id": -99}})
    assert at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)) == Absent()
    assert at.run(network, network.publish(payload, 0)).id != receipt.id


def test_an_error_with_status_200_is_an_error(at, network, facts, seal):
    at.app.softly = True
    with pytest.raises(Rejected, match="title is longer"):
        at.run(network, network.publish(said(network, facts, seal, title="x" * 1001), 0))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"result": True, "item": {}}, None),
        (200, {"result": False, "ids": []}, None),
        (200, {"result": False, "errorMessage": "no"}, Rejected),
        (200, {"result": False, "status": 401}, AuthFailed),
        (401, "Unauthorized", AuthFailed),
        (429, "", RateLimited),
        (500, {"result": False}, Retriable),
        (502, "<html>", Retriable),
        (400, None, Rejected),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_editing_and_withdrawing_twice(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)) == receipt
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.public == []
