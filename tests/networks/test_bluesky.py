"""Bluesky: what is composed, and what answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks._bluesky_record import record_key, tid
from smm_cli.networks.bluesky import NETWORK
from smm_cli.sandbox.fakes._bluesky_lexicon import TID
from smm_cli.sandbox.fakes.bluesky import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.post import Media, Post

CHANNEL = Channel("bluesky", "bluesky", {"identifier": "ada.bsky.social"}, account="@ada.bsky.social")
LONG = "https://example.com/a/very/long/way/to/it?and=more"


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def at(fake, driver):
    """A driver at the fake, signed in as ada."""
    return driver(fake, fake.token("ada.bsky.social"), fake.clock)


@pytest.fixture
def network(at):
    unbound = NETWORK(CHANNEL)
    return NETWORK(CHANNEL, at.run(unbound, unbound.verify()))


@pytest.fixture
def said(network, seal, facts):
    """The sealed payload of a post."""

    def made(body, *, on=network, people=None, receipts=None, **fields):
        known = replace(facts, people=people or {}, receipts=receipts or {})
        return seal(on.compose(Post("launch", "posts/launch.md", body, **fields), known))

    return made


# -- settings and options -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings", [{"server": "bsky.social"}, {"languages": ["de", "en", "fr", "it"]}, {"languages": ["Deutsch!"]}, {"sever": ""}]
)
def test_settings_that_cannot_hold_are_refused(settings):
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings=settings))


@pytest.mark.parametrize(
    "options", [{"threadgate": ["friends"]}, {"threadgate": ["nobody", "mention"]}, {"labels": ["spicy"]}, {"threadgate": ["mention"] * 6}]
)
def test_options_that_cannot_hold_are_refused(options):
    with pytest.raises(ValidationError):
        NETWORK.Options.model_validate(options)


def test_credentials_go_to_the_entryway_the_own_server_and_the_video_service(network):
    account = Account("@a.b", facts={"did": "did:plc:x", "pds": "https://morel.us-east.host.bsky.network"})
    assert NETWORK(CHANNEL, account).hosts() == ("bsky.social", "morel.us-east.host.bsky.network", "video.bsky.app")
    assert NETWORK(replace(CHANNEL, settings={"video_service": ""})).hosts() == ("bsky.social",)


# -- keys ---------------------------------------------------------------------------------------------------------------------


def test_a_tid_is_the_moment_and_the_clock_in_thirteen_letters():
    moment = 1_795_341_600_000_000  # 2026-11-22T10:00:00Z
    assert (tid(moment, 0), tid(moment, 7)) == ("3n2ve77542222", "3n2ve7754222b")


def test_keys_of_a_thread_ascend_and_differ_from_those_of_another_post(noon):
    one, other = "0123456789abcdef" * 4, "0123456789abcdee" * 4
    keys = [record_key(noon, one, part) for part in range(50)]
    assert keys == sorted(set(keys))
    assert all(TID.fullmatch(key) for key in keys)
    assert not set(keys) & {record_key(noon, other, part) for part in range(50)}


def test_the_key_lies_within_a_second_of_the_planned_time(noon):
    early, late = (tid(int(moment.timestamp() * 1_000_000), 0) for moment in (noon, noon + timedelta(seconds=1.01)))
    assert all(early <= record_key(noon, f"{n:064x}"[::-1], 0) <= late for n in range(200))


# -- composing ----------------------------------------------------------------------------------------------------------------


def test_a_bare_address_is_shown_short_and_linked_whole(said):
    part = said(f"See 👋 {LONG} now").parts[0]
    assert part.text == "See 👋 example.com/a/very/long/… now"
    assert part.fields["facets"] == [{"start": 9, "end": 36, "kind": "link", "value": LONG}]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.com", "example.com"),
        ("https://example.com/", "example.com"),
        ("https://example.com/twelve-long", "example.com/twelve-long"),
        ("https://example.com/sixteen--long-x", "example.com/sixteen--lon…"),
        ("https://example.com/?q=1", "example.com/?q=1"),
    ],
)
def test_addresses_are_cut_as_the_app_cuts_them(said, address, shown):
    assert said(f"x {address} y").parts[0].text == f"x {shown} y"


def test_addresses_stay_whole_where_the_channel_wants_it_or_a_person_pastes_them(said):
    for channel in (replace(CHANNEL, settings={"shorten_links": False}), replace(CHANNEL, by_hand=True)):
        assert said(f"See {LONG}", on=NETWORK(channel)).parts[0].text == f"See {LONG}"


def test_the_length_counts_what_is_shown(said, network):
    limit = next(one for one in network.text_limits if one.name == "text")
    assert network.measured(said(LONG).parts[0], limit) == len("example.com/a/very/long/…")


def test_a_person_without_a_handle_is_written_by_name_and_not_linked(said):
    part = said("by @{ben}", people={"ben": Person("ben", title="Ben Example")}).parts[0]
    assert (part.text, part.fields.get("facets")) == ("by Ben Example", None)


def test_a_tag_too_long_for_a_facet_stays_text(said):
    part = said(f"#{'x' * 65} #ok").parts[0]
    assert [span["value"] for span in part.fields["facets"]] == ["ok"]


def test_languages_come_from_the_post_then_the_channel_then_the_calendar(said):
    two = NETWORK(replace(CHANNEL, settings={"languages": ["de", "fr"]}))
    assert said("x", language="it", on=two).parts[0].fields["langs"] == ["it"]
    assert said("x", on=two).parts[0].fields["langs"] == ["de", "fr"]
    assert said("x").parts[0].fields["langs"] == ["en"]


def test_the_card_is_of_the_posts_link_or_of_the_only_bare_one(said):
    assert (
        said("x https://a.example/1 and https://a.example/2", link="https://a.example/2").parts[0].fields["card"] == "https://a.example/2"
    )
    assert said("x https://a.example/1").parts[0].fields["card"] == "https://a.example/1"
    assert "card" not in said("x https://a.example/1 https://a.example/2").parts[0].fields
    assert "card" not in said("x [label](https://a.example/1)").parts[0].fields


def test_no_card_beside_pictures_or_a_quote_or_where_nobody_wants_one(said):
    picture = Media("posts/a.png", alt="x")
    assert "card" not in said("x https://a.example/1", media=(picture,)).parts[0].fields
    assert "card" not in said("x https://a.example/1", quote="https://bsky.app/profile/b.example.com/post/3n2ve77542222").parts[0].fields
    assert "card" not in said("x https://a.example/1", options={"link_card": "false"}).parts[0].fields
    off = NETWORK(replace(CHANNEL, settings={"link_cards": False}))
    assert "card" not in said("x https://a.example/1", on=off).parts[0].fields
    assert "card" in said("x https://a.example/1", on=off, options={"link_card": True}).parts[0].fields


def test_a_post_too_long_in_bytes_is_split_by_bytes(said, network):
    family = "👩‍👩‍👧‍👦"
    words = " ".join([family] * 140)  # 279 graphemes, 3639 bytes
    parts = said(words, split=True).parts
    assert len(parts) == 2
    assert all(len(part.text.encode()) <= 3000 for part in parts)


def test_a_reply_to_nothing_known_and_a_threadgate_on_a_reply_are_problems(said, network, facts):
    post = Post("launch", "posts/launch.md", "x", reply_to="https://example.com/x", options={"threadgate": "nobody"}, language="deutsch_")
    found = network.remarks(post, network.compose(post, facts), facts)
    assert [problem.slug for problem in found] == ["unknown-post", "threadgate", "language"]


# -- what answers mean --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "expired"),
    [
        (400, {"error": "ExpiredToken", "message": "Token has expired"}, AuthFailed, True),
        (400, {"error": "InvalidToken", "message": "x"}, AuthFailed, True),
        (401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, AuthFailed, False),
        (401, {"error": "AccountTakedown", "message": "x"}, AuthFailed, False),
        (401, {"error": "AuthFactorTokenRequired", "message": "x"}, AuthFailed, False),
        (400, {"error": "InvalidRequest", "message": "too big"}, Rejected, None),
        (400, {"error": "BlobNotFound", "message": "x"}, Retriable, None),
        (413, "<html>too large</html>", Rejected, None),
        (401, {"jobStatus": {"did": "", "error": "unconfirmed_email", "jobId": "", "state": ""}}, Rejected, None),
        (401, {"jobStatus": None}, AuthFailed, False),
        (502, {"error": "UpstreamFailure", "message": "x"}, Retriable, None),
        (503, "<html>", Retriable, None),
    ],
)
def test_each_error_of_the_server_has_its_type(network, status, body, kind, expired):
    error = network.fault(status, {}, body)
    assert type(error) is kind
    assert getattr(error, "expired", None) is expired


def test_a_limit_is_waited_for_by_the_servers_own_clock(network):
    headers = {"date": "Tue, 24 Nov 2026 12:00:00 GMT", "ratelimit-reset": "1795522200", "ratelimit-remaining": "0"}
    assert network.fault(429, headers, {"error": "RateLimitExceeded"}).after == 601.0
    assert network.fault(429, {"retry-after": "7"}, "").after == 7.0
    assert network.fault(429, {}, "").after is None


def test_a_server_on_the_network_is_not_trusted_to_send_credentials_over_plain_http(at, fake):
    network = NETWORK(CHANNEL)
    conversation = network.verify()
    session = at.ask(network, next(conversation))
    session.body["didDoc"]["service"][0]["serviceEndpoint"] = "http://elsewhere.example"
    step = conversation.send(session)
    assert step.url == "https://bsky.social/xrpc/_health"
