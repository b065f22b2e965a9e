"""Messages in a Matrix room: two texts, pictures of their own, transaction ids, and what homeservers refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, ConfigError, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.matrix import NETWORK
from smm_cli.sandbox.fakes.matrix import FAKE
from smm_cli.words.auth import Bearer, Session
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import handle
from smm_cli.words.post import Media, Post

SERVER = "https://matrix.example"
ROOM = "!news:matrix.example"
CHANNEL = Channel("room", "matrix", {"server": SERVER, "room": "#news:matrix.example", "identifier": "it"})
ACCOUNT = Account("@it:matrix.example", "@it:matrix.example", software="synapse", facts={"device": "SMM-room"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, ACCOUNT)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("it"), fake.clock)


@pytest.fixture
def said(network, seal, facts):
    def made(body, people=None, **fields):
        known = replace(facts, people=people or {})
        return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), known))

    return made


def intent_of(at) -> Intent:
    return Intent(0, next(one for one in reversed(at.seen) if one.commits), at.clock.now())


def test_typed_names_call_nobody_and_people_are_called(said):
    assert "people" not in said("@everyone, @room, @ada:matrix.example").parts[0].fields
    part = said("Hi @{ada}, @{ada} and @{bea}", {"ada": Person("ada", {"matrix": "@ada:m.example"}), "bea": Person("bea")}).parts[0]
    assert part.fields["people"] == ["@ada:m.example"]
    assert part.text == "Hi @ada:m.example, @ada:m.example and bea"


def test_each_event_says_whom_it_mentions_so_that_words_in_it_do_not(at, fake, network, said):
    at.run(network, network.publish(said("@room!"), 0))
    assert fake.events[0]["content"]["m.mentions"] == {}


def test_pictures_are_messages_of_their_own_with_the_description_as_caption(at, fake, network, said, png):
    media = tuple(Media(f"{n}.png", alt=alt, blob=at.blob(png, "image/png"), width=1, height=1) for n, alt in enumerate(("One", "")))
    payload = said("Look", media=media)
    receipts = [at.run(network, network.publish(payload, part)) for part in range(3)]
    shown = [event["content"] for event in fake.events]
    assert [one["body"] for one in shown] == ["Look", "One", "image.png"]
    assert [one["msgtype"] for one in shown] == ["m.text", "m.image", "m.image"]
    assert not any("m.relates_to" in one for one in shown), "pictures of one message are no thread"
    assert len({receipt.id for receipt in receipts}) == 3


def test_a_thread_is_one_and_older_clients_see_answers(at, fake, network, said):
    payload = said("One\n\n---\n\nTwo\n\n---\n\nThree")
    last = None
    for part in range(3):
        last = at.run(network, network.publish(payload, part), last)
    relations = [event["content"].get("m.relates_to") for event in fake.events]
    assert relations[0] is None
    assert [one["event_id"] for one in relations[1:]] == [fake.events[0]["event_id"]] * 2
    assert [one["m.in_reply_to"]["event_id"] for one in relations[1:]] == [event["event_id"] for event in fake.events[:2]]
    assert last.more == {"room": ROOM, "root": fake.events[0]["event_id"]}


def test_a_reply_answers_one_of_ours_or_the_message_of_an_address(at, fake, network, said, facts, seal, noon):
    at.run(network, network.publish(said("x", reply_to="https://matrix.to/#/!news%3Amatrix.example/%24abc?via=matrix.example"), 0))
    assert fake.events[0]["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": "$abc"}}
    with pytest.raises(Rejected, match="names no message"):
        at.run(network, network.publish(said("x", reply_to="https://elsewhere.example/1"), 0))
    with pytest.raises(Retriable, match="not yet published"):
        at.run(network, network.publish(said("x", reply_to="older"), 0))
    older = Receipt("older@room", "older", "room", "matrix", "published", noon, parts=(PartReceipt("$one"), PartReceipt("$two")))
    post = Post("launch", "posts/launch.md", "y", reply_to="older")
    at.run(network, network.publish(seal(network.compose(post, replace(facts, receipts={"older": older}))), 0))
    assert fake.events[-1]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == "$two"


def test_a_large_text_is_found_before_and_refused_by_the_server(at, network, said, facts):
    post = Post("launch", "posts/launch.md", "ä" * 16_000)
    (problem,) = check_payload(network, post, network.compose(post, facts), facts)
    assert (problem.slug, "bytes" in problem.what) == ("too-long", True)
    with pytest.raises(Rejected, match="event too large"):
        at.run(network, network.publish(said("ä" * 17_000), 0))


@pytest.mark.parametrize(
    ("software", "device", "sign_in", "proven"),
    [
        ("synapse", "SMM-room", "password", True),
        ("synapse", "OTHER", "password", False),
        ("synapse", "OTHER", "token", True),
        ("dendrite", "SMM-room", "password", False),
        ("", "SMM-room", "password", False),
    ],
)
def test_a_repetition_is_harmless_on_synapse_within_one_device(software, device, sign_in, proven):
    channel = replace(CHANNEL, settings={**CHANNEL.settings, "sign_in": sign_in})
    found = NETWORK(channel, replace(ACCOUNT, software=software, facts={"device": device})).repeat()
    assert (found.seconds if found else None) == (86_400 if proven else None)
    assert NETWORK(channel).repeat() is None


def test_a_setting_chooses_password_or_token():
    assert isinstance(NETWORK(CHANNEL).auth, Session)
    assert isinstance(NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "sign_in": "token"})).auth, Bearer)
    assert isinstance(NETWORK.auth_of({"sign_in": "token"}), Bearer)
    assert NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "sign_in": "token"})).login is None


@pytest.mark.parametrize(("told", "sent"), [("it", "it"), ("it:matrix.example", "@it:matrix.example"), ("@it:x.y", "@it:x.y"), ("", "it")])
def test_whom_to_log_in_is_a_name_or_a_whole_id(network, told, sent):
    assert next(network.login({"identifier": told})).body.value["identifier"]["user"] == sent


def test_a_login_keeps_its_device(network):
    conversation = network.login({"identifier": "it"})
    request = next(conversation)
    assert request.body.value["device_id"] == "SMM-room"
    assert request.body.value["password"] == handle("password")
    assert (request.auth, request.secret) == ("", ("access_token",))


def test_lookup_finds_a_message_by_its_mark_after_the_server_forgot_the_transaction(at, fake, network, said):
    payload = said("Hello")
    receipt = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    for event in fake.events:
        event["transaction"] = "forgotten"
    for n in range(130):
        at.run(network, network.publish(said(f"other {n}"), 0))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)


def test_lookup_tells_what_was_never_sent_and_looks_no_further_back_than_it_must(at, fake, network, said):
    at.run(network, network.publish(said("old"), 0))
    fake.clock.set(fake.clock.now() + timedelta(hours=1))
    payload = said("never")
    conversation = network.publish(payload, 0)
    step = next(conversation)
    while not getattr(step, "commits", False):
        step = conversation.send(at.ask(network, step) if hasattr(step, "method") else None)
    asked = len(at.seen)
    assert at.run(network, network.lookup(payload, Intent(0, step, fake.clock.now()), (), None)) == Absent()
    assert len(at.seen) == asked + 1


def test_lookup_cannot_tell_where_a_message_was_taken_down_meanwhile(at, fake, network, said):
    payload = said("Hello")
    receipt = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    at.run(network, network.withdraw(receipt, 0))
    fake.events[0]["transaction"] = "forgotten"
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), CannotTell)


def test_an_edit_is_taken_down_with_the_message(at, fake, network, said):
    receipt = at.run(network, network.publish(said("Frist"), 0))
    edited = at.run(network, network.edit(said("First"), 0, receipt))
    assert (edited.id, fake.public[0].text) == (receipt.id, "First")
    assert fake.events[1]["content"]["body"] == "* First"
    at.run(network, network.withdraw(edited, 0))
    assert fake.public == []
    assert [event["content"] for event in fake.events] == [{}, {}]
    at.run(network, network.withdraw(replace(edited, id="$gone", more={"room": ROOM}), 0))


def test_verify_refuses_a_room_that_is_encrypted_or_closed(at, fake, network):
    assert at.run(network, network.verify()).limits["video_bytes"] == 52_428_800
    fake.encrypted.add(ROOM)
    with pytest.raises(ConfigError, match="encrypted"):
        at.run(network, network.verify())
    fake.closed.add(ROOM)
    with pytest.raises(AuthFailed, match="not in the room"):
        at.run(network, network.verify())


@pytest.mark.parametrize("room", ["news", "#news", "@me:x"])
def test_a_room_is_an_alias_or_an_id(room):
    with pytest.raises(ValidationError, match="must be a room"):
        NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "room": room}))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, "", None),
        (401, "M_UNKNOWN_TOKEN", AuthFailed),
        (401, "M_MISSING_TOKEN", AuthFailed),
        (403, "M_FORBIDDEN", Rejected),
        (403, "M_USER_SUSPENDED", AuthFailed),
        (401, "M_USER_LOCKED", AuthFailed),
        (404, "M_UNRECOGNIZED", Rejected),
        (413, "M_TOO_LARGE", Rejected),
        (429, "M_LIMIT_EXCEEDED", RateLimited),
        (400, "M_LIMIT_EXCEEDED", RateLimited),
        (502, "", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, code, kind):
    for body in ({"errcode": code, "error": "words"}, *(("", "<html>", None) if status in (200, 502) else ())):
        assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_a_token_that_ended_may_be_renewed_and_others_not(network):
    assert network.fault(401, {}, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}).expired
    assert not network.fault(401, {}, {"errcode": "M_MISSING_TOKEN"}).expired
    assert not network.fault(401, {}, {"errcode": "M_USER_LOCKED", "soft_logout": True}).expired


def test_the_time_to_wait_is_in_the_body_or_a_header(network):
    assert network.fault(429, {}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}).after == 2.5
    assert network.fault(429, {"retry-after": "7"}, "slow down").after == 7
