"""A bot and a webhook of Discord, against a fake one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks._discord_look import snowflake
from smm_cli.networks.check import check_payload
from smm_cli.networks.discord import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.discord import FAKE, GUILD
from smm_cli.words.auth import Bearer, InRequest
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.post import Blob, Media, Poll, Post

ROOM = "1200000000000000000"
CHANNEL = Channel("chat", "discord", {"channel": ROOM})
HOOK = Channel("chat", "discord", {"webhook": "1300000000000000000"})
ACCOUNT = Account("@smm", facts={"guild": GUILD})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, ACCOUNT)


@pytest.fixture
def at(fake, driver):
    """A driver that signs as a bot, or puts a webhook's token into its address."""

    class Signing(driver):
        async def _send(self, request):
            hooked = "\x00token\x00" in request.url
            self.raw = {} if hooked else {"authorization": "Bot sandbox-smm"}
            return await super()._send(replace(request, url=request.url.replace("\x00token\x00", "sandbox-smm"), auth=""))

    return Signing(fake, "", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def lookup(at, network, payload, noon, earlier=None):
    conversation = network.publish(payload, 0)
    next(conversation)
    intent = Intent(0, conversation.send(earlier), noon)
    return at.run(network, network.lookup(payload, intent, (), earlier))


@pytest.mark.parametrize("settings", [{}, {"channel": ROOM, "webhook": ROOM}, {"channel": "#news"}, {"webhook": "https://discord.com/x"}])
def test_a_channel_or_a_webhook_is_named_by_its_number(settings):
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings=settings))


@pytest.mark.parametrize("more", [{"tags": ["1"] * 6}, {"tags": ["news"]}, {"username": "x" * 81}, {"username": "My Discord"}])
def test_tags_are_five_numbers_and_a_name_is_not_discords(more):
    with pytest.raises(ValidationError, match="must be"):
        NETWORK(replace(HOOK, settings={**HOOK.settings, **more}))


def test_the_files_of_a_message_have_a_limit_together(network, facts):
    media = tuple(Media(f"{n}.png", "x", blob=Blob(f"{n}" * 64, 9 << 20, "image/png"), width=1, height=1) for n in range(3))
    for files, wrong in ((media[:2], False), (media, True)):
        post = Post("launch", "p.md", "Hello", media=files)
        found = check_payload(network, post, network.compose(post, facts), facts)
        assert ("media-too-large" in {problem.slug for problem in found}) is wrong


def test_a_bot_signs_and_a_webhook_has_its_secret_in_the_address():
    assert NETWORK(CHANNEL).auth == Bearer(scheme="Bot")
    assert NETWORK(HOOK).auth == InRequest() == NETWORK.auth_of(HOOK.settings)


def test_a_bots_message_has_a_nonce_and_calls_nobody_unasked(at, network, seal, facts):
    payload = composed(network, seal, facts)
    receipt = at.run(network, network.publish(payload, 0))
    sent = at.seen[0].body.value
    assert sent["allowed_mentions"] == {"parse": []}
    assert sent["enforce_nonce"] is True
    assert len(sent["nonce"]) <= 25
    assert receipt.url == f"https://discord.com/channels/{GUILD}/{ROOM}/{receipt.id}"
    assert at.run(network, network.publish(payload, 0)) == receipt


def test_only_people_of_the_calendar_are_called(network, at, seal, facts):
    facts = replace(facts, people={"ada": Person("ada", {"discord": "80351110224678912"}), "bo": Person("bo", {"discord": "bo_"}, "B_o")})
    at.run(network, network.publish(composed(network, seal, facts, "@{ada}, @{bo}, @everyone, <@99>"), 0))
    sent = at.seen[0].body.value
    assert sent["content"].startswith("<@80351110224678912>, B\\_o, ")
    assert sent["allowed_mentions"] == {"parse": [], "users": ["80351110224678912"]}


def test_a_webhook_waits_for_the_message_and_may_have_a_name(fake, at, seal, facts):
    network = NETWORK(replace(HOOK, settings={**HOOK.settings, "username": "News", "embeds": False}))
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert at.seen[0].query == (("wait", "true"),)
    assert fake.public[0].account == "News"
    assert at.seen[0].body.value["flags"] == 4
    assert "nonce" not in at.seen[0].body.value
    at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt))
    assert fake.public[0].text == "Better"
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_files_carry_their_descriptions(fake, at, network, seal, facts, png):
    media = (Media("secret name.png", "A cat", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(composed(network, seal, facts, media=media), 0))
    told = json.loads(at.seen[0].body.fields[0].value)
    assert told["attachments"] == [{"id": "0", "filename": "media-1.png", "description": "A cat"}]
    assert fake.public[0].media == ("A cat",)


@pytest.mark.parametrize("settings", [{"channel": "9000000000000000000"}, {"webhook": "9000000000000000000"}])
def test_a_post_in_a_forum_opens_a_thread_with_its_title_and_goes_on_there(fake, at, seal, facts, settings):
    network = NETWORK(replace(CHANNEL, settings={**settings, "forum": True, "tags": ["5"]}), ACCOUNT)
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo", title="News @all")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), earlier=first)
    assert [posted.more["thread"] for posted in fake.public] == ["News @all"] * 2
    assert first.more["thread"] == second.more["channel"]
    assert at.seen[0].body.value["applied_tags"] == ["5"]
    at.run(network, network.withdraw(second, 1))
    at.run(network, network.withdraw(first, 0))
    assert fake.public == []


def test_a_forum_demands_a_title(facts):
    network = NETWORK(replace(CHANNEL, settings={"channel": "9000000000000000000", "forum": True}))
    post = Post("launch", "p.md", "Hello")
    assert "title-missing" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def test_a_poll_asks_what_the_post_says(at, network, seal, facts):
    at.run(network, network.publish(composed(network, seal, facts, "Is *it* good?", poll=Poll(("Yes", "No"), 7200)), 0))
    sent = at.seen[0].body.value
    assert sent["poll"]["question"] == {"text": "Is it good?"}
    assert sent["poll"]["duration"] == 2
    assert "content" not in sent
    with pytest.raises(Rejected, match="no poll"):
        at.run(network, network.edit(composed(network, seal, facts, poll=Poll(("a", "b"))), 0, None))


def test_an_announcement_goes_on_to_the_servers_that_follow(fake, at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"channel": ROOM, "crosspost": True}), ACCOUNT)
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert fake.crossposted == [receipt.id]


