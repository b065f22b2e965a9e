"""Bluesky: publishing on a server with Bluesky's rules, and what comes after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._bluesky_video import upload
from smm_cli.networks.bluesky import NETWORK
from smm_cli.sandbox.fakes.bluesky import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Blob, Media, Post

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


def publish(at, network, payload):
    """All parts in order; their receipts."""
    receipts = []
    for number in range(len(payload.parts)):
        receipts.append(at.run(network, network.publish(payload, number), receipts[-1] if receipts else None))
    return receipts


def record(fake, receipt, collection="app.bsky.feed.post"):
    did, _, rkey = receipt.id.removeprefix("at://").split("/")
    return fake.members[did].records.get(collection, {}).get(rkey)


# -- publishing ---------------------------------------------------------------------------------------------------------------


def test_a_post_becomes_one_record_and_its_receipt(at, network, fake, said):
    receipt = publish(at, network, said("Hello #world"))[0]
    assert record(fake, receipt)["text"] == "Hello #world"
    assert record(fake, receipt)["createdAt"] == "2026-11-24T12:00:00.000Z"
    assert receipt.url == f"https://bsky.app/profile/{network.account.id}/post/{receipt.more['rkey']}"
    assert [request.commits for request in at.seen].count(True) == 1


def test_an_unverified_channel_asks_whose_session_it_is(at, fake, said):
    network = NETWORK(Channel("bluesky", "bluesky"))
    receipt = publish(at, network, said("Hello", on=network))[0]
    assert receipt.id.startswith(f"at://{fake.member('ada.bsky.social').did}/")


def test_mentions_that_resolve_are_linked_and_others_are_text(at, network, fake, said):
    people = {"ben": Person("ben", {"bluesky": "ben.bsky.social"}), "eve": Person("eve", {"bluesky": "eve.invalid"})}
    value = record(fake, publish(at, network, said("@{ben} @{eve}", people=people))[0])
    assert value["text"] == "@ben.bsky.social @eve.invalid"
    assert [facet["index"] for facet in value["facets"]] == [{"byteStart": 0, "byteEnd": 16}]


def test_what_stands_before_the_gate_needs_nothing_of_the_other_parts(network, said, at, png):
    payload = said("one\n\n---\n\ntwo", media=(Media("a.png", alt="x", blob=at.blob(png, "image/png")),))
    for part in (0, 1):
        conversation = network.publish(payload, part)
        step = next(conversation)
        while not isinstance(step, Earlier):
            assert isinstance(step, Request)
            assert not step.commits
            step = conversation.send(at.ask(network, step))


def test_a_thread_goes_on_below_a_part_that_a_person_confirmed_by_its_address(at, network, fake, said):
    payload = said("one\n\n---\n\ntwo")
    first = at.run(network, network.publish(payload, 0))
    confirmed = PartReceipt(first.url, first.url)
    second = at.run(network, network.publish(payload, 1), confirmed)
    assert record(fake, second)["reply"]["parent"] == {"uri": first.id, "cid": first.more["cid"]}


def test_a_film_is_prepared_by_the_video_service_and_named_in_the_record(at, network, fake, said):
    film = Media("a.mp4", alt="a film", blob=at.blob(b"film", "video/mp4"), width=16, height=9)
    receipt = publish(at, network, said("film", media=(film,)))[0]
    assert record(fake, receipt)["embed"]["video"]["mimeType"] == "video/mp4"
    assert at.waited == [2.0, 2.0, 2.0]
    to_service = [request for request in at.seen if "video.bsky.app" in request.url]
    assert all(request.auth == "" for request in to_service)
    again = publish(at, network, said("again", media=(film,)))[0]
    assert record(fake, again)["embed"]["video"] == record(fake, receipt)["embed"]["video"]


def test_a_film_that_cannot_be_used_is_refused_and_one_the_service_stumbled_over_comes_again(at, network, fake, said):
    film = Media("a.mp4", alt="a film", blob=at.blob(b"film", "video/mp4"))
    for failure, error in (("encoding_failure", Rejected), ("pds_upload_failure", Retriable)):
        fake.next_failure = failure
        with pytest.raises(error, match="could not use the video"):
            publish(at, network, said("film", media=(film,)))
    assert fake.posted == []


def test_the_daily_limit_for_films_is_waited_for(at, network, fake, said):
    fake.daily = 0
    with pytest.raises(Retriable, match="daily upload limit") as caught:
        publish(at, network, said("film", media=(Media("a.mp4", blob=at.blob(b"film", "video/mp4")),)))
    assert caught.value.after == 3600


def test_gates_come_after_the_receipt_and_only_on_the_first_part(at, network, fake, said):
    payload = said("one\n\n---\n\ntwo", options={"threadgate": "nobody", "quotes": "false"})
    conversation = network.publish(payload, 0)
    told, steps = None, []
    while True:
        try:
            step = conversation.send(told)
        except StopIteration as stop:
            first = stop.value
            break
        steps.append(step)
        told = at.ask(network, step) if isinstance(step, Request) else None
    assert [type(step) for step in steps] == [Earlier, Request, PartReceipt, Request, Request]
    assert steps[2] == first
    second = at.run(network, network.publish(payload, 1), first)
    assert (first.more["gates"], second.more["gates"]) == (
        ["app.bsky.feed.threadgate", "app.bsky.feed.postgate"],
        ["app.bsky.feed.postgate"],
    )
    assert record(fake, first, "app.bsky.feed.threadgate")["allow"] == []


def test_an_answer_without_an_address_is_an_unknown_outcome(network, said):
    conversation = network.publish(said("x"), 0)
    step = conversation.send(None)
    while not (isinstance(step, Request) and step.commits):
        step = conversation.send(None)
    with pytest.raises(OutcomeUnknown):
        conversation.send(Answer(200, {}, {}))


def test_an_answer_to_a_thread_of_the_calendar_goes_on_at_its_end_and_a_quote_shows_its_start(at, network, fake, said):
    thread = publish(at, network, said("one\n\n---\n\ntwo"))
    known = {"first": Receipt("first@b", "first", "b", "bluesky", "published", at.clock.now(), parts=tuple(thread))}
    value = record(fake, publish(at, network, said("three", reply_to="first", quote="first", receipts=known))[0])
    assert (value["reply"]["root"]["uri"], value["reply"]["parent"]["uri"]) == (thread[0].id, thread[1].id)
    assert value["embed"]["record"]["uri"] == thread[0].id


def test_a_film_is_meant_for_the_server_that_keeps_the_account_not_for_the_entryway():
    conversation = upload(Blob("ab", 9, "video/mp4"), did="did:plc:x", pds="https://bsky.social", service="https://video.bsky.app")
    next(conversation)
    home = {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://morel.example"}]}
    first = conversation.send(Answer(200, {"date": "Tue, 24 Nov 2026 12:00:00 GMT"}, {"didDoc": home}))
    assert dict(first.query) == {"aud": "did:web:video.bsky.app", "lxm": "app.bsky.video.getUploadLimits", "exp": "1795523400"}
    conversation.send(Answer(200, {}, {"token": "handle"}))
    second = conversation.send(Answer(200, {}, {"canUpload": True}))
    assert dict(second.query)["aud"] == "did:web:morel.example"


# -- afterwards ---------------------------------------------------------------------------------------------------------------


def lookup(at, network, payload, part=0, earlier=None):
    sent = next(request for request in reversed(at.seen) if request.commits)
    return at.run(network, network.lookup(payload, Intent(part, sent, at.clock.now()), (), earlier))


def test_lookup_finds_a_part_with_its_root_and_gates(at, network, said):
    payload = said("one\n\n---\n\ntwo", options={"quotes": "no"})
    first, second = publish(at, network, payload)
    assert lookup(at, network, payload, 1, first) == Found(second)


def test_lookup_says_absent_only_where_the_server_knows_of_no_record(at, network, said):
    payload = said("one")
    receipt = publish(at, network, payload)[0]
    at.run(network, network.withdraw(receipt, 0))
    assert lookup(at, network, payload) == Absent()


def test_lookup_takes_no_other_record_for_ours(at, network, fake, said):
    payload = said("one")
    receipt = publish(at, network, payload)[0]
    record(fake, receipt)["text"] = "somebody wrote over it"
    assert isinstance(lookup(at, network, payload), CannotTell)


def test_a_post_known_by_its_address_alone_can_be_withdrawn(at, network, fake, said):
    receipt = publish(at, network, said("one"))[0]
    at.run(network, network.withdraw(PartReceipt(receipt.url, receipt.url), 0))
    assert fake.public == []


def test_there_is_no_edit():
    assert NETWORK.edit is None


def test_the_same_payload_publishes_once_however_often_it_is_sent(at, network, fake, said):
    payload = said("once", receipts={"first": Receipt("f@b", "first", "b", "bluesky", "published", at.clock.now())})
    assert publish(at, network, payload) == publish(at, network, payload)
    assert len(fake.posted) == 1
