"""A workflow of Teams, against a fake one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.teams import NETWORK
from smm_cli.sandbox.base import Reply
from smm_cli.sandbox.fakes.teams import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Earlier
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

URL = "https://flow.example/workflows/1/triggers/manual/paths/invoke?api-version=1&sv=1.0"
CHANNEL = Channel("team", "teams", {"url": URL})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    class Filling(driver):
        async def _send(self, request):
            return await super()._send(replace(request, url=request.url.replace("\x00token\x00", "sandbox-smm")))

    return Filling(fake, "", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def card_of(request):
    (attachment,) = request.body.value["attachments"]
    return attachment["content"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://flow.example/x", "https"),
        ("https://acme.webhook.office.com/webhookb2/1", "no longer works"),
        (f"{URL}&sig=abc", "before &sig="),
    ],
)
def test_an_address_is_that_of_a_workflow_without_its_secret(url, words):
    with pytest.raises(ValidationError, match=words):
        NETWORK(replace(CHANNEL, settings={"url": url}))


def test_a_post_is_one_card_that_was_accepted(fake, at, network, seal, facts):
    payload = composed(network, seal, facts, "Hello *you*", link="https://example.org/a", tags=("news",), title="T")
    receipt = at.run(network, network.publish(payload, 0))
    card = card_of(at.seen[0])
    assert at.seen[0].url.endswith("&sv=1.0&sig=\x00token\x00")
    assert [element["text"] for element in card["body"]] == ["Hello _you_", "#news"]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "example.org", "url": "https://example.org/a"}]
    assert receipt == PartReceipt(f"smm-{payload.key[:16]}")
    assert fake.public[0].id == receipt.id


def test_the_title_heads_the_card_where_that_is_wanted(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"url": URL, "title": True}))
    at.run(network, network.publish(composed(network, seal, facts, title="New *things*"), 0))
    assert card_of(at.seen[0])["body"][0]["text"] == "New \\*things\\*"


@pytest.mark.parametrize(("version", "style"), [("1.4", None), ("1.5", "heading")])
def test_a_card_holds_nothing_that_its_version_does_not_know(at, seal, facts, version, style):
    network = NETWORK(replace(CHANNEL, settings={"url": URL, "title": True, "version": version}))
    at.run(network, network.publish(composed(network, seal, facts, "# One\n\n> ## Two", title="T"), 0))
    title, heading, quote = card_of(at.seen[0])["body"]
    assert [block.get("style") for block in (title, heading, quote["items"][0])] == [style] * 3
    assert quote["style"] == "emphasis"


def test_people_are_called_by_an_entity_of_the_card(at, network, seal, facts):
    facts = replace(
        facts, people={"ada": Person("ada", {"teams": "ada@acme.example"}, "Ada L"), "bo": Person("bo", {"teams": "b@x"}, "Bo")}
    )
    at.run(network, network.publish(composed(network, seal, facts, "Thanks, @{ada}, @all"), 0))
    card = card_of(at.seen[0])
    assert card["body"][0]["text"] == "Thanks, <at>Ada L</at>, @\u2060all"
    mentioned = {"id": "ada@acme.example", "name": "Ada L"}
    assert card["msteams"]["entities"] == [{"type": "mention", "text": "<at>Ada L</at>", "mentioned": mentioned}]


def test_pictures_are_fetched_from_their_public_address(at, network, seal, facts, png):
    payload = composed(network, seal, facts, media=(Media("a.png", "A cat", blob=at.blob(png, "image/png")),))
    conversation = network.publish(payload, 0)
    put = next(conversation)
    assert put.url.startswith("media:")
    assert isinstance(conversation.send(Answer(201, {}, {"url": "https://cdn.example/a.png"})), Earlier)
    card = card_of(conversation.send(None))
    assert card["body"][-1] == {"type": "Image", "url": "https://cdn.example/a.png", "altText": "A cat"}


def test_the_whole_request_is_measured_in_bytes(at, network, seal, facts):
    def too_long(body):
        post = Post("launch", "p.md", body)
        return "too-long" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}

    body = next("ü" * n for n in range(14_300, 13_000, -1) if not too_long("ü" * n))
    conversation = network.publish(composed(network, seal, facts, body), 0)
    next(conversation)
    sent = json.dumps(conversation.send(None).body.value, ensure_ascii=False, separators=(",", ":")).encode()
    assert len(sent) in (28 * 1024, 28 * 1024 - 1)


def test_a_workflow_that_is_off_stops_the_channel(fake, at, network, seal, facts):
    fake.off = True
    with pytest.raises(AuthFailed, match="could not be found"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


def test_verify_asks_nothing(at, network):
    assert at.run(network, network.verify()).name == "flow.example"
    assert at.seen == []


def test_a_card_that_is_none_is_refused_by_the_fake(at, network, seal, facts):
    payload = composed(network, seal, facts)
    wrong = replace(payload, parts=(replace(payload.parts[0], fields={"body": [{"type": "Heading"}]}),))
    with pytest.raises(Rejected, match="Bad element"):
        at.run(network, network.publish(wrong, 0))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (202, None, None),
        (200, "", None),
        (400, {"error": {"code": "x", "message": "no"}}, Rejected),
        (401, {"error": {"message": "DirectApiAuthorizationRequired"}}, AuthFailed),
        (404, None, AuthFailed),
        (413, "<html>", Rejected),
        (429, None, RateLimited),
        (502, {"error": {"message": "x"}}, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_the_fake_says_a_limit_with_a_header(fake):
    assert isinstance(fake.too_many(7), Reply)
    assert fake.too_many(7).headers == {"retry-after": "7"}
