"""A bot on a Mattermost, against a fake one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.mattermost import NETWORK
from smm_cli.sandbox.fakes.mattermost import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media, Post

ROOM = "8n7k3c5w9pbr7mfa1y6xg2ezto"
CHANNEL = Channel("chat", "mattermost", {"server": "https://chat.example", "channel": ROOM})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, Account("@smm", facts={"team": "team"}))


@pytest.fixture
def at(fake, driver):
    return driver(fake, "sandbox-smm", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def commit(at, network, payload, part=0, earlier=None):
    conversation, told = network.publish(payload, part), None
    while True:
        step = conversation.send(told)
        if isinstance(step, Request) and step.commits:
            return step
        told = earlier if isinstance(step, Earlier) else at.ask(network, step)


def test_a_channel_is_an_id():
    with pytest.raises(ValidationError, match="26 letters"):
        NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "channel": "town-square"}))


def test_the_text_is_commonmark_that_calls_people_of_the_calendar_alone(network, facts, seal):
    facts = replace(facts, people={"ada": Person("ada", {"mattermost": "@ada_l"}), "bo": Person("bo", title="Bo_B")})
    text = composed(network, seal, facts, "@{ada}, @{bo}, @all, @**channel**, `@here`, a\\_b").parts[0].text
    assert text == "@ada_l, Bo\\_B, @\u2060all, @\u2060**channel**, `@here`, a\\_b"


def test_a_thread_hangs_on_its_first_post(fake, at, network, seal, facts):
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo\n\n---\n\nThree")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), earlier=first)
    at.run(network, network.publish(payload, 2), earlier=second)
    assert [request.body.value.get("root_id") for request in at.seen] == [None, first.id, first.id]
    assert first.url == f"https://chat.example/team/pl/{first.id}"
    assert NETWORK(CHANNEL)._receipt("x", "").url == "https://chat.example/_redirect/pl/x"


def test_files_are_uploaded_first(fake, at, network, seal, facts, png):
    blob = at.blob(png, "image/png")
    at.run(network, network.publish(composed(network, seal, facts, media=(Media("secret.png", blob=blob),)), 0))
    assert fake.public[0].media == ("media-1.png",)
    assert at.seen[0].url == "https://chat.example/api/v4/files"


def test_within_half_a_minute_the_server_itself_makes_no_second_post(fake, at, network, seal, facts):
    payload = composed(network, seal, facts)
    one, two = (at.run(network, network.publish(payload, 0)) for _ in range(2))
    assert one == two
    fake.clock.set(fake.clock.now() + timedelta(seconds=31))
    assert at.run(network, network.publish(payload, 0)) != one
    assert network.repeat() is None


@pytest.mark.parametrize("part", [0, 1])
def test_a_lost_post_is_found_by_its_mark_even_if_somebody_deleted_it(fake, at, network, seal, facts, noon, part):
    payload = composed(network, seal, facts, "Same\n\n---\n\nSame")
    earlier = at.run(network, network.publish(payload, 0)) if part else None
    intent = Intent(part, commit(at, network, payload, part, earlier), noon)
    assert at.run(network, network.lookup(payload, intent, (), earlier)) == Absent()
    receipt = at.run(network, network.publish(payload, part), earlier=earlier)
    assert at.run(network, network.lookup(payload, intent, (), earlier)) == Found(receipt)
    at.run(network, network.withdraw(receipt, part))
    assert at.run(network, network.lookup(payload, intent, (), earlier)) == Found(receipt)


def test_an_answer_without_a_list_proves_nothing(at, network, seal, facts, noon):
    payload = composed(network, seal, facts)
    looking = network.lookup(payload, Intent(0, commit(at, network, payload), noon), (), None)
    next(looking)
    with pytest.raises(StopIteration) as found:
        looking.send(Answer(200, body={"order": [], "posts": None}))
    assert isinstance(found.value.value, CannotTell)


def test_a_post_is_edited_and_withdrawn(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt)) == receipt
    assert fake.public[0].text == "Better"
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_verify_tells_team_version_and_limits(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.version, account.facts) == ("@smm", "11.0.2", {"team": "team"})
    assert (account.limits["text"], account.limits["image_bytes"]) == (16383, 100 << 20)
    assert account.url == "https://chat.example/team/channels/news"


def test_who_is_not_in_the_channel_is_told_so(fake, at, network, seal, facts):
    fake.closed.add(ROOM)
    with pytest.raises(AuthFailed, match="permissions"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {"id": "x"}, None),
        (400, {"id": "model.post.is_valid.message_length.app_error", "message": "long"}, Rejected),
        (401, {"id": "api.context.session_expired.app_error"}, AuthFailed),
        (403, "<html>", AuthFailed),
        (404, {"id": "app.channel.get.existing.app_error"}, AuthFailed),
        (404, {"id": "app.post.get.app_error"}, Rejected),
        (413, None, Rejected),
        (429, "limit exceeded", RateLimited),
        (500, {"id": "api.post.deduplicate_create_post.pending"}, Retriable),
        (501, {"id": "x"}, Rejected),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
