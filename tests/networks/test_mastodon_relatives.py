"""Servers that speak the Mastodon API and are none: what each takes otherwise, as their fakes have it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.mastodon import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.mastodon import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Found, Intent
from smm_cli.words.delivery import Receipt
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("fedi", "mastodon", {"server": "https://social.example"})
ALL = ("gotosocial", "pleroma", "akkoma", "pixelfed", "friendica")
TALKING = ("gotosocial", "pleroma", "akkoma", "friendica")


@pytest.fixture
def on(noon, driver):
    """A relative: its fake, a driver there, and the network as verify found it."""

    def made(relative):
        fake = FAKE(SetClock(noon)).relate(relative)
        at = driver(fake, fake.token("ada"), fake.clock)
        account = at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).verify())
        assert account.software == relative
        at.seen.clear()
        return fake, at, NETWORK(CHANNEL, account)

    return made


def said(network, seal, facts, body="Hello", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def slugs(network, facts, body="Hello", **fields):
    post = Post("launch", "posts/launch.md", body, **fields)
    return {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def picture(at, png, **fields):
    return Media("posts/a.png", blob=at.blob(png, "image/png"), **fields)


@pytest.mark.parametrize("relative", ["gotosocial", "pleroma", "akkoma"])
def test_text_stays_as_it_is_where_an_account_may_have_markdown_as_its_habit(on, seal, facts, relative):
    fake, at, network = on(relative)
    payload = said(network, seal, facts, r"2 \* 3 \* 4 and snake\_case\_name")
    receipt = at.run(network, network.publish(payload, 0))
    assert at.seen[-1].body.value["content_type"] == "text/plain"
    assert fake.public[0].text == "2 * 3 * 4 and snake_case_name"
    at.run(network, network.edit(said(network, seal, facts, r"5 \* 6 \* 7"), 0, receipt))
    assert fake.public[0].text == "5 * 6 * 7"


@pytest.mark.parametrize("relative", ["pixelfed", "friendica"])
def test_others_are_not_told_what_they_do_not_know(on, seal, facts, png, relative):
    _, at, network = on(relative)
    at.run(network, network.publish(said(network, seal, facts, media=(picture(at, png),)), 0))
    assert "content_type" not in at.seen[-1].body.value


@pytest.mark.parametrize(
    ("relative", "limits"),
    [
        ("gotosocial", {"text": 5000, "media_count": 6, "alt": 5000, "image_bytes": 41_943_040, "poll_options": 6}),
        ("pleroma", {"text": 5000}),
        ("akkoma", {"text": 5000}),
        ("pixelfed", {"text": 500, "alt": 1000, "image_bytes": 15_728_640}),
        ("friendica", {"text": 200_000}),
    ],
)
def test_limits_are_those_that_the_server_tells(on, relative, limits):
    _, _, network = on(relative)
    assert {name: network.account.limits[name] for name in limits} == limits


@pytest.mark.parametrize("relative", ["gotosocial", "pleroma", "akkoma", "pixelfed"])
def test_addresses_and_mentions_count_at_full_length_where_the_program_knows_no_shorter_one(on, seal, facts, png, relative):
    fake, at, network = on(relative)
    most = fake.rules.characters
    fitting = f"https://a.example/{'b' * 200} {'x' * (most - 219)}"
    media = (picture(at, png, alt="x"),)
    assert "too-long" not in slugs(network, facts, fitting, media=media)
    at.run(network, network.publish(said(network, seal, facts, fitting, media=media), 0))
    assert "too-long" in slugs(network, facts, f"{fitting}x", media=media)
    with pytest.raises(Rejected, match="limit"):
        at.run(network, network.publish(said(network, seal, facts, f"{fitting}x", media=media), 0))


def test_a_warning_with_a_limit_of_its_own_does_not_count_with_the_text(on, seal, facts, png):
    _, at, network = on("pixelfed")
    fields = {"media": (picture(at, png, alt="x"),), "content_warning": "w" * 140}
    assert "too-long" not in slugs(network, facts, "x" * 500, **fields)
    at.run(network, network.publish(said(network, seal, facts, "x" * 500, **fields), 0))
    assert "too-long" in slugs(on("gotosocial")[2], facts, "x" * 4900, **fields)


def test_limits_that_a_server_does_not_tell_are_those_of_its_program(on, noon, driver):
    fake, at, _ = on("pixelfed")
    fake.faults += [Fault("status", path="/api/v1/instance", status=404), Fault("status", path="/api/v2/instance", status=404)]
    account = at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).verify())
    assert account.limits == {"alt": 1000, "image_bytes": 15_728_640, "video_bytes": 15_728_640}


@pytest.mark.parametrize("relative", ALL)
def test_nobody_but_mastodon_is_trusted_with_a_repeated_key(on, relative):
    assert on(relative)[2].repeat() is None


@pytest.mark.parametrize("relative", ALL)
def test_a_lost_answer_is_found_by_looking(on, seal, facts, png, noon, relative):
    _, at, network = on(relative)
    payload = said(network, seal, facts, "Grüße & *more* #tag", content_warning="Food", media=(picture(at, png, alt="A cat"),))
    receipt = at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found)
    assert found.receipt.id == receipt.id


@pytest.mark.parametrize("relative", TALKING)
def test_a_thread_holds_together_by_ids_that_are_no_numbers(on, seal, facts, relative):
    fake, at, network = on(relative)
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    first = at.run(network, network.publish(payload, 0))
    at.run(network, network.publish(payload, 1), earlier=first)
    assert fake.public[1].reply_to == first.id


@pytest.mark.parametrize(
    ("relative", "taken", "not_taken"),
    [
        ("gotosocial", {"mutuals_only", "direct"}, {"local"}),
        ("pleroma", {"local", "direct"}, {"mutuals_only"}),
        ("pixelfed", {"private"}, {"direct", "local"}),
        ("friendica", {"direct"}, {"local", "mutuals_only"}),
    ],
)
def test_visibilities_are_those_of_the_program(on, seal, facts, png, relative, taken, not_taken):
    fake, at, network = on(relative)
    for word in taken:
        payload = said(network, seal, facts, f"To {word} @bea@x.example", visibility=word, media=(picture(at, png),))
        at.run(network, network.publish(payload, 0))
        assert fake.public[-1].more["visibility"] == word
        assert "visibility" not in slugs(network, facts, visibility=word)
    for word in not_taken:
        assert "visibility" in slugs(network, facts, visibility=word)


@pytest.mark.parametrize("relative", ["pixelfed", "friendica"])
def test_a_poll_is_an_error_where_there_are_none(on, facts, relative):
    assert "poll-not-possible" in slugs(on(relative)[2], facts, poll=Poll(("a", "b"), 3600))


@pytest.mark.parametrize("relative", ["gotosocial", "pleroma", "akkoma", "pixelfed"])
def test_a_quote_that_a_server_would_drop_in_silence_is_an_error(on, facts, relative):
    assert "quote-not-possible" in slugs(on(relative)[2], facts, quote="https://social.example/@ada/1")


def test_friendica_quotes_by_a_field_of_its_own_and_may_show_a_title(on, seal, facts, noon):
    fake, at, network = on("friendica")
    first = at.run(network, network.publish(said(network, seal, facts, "First"), 0))
    facts = replace(facts, receipts={"first": Receipt("first@fedi", "first", "fedi", "mastodon", "published", noon, parts=(first,))})
    more = {"title": "News", "options": {"titled": True, "quote_policy": "public"}}
    at.run(network, network.publish(said(network, seal, facts, "Second", quote="first", **more), 0))
    sent = at.seen[-1].body.value
    assert (sent["quote_id"], sent["friendica"]) == (first.id, {"title": "News"})
    assert not {"quoted_status_id", "quote_approval_policy"} & set(sent)
    assert fake.public[1].more["title"] == "News"


def test_a_title_goes_to_friendica_alone_and_only_where_wanted(on, seal, facts):
    _, at, network = on("friendica")
    at.run(network, network.publish(said(network, seal, facts, title="News"), 0))
    assert "friendica" not in at.seen[-1].body.value
    _, at, network = on("gotosocial")
    at.run(network, network.publish(said(network, seal, facts, title="News", options={"titled": True}), 0))
    assert "friendica" not in at.seen[-1].body.value


def test_friendica_gets_its_media_by_the_older_door(on, seal, facts, png):
    fake, at, network = on("friendica")
    at.run(network, network.publish(said(network, seal, facts, media=(picture(at, png, alt="A cat"),)), 0))
    assert [request.url.partition("/api")[2] for request in at.seen[:1]] == ["/v1/media"]
    assert fake.public[0].media == ("A cat",)


@pytest.mark.parametrize(("relative", "mixed"), [("gotosocial", True), ("pleroma", True), ("pixelfed", False), ("friendica", False)])
def test_pictures_and_films_stand_together_where_the_program_lets_them(on, facts, relative, mixed):
    _, at, network = on(relative)
    media = (Media("a.png", blob=at.blob(b"x", "image/png"), alt="a"), Media("b.mp4", blob=at.blob(b"y", "video/mp4"), alt="b"))
    assert ("mixed-media" not in slugs(network, facts, media=media)) == mixed


def test_pixelfed_wants_a_picture_and_a_short_warning(on, seal, facts, png):
    fake, at, network = on("pixelfed")
    assert "media-missing" in slugs(network, facts)
    media = (picture(at, png),)
    assert slugs(network, facts, content_warning="w" * 141, media=media) >= {"too-long"}
    for body in ({}, {"media": media, "content_warning": "w" * 141}):
        with pytest.raises(Rejected):
            at.run(network, network.publish(said(network, seal, facts, **body), 0))
    at.run(network, network.publish(said(network, seal, facts, media=media, content_warning="w" * 140), 0))
    assert len(fake.public) == 1


def test_pixelfed_refuses_a_repeated_key_which_means_perhaps(on, seal, facts, png):
    _, at, network = on("pixelfed")
    payload = said(network, seal, facts, media=(picture(at, png),))
    at.run(network, network.publish(payload, 0))
    with pytest.raises(OutcomeUnknown, match="Duplicate idempotency key"):
        at.run(network, network.publish(payload, 0))


def test_gotosocial_that_is_busy_did_not_begin(on):
    busy = on("gotosocial")[2].fault(503, {"retry-after": "30"}, "")
    assert isinstance(busy, RateLimited)
    assert busy.after == 30
    for network, headers in ((on("gotosocial")[2], {}), (on("pleroma")[2], {"retry-after": "30"})):
        assert type(network.fault(503, headers, "")) is Retriable


@pytest.mark.parametrize("relative", ALL)
def test_a_rehearsal_plays_the_server_that_the_account_said(on, noon, relative):
    _, _, network = on(relative)
    fake = FAKE(SetClock(noon))
    fake.resemble(network)
    assert fake.rules.software == relative
    assert fake.rules.characters == network.text_limits[0].maximum
