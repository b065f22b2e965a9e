"""Google Chat's webhooks: secrets in the address, threads, request ids, what cannot be known."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.google_chat import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.google_chat import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import CannotTell, Intent
from smm_cli.words.post import Post

CHANNEL = Channel("team", "google-chat", {"space": "AAAA"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver that fills in the secrets of the address."""

    class Filling(driver):
        secret = "sandbox-acme"

        async def _send(self, request):
            query = tuple((name, self.secret if value.startswith("\x00") else value) for name, value in request.query)
            return await super()._send(replace(request, query=query))

    return Filling(fake, "", fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def test_key_and_token_stand_in_the_query_as_handles(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    query = dict(at.seen[0].query)
    assert (query["key"], query["token"]) == ("\x00key\x00", "\x00token\x00")
    assert at.seen[0].url == "https://chat.googleapis.com/v1/spaces/AAAA/messages"
    assert network.hosts() == ("chat.googleapis.com",)


def test_parts_stand_in_one_thread(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    assert first.more == second.more == {"thread": "spaces/AAAA/threads/m1"}
    assert [posted.reply_to for posted in fake.public] == ["", first.id]
    assert (first.id, first.url) == ("spaces/AAAA/messages/m1.m1", "https://chat.google.com/room/AAAA/m1/m1")
    assert dict(at.seen[1].query)["messageReplyOption"] == "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"


def test_addresses_are_left_out_where_they_are_not_wanted(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"space": "AAAA", "addresses": False}))
    assert at.run(network, network.publish(said(network, seal, facts), 0)).url == ""


def test_the_request_id_is_a_uuid_of_the_part_and_the_same_each_time(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    for part in (0, 0, 1):
        at.run(network, network.publish(payload, part))
    ids = [dict(request.query)["requestId"] for request in at.seen]
    assert ids[0] == ids[1] != ids[2]
    assert UUID(ids[0])
    assert len(fake.public) == 2


def test_a_lost_answer_is_repeated_only_where_the_setting_trusts_request_ids(at, network, seal, facts, noon):
    trusting = NETWORK(replace(CHANNEL, settings={"space": "AAAA", "request_ids": True}))
    assert network.repeat() is None
    assert trusting.repeat().seconds is None
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    told = at.run(network, network.lookup(payload, Intent(0, at.seen[0], noon), (), None))
    assert isinstance(told, CannotTell)


def test_an_answer_without_a_name_leaves_the_outcome_open(fake, at, network, seal, facts):
    fake.faults.append(Fault("status", status=200, body={}))
    with pytest.raises(OutcomeUnknown):
        at.run(network, network.publish(said(network, seal, facts), 0))


def test_people_are_called_by_number_and_everybody_is_not(network, seal, facts):
    facts = replace(
        facts, people={"ada": Person("ada", {"google-chat": "12345"}, "Ada"), "bob": Person("bob", {"google-chat": "bob"}, "Bob")}
    )
    text = said(network, seal, facts, "@{ada} and @{bob}, not \\<users/all> or @all").parts[0].text
    assert text == "<users/12345> and Bob, not <\u2060users/all> or @\u2060all"


def test_verify_asks_with_an_empty_message_that_nobody_sees(fake, at, network):
    assert at.run(network, network.verify()).handle == "AAAA"
    assert fake.posted == []


def test_verify_tells_a_wrong_address(at, network):
    at.secret = "wrong"
    with pytest.raises(AuthFailed, match="API key"):
        at.run(network, network.verify())


def test_verify_tells_silence(fake, at, network):
    fake.faults.append(Fault("unreachable"))
    with pytest.raises(Retriable, match="does not answer"):
        at.run(network, network.verify())


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [(400, "Message is too long.", Rejected), (400, "API key not valid.", AuthFailed), (401, "no", AuthFailed), (403, "no", AuthFailed),
     (404, "gone", AuthFailed), (429, "slow", RateLimited), (500, "oops", Retriable), (503, "later", Retriable)],
)  # fmt: skip
def test_each_answer_has_its_error(network, status, message, kind):
    assert type(network.fault(status, {}, {"error": {"code": status, "status": "X", "message": message}})) is kind


@pytest.mark.parametrize("body", [None, "", "<html>", {"error": "x"}])
def test_answers_that_are_no_json_are_read_by_their_status(network, body):
    assert network.fault(200, {}, body) is None
    assert type(network.fault(502, {}, body)) is Retriable


def test_a_whole_address_is_no_space():
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings={"space": "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=K&token=T"}))


def test_nothing_can_be_taken_down(network):
    assert network.withdraw is None
    assert network.edit is None
