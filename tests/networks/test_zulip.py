"""A bot on a Zulip, against a fake one."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.zulip import NETWORK
from smm_cli.sandbox.fakes.zulip import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

CHANNEL = Channel("chat", "zulip", {"server": "https://zulip.example", "channel": "news"})
ACCOUNT = Account("bot@zulip.example", software="zulip", version="12.1", facts={"channel": "42"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, ACCOUNT)


@pytest.fixture
def at(fake, driver):
    class Basic(driver):
        user = "bot@zulip.example"

        async def _send(self, request):
            pair = b64encode(f"{self.user}:{self.token}".encode()).decode()
            self.raw = {"authorization": f"Basic {pair}"}
            return await super()._send(replace(request, auth=""))

    return Basic(fake, "sandbox-key", fake.clock)


def composed(network, seal, facts, body="Hello *you*", title="Release", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, title=title, **fields), facts))


def intent_of(network, payload, noon, part=0):
    conversation = network.publish(payload, part)
    next(conversation)
    return Intent(part, conversation.send(None), noon)


def test_a_message_goes_into_the_topic_of_its_title(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts, "@{ada}, @**all**, @{bo}", title="News @all"), 0))
    assert dict(at.seen[0].body.pairs) == {
        "type": "stream",
        "to": "news",
        "topic": "News @all",
        "content": "ada, @\u2060**all**, bo",
    }
    assert receipt.url == f"https://zulip.example/#narrow/channel/42/near/{receipt.id}"


@pytest.mark.parametrize(
    ("settings", "options", "title", "topic"),
    [({"topic": "News"}, {}, "T", "News"), ({"topic": "News"}, {"topic": "Own"}, "T", "Own"), ({}, {}, "", "launch")],
)
def test_a_topic_may_be_set_for_the_channel_or_the_post(seal, facts, settings, options, title, topic):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, **settings}))
    assert composed(network, seal, facts, title=title, options=options).parts[0].fields["topic"] == topic


def test_people_are_called_by_full_name_or_number(network, facts, seal):
    facts = replace(facts, people={"ada": Person("ada", {"zulip": "@Ada Lovelace"}), "bo": Person("bo", {"zulip": "17"})})
    assert composed(network, seal, facts, "@{ada} @{bo}").parts[0].text == "@**Ada Lovelace** @**|17**"


def test_pictures_stand_in_the_text_of_new_servers_and_are_linked_on_old_ones(fake, at, network, seal, facts, png):
    media = (Media("a.png", "A [cat]", blob=at.blob(png, "image/png")),)
    for version, sign in (("12.1", "!"), ("11.4", ""), ("", "")):
        network = NETWORK(CHANNEL, replace(ACCOUNT, version=version))
        at.run(network, network.publish(composed(network, seal, facts, media=media), 0))
        last = fake.public[-1].text.split("\n")[-1]
        assert last.startswith(f"{sign}[A (cat)](/user_uploads/2/")


def test_an_edit_keeps_the_files_and_uploads_new_ones(fake, at, network, seal, facts, png):
    one, two = Media("a.png", "one", blob=at.blob(png, "image/png")), Media("b.png", "two", blob=at.blob(png + b"x", "image/png"))
    receipt = at.run(network, network.publish(composed(network, seal, facts, media=(one,)), 0))
    after = at.run(network, network.edit(composed(network, seal, facts, "Better", media=(one, two)), 0, receipt))
    assert len([request for request in at.seen if request.url.endswith("user_uploads")]) == 2
    assert fake.public[0].text.startswith("Better\n![one](")
    assert set(after.more["files"]) == {one.blob.sha256, two.blob.sha256}
    for _ in range(2):
        at.run(network, network.withdraw(after, 0))
    assert fake.public == []


def test_what_would_be_cut_off_is_an_error(network, facts):
    def slugs(body, title="T", media=()):
        post = Post("launch", "p.md", body, title=title, media=media)
        return {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}

    assert "too-long" not in slugs("x" * 10_000)
    assert "too-long" in slugs("x" * 10_001)
    assert "too-long" in slugs("x", title="t" * 61)


def test_a_lost_message_is_found_in_its_topic(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts, "Same\n\n---\n\nSame")
    intent = intent_of(network, payload, noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()
    first = at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(first)
    assert at.run(network, network.lookup(payload, intent_of(network, payload, noon, 1), (), first)) == Absent()
    late = replace(intent, at=noon + timedelta(minutes=2))
    assert at.run(network, network.lookup(payload, late, (), None)) == Absent()


def test_a_channel_that_is_named_by_number_is_looked_into_by_number(at, seal, facts, noon):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "channel": "42"}), ACCOUNT)
    payload = composed(network, seal, facts)
    receipt = at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, intent_of(network, payload, noon), (), None)) == Found(receipt)


def test_an_answer_without_a_list_proves_nothing(network, seal, facts, noon):
    payload = composed(network, seal, facts)
    looking = network.lookup(payload, intent_of(network, payload, noon), (), None)
    next(looking)
    looking.send(Answer(200, body={"result": "success", "user_id": 1}))
    with pytest.raises(StopIteration) as found:
        looking.send(Answer(200, body={"result": "success"}))
    assert isinstance(found.value.value, CannotTell)


def test_more_messages_than_are_listed_leave_it_open(fake, at, network, seal, facts, noon):
    intent = intent_of(network, composed(network, seal, facts), noon)
    for n in range(101):
        at.run(network, network.publish(composed(network, seal, facts, f"Another {n}"), 0))
    assert isinstance(at.run(network, network.lookup(composed(network, seal, facts), intent, (), None)), CannotTell)


def test_verify_tells_version_and_the_number_of_the_channel(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.version, account.facts) == ("bot@zulip.example", "12.0", {"channel": "42"})
    assert (account.limits["text"], account.limits["topic"], account.limits["image_bytes"]) == (10_000, 60, 25 << 20)


def test_a_channel_that_is_not_there_stops_the_channel(fake, at, network, seal, facts):
    fake.missing_channels.add("news")
    with pytest.raises(AuthFailed, match="does not exist"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


def test_a_limit_says_how_long_in_its_body(network):
    assert network.fault(429, {}, {"result": "error", "code": "RATE_LIMIT_HIT", "retry-after": 28.7}).after == 28.7


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"result": "success"}, None),
        (200, {"result": "error", "msg": "no"}, Rejected),
        (400, {"result": "error", "code": "STREAM_DOES_NOT_EXIST", "msg": "x"}, AuthFailed),
        (400, {"result": "error", "code": "BAD_REQUEST", "msg": "Not authorized to send to channel 'x'"}, AuthFailed),
        (400, {"result": "error", "code": "TOPIC_WILDCARD_MENTION_NOT_ALLOWED", "msg": "x"}, Rejected),
        (401, {"result": "error", "msg": "Invalid API key"}, AuthFailed),
        (403, {"code": "REALM_DEACTIVATED"}, AuthFailed),
        (429, "<html>", RateLimited),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