def test_a_lost_message_is_found_among_those_of_its_channel(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts, "  Hello  ")
    fake.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(OSError, match="messages"):
        at.run(network, network.publish(payload, 0))
    found = lookup(at, network, payload, noon)
    assert found == Found(at.run(network, network.publish(payload, 0)))
    assert len(fake.public) == 1


def test_a_message_of_another_or_of_before_is_not_mine(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon + timedelta(minutes=5))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()
    receipt = at.run(network, network.publish(payload, 0))
    assert lookup(at, network, payload, noon, earlier=receipt) == Absent()


def test_more_messages_than_one_page_are_all_read(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts, "The one")
    for n in range(120):
        at.run(network, network.publish(composed(network, seal, facts, f"Another {n}"), 0))
    assert lookup(at, network, payload, noon) == Absent()
    at.run(network, network.publish(payload, 0))
    assert isinstance(lookup(at, network, payload, noon), Found)


def test_a_webhook_and_a_thread_in_a_forum_cannot_be_looked_up(at, seal, facts, noon):
    for settings in (HOOK.settings, {"channel": "9000000000000000000", "forum": True}):
        network = NETWORK(replace(CHANNEL, settings=settings))
        payload = composed(network, seal, facts, title="T")
        at.run(network, network.publish(payload, 0))
        assert isinstance(lookup(at, network, payload, noon), CannotTell)


def test_what_follows_a_message_that_was_found_goes_into_its_thread(fake, at, seal, facts, noon):
    network = NETWORK(replace(CHANNEL, settings={"channel": ROOM, "thread": "1400000000000000000"}), ACCOUNT)
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo")
    at.run(network, network.publish(payload, 0))
    found = lookup(at, network, payload, noon).receipt
    at.run(network, network.publish(payload, 1), earlier=found)
    assert at.seen[-1].url.endswith("/channels/1400000000000000000/messages")


def test_a_message_whose_target_was_gone_is_found_all_the_same(fake, at, network, seal, facts, noon):
    payload = composed(network, seal, facts, reply_to=f"https://discord.com/channels/{GUILD}/{ROOM}/1200000000000000009")
    receipt = at.run(network, network.publish(payload, 0))
    assert at.seen[-1].body.value["message_reference"]["message_id"] == "1200000000000000009"
    del fake.messages[receipt.id]["message_reference"]
    assert lookup(at, network, payload, noon) == Found(receipt)


def test_every_request_names_its_client_as_discord_asks(at, network, seal, facts):
    for one in (network, NETWORK(HOOK)):
        receipt = at.run(one, one.publish(composed(one, seal, facts), 0))
        at.run(one, one.edit(composed(one, seal, facts, "Better"), 0, receipt))
        at.run(one, one.withdraw(receipt, 0))
        at.run(one, one.verify())
    assert {request.headers["user-agent"].partition(" ")[0] for request in at.seen} == {"DiscordBot"}


def test_a_number_is_made_of_its_time(noon):
    assert int(snowflake(noon)) >> 22 == int(noon.timestamp() * 1000) - 1_420_070_400_000


def test_verify_names_the_bot_or_the_webhook(at, network, fake):
    assert at.run(network, network.verify()).handle == "@smm"
    hook = at.run(network, NETWORK(HOOK).verify())
    assert (hook.handle, hook.facts["guild"]) == ("smm", GUILD)
    fake.gone.add(HOOK.settings["webhook"])
    with pytest.raises(AuthFailed):
        at.run(NETWORK(HOOK), NETWORK(HOOK).verify())


def test_a_limit_says_how_long_in_its_body(network):
    error = network.fault(429, {}, {"message": "You are being rate limited.", "retry_after": 1.337})
    assert error.after == 1.337


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"id": "1"}, None),
        (204, None, None),
        (400, {"code": 50035, "message": "Invalid Form Body"}, Rejected),
        (400, {"code": 200000, "message": "AutoMod"}, Rejected),
        (401, {"code": 0}, AuthFailed),
        (403, {"code": 50013, "message": "Missing Permissions"}, AuthFailed),
        (403, {"code": 200001, "message": "AutoMod"}, Rejected),
        (403, "<html>1015</html>", AuthFailed),
        (404, {"code": 10015, "message": "Unknown Webhook"}, AuthFailed),
        (404, {"code": 10008, "message": "Unknown Message"}, Rejected),
        (413, {"code": 40005}, Rejected),
        (429, "<html>", RateLimited),
        (400, {"code": 20028}, RateLimited),
        (503, None, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
