"""Threads: containers that answer one another, polls, topics, how long a text is, tokens that are renewed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks._threads_text import threads_length
from smm_cli.networks.check import check_payload
from smm_cli.networks.threads import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.threads import FAKE, counted
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("th", "threads", {})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver whose files are at a public address."""

    return driver(fake, "sandbox-acme", fake.clock)


def picture(at, name="a.png"):
    return Media(name, "A cat", blob=at.blob(name.encode(), "image/png"), width=10, height=10)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def made(at):
    return [dict(request.body.pairs) for request in at.seen if request.url.endswith("/threads") and request.method == "POST"]


def committed(at):
    return [request for request in at.seen if request.commits]


def test_parts_are_numbered_as_the_channel_says(facts):
    network = NETWORK(replace(CHANNEL, settings={"numbering": "{n}/{of}"}))
    parts = network.compose(Post("p", "p.md", "A sentence of some length. " * 40, split=True), facts).parts
    assert [part.text.rpartition(" ")[2].strip() for part in parts] == [f"{n + 1}/{len(parts)}" for n in range(len(parts))]


def problems(network, facts, **fields):
    post = Post("launch", "posts/launch.md", fields.pop("body", "Hello"), **fields)
    return [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]


@pytest.mark.parametrize(
    ("text", "length"),
    [("abc", 3), ("ü漢", 2), ("👍", 4), ("👩‍👩‍👧", 18), ("👩‍👩‍👧‍👦", 25), ("🇩🇪", 8), ("e\u0301", 2), ("𝔸", 2), ("1\ufe0f\u20e3", 7)],
)
def test_an_emoji_counts_as_its_bytes_and_the_rest_as_units(text, length):
    assert threads_length(text) == counted(text) == length


def test_a_thread_answers_the_part_before(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo", options={"reply_control": "mentioned_only", "topic_tag": "#tools"})
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    one, two = made(at)
    assert (one["topic_tag"], one["reply_control"]) == ("tools", "mentioned_only")
    assert "reply_to_id" not in one
    assert (two["reply_to_id"], "topic_tag" in two, "reply_control" in two) == (first.id, False, False)
    assert [posted.reply_to for posted in fake.public] == ["", first.id]
    assert second.url.startswith("https://www.threads.com/@acme/post/")


def test_a_container_that_does_not_see_its_parent_yet_is_tried_again(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    with pytest.raises(Retriable):
        at.run(network, network.publish(payload, 1), PartReceipt("18099999"))


def test_a_poll_is_lettered(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, poll=Poll(("Ja", "Nö", "Wer weiß"))), 0))
    assert json.loads(made(at)[0]["poll_attachment"]) == {"option_a": "Ja", "option_b": "Nö", "option_c": "Wer weiß"}


@pytest.mark.parametrize(
    "poll", [Poll(("a", "b"), 3600), Poll(("a", "b"), multiple=True), Poll(("a" * 26, "b")), Poll(("a", "b", "c", "d", "e"))]
)
def test_polls_that_threads_has_not_are_told_before(network, facts, poll):
    assert problems(network, facts, poll=poll) == ["poll"]


def test_several_files_are_a_carousel_with_descriptions_on_each(fake, at, network, seal, facts):
    payload = said(network, seal, facts, media=(picture(at), picture(at, "b.png")), options={"spoiler": True})
    at.run(network, network.publish(payload, 0))
    first, _, whole = made(at)
    assert (first["media_type"], first["alt_text"], first["is_carousel_item"], first["is_spoiler_media"]) == (
        "IMAGE",
        "A cat",
        "true",
        "true",
    )
    assert (whole["media_type"], whole["text"]) == ("CAROUSEL", "Hello you")
    assert fake.public[0].media == ("A cat", "A cat")


def test_more_than_five_links_are_told_before(network, facts):
    assert problems(network, facts, body=" ".join(f"https://e.example/{n}" for n in range(5)) + " https://e.example/1") == []
    assert problems(network, facts, body=" ".join(f"https://e.example/{n}" for n in range(6))) == ["too-many-links"]


def test_answers_and_quotes_point_to_posts_of_this_calendar(fake, at, network, seal, facts, noon):
    ours = at.run(network, network.publish(said(network, seal, facts), 0))
    facts = replace(facts, receipts={"old": Receipt("old@th", "old", "th", "threads", "published", noon, parts=(ours,))})
    at.run(network, network.publish(said(network, seal, facts, reply_to="old", quote="old"), 0))
    assert (made(at)[1]["reply_to_id"], made(at)[1]["quote_post_id"]) == (ours.id, ours.id)
    assert "pointer" in problems(network, facts, quote="https://www.threads.com/@x/post/y")


def test_an_answer_to_a_post_that_is_not_out_waits(at, network, seal, facts):
    with pytest.raises(Retriable, match="not yet published"):
        at.run(network, network.publish(said(network, seal, facts, reply_to="new"), 0))


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize(("kind", "found"), [("silence_after", Found), ("silence_before", Absent)])
def test_after_a_lost_answer_the_container_tells_and_answers_are_found_apart(fake, at, network, seal, facts, noon, kind, found, part):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    earlier = at.run(network, network.publish(payload, 0)) if part else None
    fake.faults.append(Fault(kind, commits=True))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, part), earlier)
    told = at.run(network, network.lookup(payload, Intent(part, committed(at)[-1], noon), (), earlier))
    assert isinstance(told, found)
    assert found is Absent or told.receipt.id == fake.public[-1].id


def test_an_older_post_with_the_same_text_is_not_taken_for_it(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    fake.clock.set(noon + timedelta(hours=1))
    fake.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, committed(at)[-1], noon + timedelta(hours=1))
    assert at.run(network, network.lookup(payload, intent, (), None)).receipt.id == fake.public[1].id


def test_a_container_not_known_everywhere_yet_is_tried_again(network):
    error = {"error": {"message": "Media Not Found", "code": 24, "error_subcode": 4279009, "is_transient": False}}
    assert type(network.fault(400, {}, error)) is Retriable


@pytest.mark.parametrize(("wrong", "told"), [("INVALID_DURATION", "INVALID_DURATION"), ("UNKNOWN", "UNKNOWN")])
def test_what_threads_cannot_use_is_refused_in_its_words(fake, at, network, seal, facts, wrong, told):
    fake.spoils.append(wrong)
    with pytest.raises(Rejected, match=told):
        at.run(network, network.publish(said(network, seal, facts), 0))


def test_taking_down_twice_is_success(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_login_and_refresh_bring_tokens_of_sixty_days_that_are_renewed_in_time(fake, driver):
    network, at = NETWORK(replace(CHANNEL, settings={"client_id": "42"})), driver(fake, "", fake.clock)
    inputs = {"redirect_uri": "https://example.org/", "state": "s", "challenge": "c", "verifier": "v"}
    tokens = at.run(network, network.login(inputs), visit=lambda url: "code")
    fake.tokens["\x00refresh\x00"] = "it"
    again = at.run(network, network.refresh())
    assert tokens == again
    assert tokens.expires_in == 30 * 86_400
    assert at.seen[-1].url == "https://graph.threads.net/refresh_access_token"


def test_a_token_that_ended_cannot_be_renewed(fake, at, network):
    at.token = "nobody"
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.verify())
    assert not caught.value.expired


@pytest.mark.parametrize("topic", ["a.b", "a&b", "x" * 51])
def test_topics_that_threads_refuses_are_refused_before(topic):
    with pytest.raises(ValidationError):
        NETWORK.Options.model_validate({"topic_tag": topic})
