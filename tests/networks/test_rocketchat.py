"""An account on a Rocket.Chat, against a fake one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.rocketchat import NETWORK, message_id
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.rocketchat import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("chat", "rocketchat", {"server": "https://rocket.example", "room": "GENERAL"})
ACCOUNT = Account("@smm", facts={"type": "c", "name": "general"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, ACCOUNT)


@pytest.fixture
def at(fake, driver):
    """A driver that fills both headers, as the transport does."""

    class Filling(driver):
        async def _send(self, request):
            filled = {
                name: value.replace("\x00token\x00", self.token).replace("\x00user_id\x00", "u1") for name, value in request.headers.items()
            }
            return await super()._send(replace(request, headers=filled, auth=""))

    return Filling(fake, "sandbox-smm", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def commit(at, network, payload, part=0, earlier=None):
    conversation, told = network.publish(payload, part), None
    while True:
        step = conversation.send(told)
        if isinstance(step, Request) and step.commits:
            return step
        told = earlier if isinstance(step, Earlier) else at.ask(network, step)


@pytest.mark.parametrize("room", ["#general", "", "a b"])
def test_a_room_is_an_id(room):
    with pytest.raises(ValidationError, match="id of a room"):
        NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "room": room}))


def test_a_message_has_an_id_of_our_own_and_is_made_once(fake, at, network, seal, facts):
    payload = composed(network, seal, facts)
    receipts = [at.run(network, network.publish(payload, 0)) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert len(fake.public) == 1
    id = message_id(payload.key, 0)
    assert (len(id), id.isalnum(), receipts[0].id) == (17, True, id)
    assert receipts[0].url == f"https://rocket.example/channel/general?msg={id}"
    assert at.seen[0].headers == {"x-auth-token": "\x00token\x00", "x-user-id": "\x00user_id\x00"}


def test_ids_differ_by_message_and_part():
    assert len({message_id(key, part) for key in ("a", "b") for part in range(50)}) == 100


def test_names_that_were_typed_call_nobody(network, facts, seal):
    facts = replace(facts, people={"ada": Person("ada", {"rocketchat": "@ada.l"})})
    assert composed(network, seal, facts, "@{ada} @all @here").parts[0].text == "@ada.l @\u2060all @\u2060here"


def test_each_file_is_a_message_in_the_thread_of_the_text(fake, at, network, seal, facts, png):
    media = (Media("secret.png", "A cat", blob=at.blob(png, "image/png")),)
    payload = composed(network, seal, facts, media=media)
    assert [len(part.media) for part in payload.parts] == [0, 1]
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), earlier=first)
    assert [(posted.text, posted.media) for posted in fake.public] == [("Hello _you_", ()), ("", ("A cat",))]
    assert fake.messages[second.id]["tmid"] == first.id
    assert fake.messages[second.id]["file"]["name"] == "media-1.png"


def test_a_lost_text_is_found_by_its_id(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts)
    intent = Intent(0, commit(at, network, payload), noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()
    receipt = at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    fake.faults.append(Fault("status", status=401, body={"status": "error"}))
    with pytest.raises(AuthFailed):
        at.run(network, network.lookup(payload, intent, (), None))


def test_a_lost_file_is_found_in_the_room(at, network, seal, facts, noon, png):
    payload = composed(network, seal, facts, "", media=(Media("a.png", "x", blob=at.blob(png, "image/png")),))
    request = commit(at, network, payload)
    intent = Intent(0, request, noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()
    made = at.ask(network, request)
    assert at.run(network, network.lookup(payload, intent, (), None)).receipt.id == made.get("message", "_id")
    assert isinstance(at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).lookup(payload, intent, (), None)), CannotTell)


def test_an_answer_without_a_list_proves_nothing(at, network, seal, facts, noon, png):
    payload = composed(network, seal, facts, "", media=(Media("a.png", "A cat", blob=at.blob(png, "image/png")),))
    looking = network.lookup(payload, Intent(0, commit(at, network, payload), noon), (), None)
    next(looking)
    with pytest.raises(StopIteration) as found:
        looking.send(Answer(200, body={"success": True}))
    assert isinstance(found.value.value, CannotTell)


def test_a_message_is_edited_and_withdrawn(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt)) == receipt
    assert fake.public[0].text == "Better"
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_verify_tells_the_room_and_the_version(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.version, account.facts) == ("@smm", "8.1", {"type": "c", "name": "general"})
    assert account.url == "https://rocket.example/channel/general"


def test_who_is_not_in_the_room_is_told_so(fake, at, network, seal, facts):
    fake.closed.add("GENERAL")
    with pytest.raises(AuthFailed, match="not in the room"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


def test_a_limit_says_how_long_in_its_words(fake, network):
    assert network.fault(429, {}, fake.too_many(42).body).after == 42
    assert network.fault(400, {}, fake.too_many(42).body).after == 42


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"success": True}, None),
        (200, {"success": False, "error": "no"}, Rejected),
        (400, {"success": False, "error": "x [error-message-size-exceeded]", "errorType": "error-message-size-exceeded"}, Rejected),
        (400, {"success": False, "errorType": "error-room-archived"}, AuthFailed),
        (400, {"success": False, "errorType": "totp-required"}, AuthFailed),
        (400, {"success": False, "error": "E11000 duplicate key error"}, OutcomeUnknown),
        (401, {"status": "error", "message": "You must be logged in to do this."}, AuthFailed),
        (403, {"error": "unauthorized"}, AuthFailed),
        (429, "<html>", RateLimited),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
