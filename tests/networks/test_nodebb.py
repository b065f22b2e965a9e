"""Topics and replies on NodeBB: errors as keys or words, lengths that the forum tells, tags, tokens for others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.nodebb import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.nodebb import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.post import Post

SERVER = "https://board.example"
CHANNEL = Channel("board", "nodebb", {"server": SERVER, "category": 2})
TWO = "The first text.\n\n---\n\nThe second text."


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("it"), fake.clock)


@pytest.fixture
def said(network, seal, facts):
    def made(body="The first text.", **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, title="Hello", **fields), facts))

    return made


def intent_of(at, part=0) -> Intent:
    return Intent(part, next(one for one in reversed(at.seen) if one.commits), at.clock.now())


def test_a_topic_and_a_reply_have_addresses_of_their_own(at, fake, network, said):
    payload = said(TWO, tags=("Open Source",))
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    (topic,) = fake.topics.values()
    assert topic.tags == ("open-source",)
    assert (first.url, second.url) == (f"{SERVER}/topic/{topic.id}/hello", f"{SERVER}/post/{second.id}")
    assert (first.more, second.more) == ({"topic": topic.id},) * 2
    assert fake.public[1].reply_to == first.id


def test_a_master_token_names_for_whom_in_every_request(at, fake, seal, facts):
    at.token = fake.token("master")
    with pytest.raises(AuthFailed, match="master-token-no-uid"):
        at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).verify())
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "uid": 1}))
    at.seen.clear()
    at.run(network, network.verify())
    at.run(network, network.publish(seal(network.compose(Post("launch", "p.md", "A text.", title="Hello"), facts)), 0))
    assert [request.query for request in at.seen] == [(("_uid", "1"),)] * 3


def test_verify_learns_the_lengths_of_this_forum(at, fake, facts):
    fake.text_least, fake.title_most = 30, 10
    account = at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).verify())
    network = NETWORK(CHANNEL, account)
    post = Post("launch", "posts/launch.md", "Short text.", title="A title too long")
    found = check_payload(network, post, network.compose(post, facts), facts)
    assert {problem.slug for problem in found} == {"too-short", "too-long"}
    assert account.handle == "@it"


@pytest.mark.parametrize(
    ("tags", "count"), [(("ab",), 1), (("x" * 16,), 1), (("one", "two", "three", "four", "five", "six"), 1), (("fine",), 0)]
)
def test_tags_that_would_be_refused_are_found_before(network, facts, tags, count):
    post = Post("launch", "posts/launch.md", "A text that is fine.", title="Hello", tags=tags)
    found = check_payload(network, post, network.compose(post, facts), facts)
    assert [problem.slug for problem in found] == ["tags"] * count


def test_a_lost_answer_is_found_by_its_source_and_not_by_its_topic(at, fake, network, said):
    payload = said(TWO)
    first = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(first)
    second = at.run(network, network.publish(payload, 1), first)
    assert at.run(network, network.lookup(payload, intent_of(at, 1), (), first)) == Found(second)
    fake.entries[int(second.id)].text = "changed"
    assert at.run(network, network.lookup(payload, intent_of(at, 1), (), first)) == Absent()


def test_lookup_asks_for_the_source_of_new_posts_only(at, fake, network, said):
    from datetime import timedelta

    for n in range(50):
        at.run(network, network.publish(said(f"Old text number {n}."), 0))
    fake.clock.set(fake.clock.now() + timedelta(hours=1))
    payload = said("A new text.")
    receipt = at.run(network, network.publish(payload, 0))
    at.seen.clear()
    intent = Intent(0, network.topic(payload, payload.parts[0], payload.parts[0].text), fake.clock.now())
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    assert len([request for request in at.seen if request.url.endswith("/raw")]) == 1


@pytest.mark.parametrize("path", ["/raw$", "/api/post-queue$"])
@pytest.mark.parametrize(
    "fault", [Fault("status", status=503), Fault("status", status=429), Fault("silence_before"), Fault("status", status=403)]
)
def test_a_lookup_that_could_not_read_everything_proves_nothing(at, fake, network, said, path, fault):
    payload = said()
    receipt = at.run(network, network.publish(payload, 0))
    fake.entries[int(receipt.id)].text = "changed" if "queue" in path else fake.entries[int(receipt.id)].text
    fake.faults.append(replace(fault, path=path))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at), (), None)), CannotTell)


def test_a_list_that_is_none_proves_nothing(at, fake, network, said):
    payload = said()
    at.run(network, network.publish(payload, 0))
    fake.faults.append(Fault("status", path="/posts$", status=200, body="<html>Back soon</html>"))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at), (), None)), CannotTell)


def test_lookup_turns_the_page_also_where_the_forum_counts_none(at, fake, network, said):
    payload = said("The lost one.")
    receipt = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    for n in range(25):
        at.run(network, network.publish(said(f"Later text number {n}."), 0))
    fake.counts = False
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)


def test_what_waits_for_approval_has_a_receipt_and_its_replies_wait(at, fake, network, said):
    fake.queues = True
    payload = said(TWO)
    receipt = at.run(network, network.publish(payload, 0))
    assert (receipt.id, receipt.more) == ("pending-topic-1", {"pending": True})
    assert at.run(network, network.lookup(payload, intent_of(at), (), None)) == Found(receipt)
    with pytest.raises(Retriable, match="waits for approval"):
        at.run(network, network.publish(payload, 1), receipt)
    with pytest.raises(Rejected, match="waits for approval"):
        at.run(network, network.withdraw(receipt, 0))


def test_an_edit_changes_text_and_title_and_a_withdrawal_can_be_said_twice(at, fake, network, said, seal, facts):
    payload = said(TWO)
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    better = seal(network.compose(Post("launch", "p.md", "A better text.", title="Hello again"), facts))
    at.run(network, network.edit(better, 0, first))
    assert (fake.public[0].text, fake.topics[first.more["topic"]].title) == ("A better text.", "Hello again")
    for receipt, part in ((second, 1), (second, 1), (first, 0), (first, 0)):
        at.run(network, network.withdraw(receipt, part))
    assert fake.public == []
    assert all("/state" in request.url for request in at.seen if request.method == "DELETE"), "without it a topic would be purged"


def error(message):
    return {"status": {"code": "bad-request", "message": message}, "response": {}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "after"),
    [
        (200, {}, None, None),
        (400, error("[[error:too-many-posts, 10]]"), RateLimited, 10),
        (400, error("[[error:too-many-posts-newbie, 120, 3]]"), RateLimited, 120),
        (400, error("[[error:too-many-posts-newbie-minutes, 2, 3]]"), RateLimited, 120),
        (400, error("[[error:user-too-new, 30]]"), RateLimited, 30),
        (400, error("You can only post once every 10 second(s) - please wait before posting again"), RateLimited, 10),
        (400, error("[[error:already-posting]]"), RateLimited, 5),
        (429, "slow down", RateLimited, None),
        (400, error("[[error:title-too-short, 3]]"), Rejected, None),
        (403, error("[[error:no-privileges]]"), Rejected, None),
        (403, error("[[error:user-banned]]"), AuthFailed, None),
        (401, error("A valid login session was not found."), AuthFailed, None),
        (503, "<html>", Retriable, None),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind, after):
    found = network.fault(status, {}, body)
    assert type(found) is (kind or type(None))
    assert getattr(found, "after", None) == after


def test_a_token_of_nobody_is_told(at, fake, network):
    from smm_cli.sandbox.base import Fault

    fake.faults.append(Fault("status", status=200, body={"uid": 0, "username": "[[global:guest]]"}))
    with pytest.raises(AuthFailed, match="belongs to nobody"):
        at.run(network, network.verify())
