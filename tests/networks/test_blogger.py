"""Blogger: drafts that are published by a request of their own, labels, pictures, which blogs a login may write to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed
from smm_cli.networks.blogger import NETWORK
from smm_cli.networks.check import check_payload
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.blogger import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

CHANNEL = Channel("blog", "blogger", {"blog": "42"})
DRAFTS = replace(CHANNEL, settings={"blog": "42", "draft": True})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    class Hosting(driver):
        def ask(self, network, request):
            if request.url.startswith("media:"):
                return Answer(201, {}, {"url": "https://media.example/a.png?x=1&y=2"})
            return super().ask(network, request)

    return Hosting(fake, fake.token("ada"), fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "p.md", body, **{"title": "A title", **fields}), facts))


def test_a_post_is_html_with_title_and_labels(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, "1 < 2 *x*", tags=("open source",)), 0))
    post = fake.posts[receipt.id]
    assert (post["title"], post["content"], post["labels"]) == ("A title", "<p>1 &lt; 2 <em>x</em></p>", ["open source"])
    assert receipt.url == fake.public[0].url


def test_pictures_stand_in_the_text_at_their_public_address(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt='A "cat"', blob=at.blob(png, "image/png"), width=4, height=3),)
    receipt = at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    shown = '<img src="https://media.example/a.png?x=1&amp;y=2" alt="A &quot;cat&quot;" width="4" height="3">'
    assert shown in fake.posts[receipt.id]["content"]


def test_nothing_is_public_before_the_one_request_that_publishes(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    assert [(step.method, step.url.rpartition("/")[2], step.commits) for step in at.seen] == [
        ("POST", "posts", False),
        ("POST", "publish", True),
    ]
    assert at.seen[0].query == (("isDraft", "true"),)


@pytest.mark.parametrize("kind", ["silence_after", "silence_before"])
def test_a_lost_answer_is_looked_up_by_the_very_post(fake, at, network, seal, facts, noon, kind):
    payload = said(network, seal, facts)
    fake.faults.append(Fault(kind, commits=True))
    with pytest.raises(OSError, match="publish"):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found if kind == "silence_after" else Absent)


def test_a_channel_of_drafts_publishes_nothing_and_finds_its_drafts(fake, at, seal, facts, noon):
    network = NETWORK(DRAFTS)
    payload = said(network, seal, facts)
    receipt = at.run(network, network.publish(payload, 0))
    assert fake.public == []
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    assert isinstance(at.run(network, network.lookup(payload, replace(intent, at=noon + timedelta(hours=1)), (), None)), Absent)


def test_an_edit_changes_and_a_withdrawal_makes_a_draft_of_it(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert fake.public[0].text == "<p>Better</p>"
    at.run(network, network.withdraw(receipt, 0))
    assert fake.posts[receipt.id]["status"] == "DRAFT"
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(replace(receipt, id="1"), 0))
    assert fake.public == []


def test_the_account_is_the_blog_and_another_blog_is_refused_with_those_that_there_are(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.id) == ("ada.blogspot.com", "42")
    with pytest.raises(AuthFailed, match=r"43; it may to: 42 \(The blog of ada\)"):
        at.run(network, NETWORK(replace(CHANNEL, settings={"blog": "43"})).verify())


def test_many_labels_are_warned_of(network, facts):
    post = Post("p", "p.md", "x", title="T", tags=tuple(f"label{number}" for number in range(21)))
    (problem,) = check_payload(network, post, network.compose(post, facts), facts)
    assert (problem.slug, problem.severity) == ("too-many-tags", "warning")


def test_a_blog_is_a_number():
    with pytest.raises(ValidationError, match="number of a blog"):
        NETWORK(replace(CHANNEL, settings={"blog": "ada.blogspot.com"}))


def test_a_draft_that_a_person_deleted_meanwhile_is_not_public(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    fake.posts.clear()
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Absent)


def test_an_edit_takes_labels_away(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, tags=("a",)), 0))
    at.run(network, network.edit(said(network, seal, facts), 0, receipt))
    assert fake.posts[receipt.id]["labels"] == []
