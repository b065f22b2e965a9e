"""Bookmarks on a linkding: what it does by itself."""

from __future__ import annotations

import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.check import check_payload
from smm_cli.networks.linkding import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.linkding import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Found, Intent
from smm_cli.words.post import Post

CHANNEL = Channel("ding", "linkding", {"server": "https://ding.example"})
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


def test_notes_are_markdown_and_tags_words(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, tags=("open source", "b")), 0))
    made = at.app.public[0].more
    assert (made["notes"], made["tag_names"], made["shared"]) == ("A *page*.", ["b", "open-source"], True)
    assert ("disable_scraping", "") in at.seen[-1].query


def test_a_private_bookmark_is_not_shared(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, visibility="private"), 0))
    assert at.app.public[0].more["shared"] is False


def test_the_server_would_write_over_any_bookmark_so_smm_looks_first(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, "Theirs."), 0))
    with pytest.raises(Rejected, match="something else"):
        at.run(network, network.publish(said(network, facts, seal), 0))
    assert [posted.text for posted in at.app.public] == ["Theirs."]
    at.run(network, network.publish(said(network, facts, seal, options={"replace": True}), 0))
    assert [posted.text for posted in at.app.public] == ["A *page*."]


def test_a_repeated_request_changes_the_bookmark_that_is_there(at, network, facts, seal, noon):
    payload = said(network, facts, seal)
    at.app.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    assert network.repeat().seconds is None
    at.ask(network, at.seen[-1])
    assert len(at.app.posted) == 1
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found)


def test_what_is_wrong_with_a_field_is_told(network):
    assert "url: Enter a valid URL." in network.fault(400, {}, {"url": ["Enter a valid URL."]}).what
    assert type(network.fault(401, {}, {"detail": "Invalid token."})) is AuthFailed


@pytest.mark.parametrize(("length", "slugs"), [(512, []), (513, ["too-long"])])
def test_a_title_has_512_characters(at, network, facts, seal, length, slugs):
    post = Post("launch", "posts/launch.md", "x", title="ü" * length, link=LINK)
    payload = seal(network.compose(post, facts))
    assert [problem.slug for problem in check_payload(network, post, payload, facts)] == slugs
    if slugs:
        with pytest.raises(Rejected, match="no more than 512"):
            at.run(network, network.publish(payload, 0))
    else:
        at.run(network, network.publish(payload, 0))


def test_editing_and_withdrawing(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)) == receipt
    assert at.app.public[0].text == "Better."
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.public == []
