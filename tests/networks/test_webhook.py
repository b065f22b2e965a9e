"""Signed events for a receiver, against one that checks signatures by itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.accounts.sign import sign
from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.webhook import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.webhook import FAKE, SECRET
from smm_cli.words.channel import Channel, Person
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.post import Media, Poll, Post

URL = "https://hooks.example/in/smm"
CHANNEL = Channel("hook", "webhook", {"url": URL})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def signing(driver):
    """A driver that signs as the transport does, over the bytes that leave."""

    class Signing(driver):
        secret = SECRET

        async def _send(self, request):
            content = json.dumps(request.body.value).encode()
            self.raw = sign(NETWORK.auth, {"secret": self.secret}, request.method, request.url, request.headers, content, self.clock.now())
            return await super()._send(request)

    return Signing


@pytest.fixture
def at(fake, signing):
    return signing(fake, "", fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


@pytest.mark.parametrize("url", ["http://hooks.example/in", "hooks.example", "ftp://x", "https://"])
def test_an_address_that_is_not_https_is_refused(url):
    with pytest.raises(ValidationError, match="https address"):
        NETWORK(replace(CHANNEL, settings={"url": url}))


def test_an_event_carries_the_post_in_three_dialects_with_all_its_keys(fake, at, network, seal, facts, png):
    medium = Media("img/a b.png", alt="A cat", blob=at.blob(png, "image/png"), width=1, height=1)
    fields = {
        "title": "T",
        "link": "https://a.example",
        "tags": ("x", "y"),
        "language": "de",
        "campaign": "c",
        "poll": Poll(("a", "b"), 60),
    }
    at.run(network, network.publish(said(network, seal, facts, media=(medium,), **fields), 0))
    (event,) = fake.events
    assert (event["type"], event["timestamp"]) == ("post.published", "2026-11-24T12:00:00Z")
    data = event["data"]
    assert (data["id"], data["post"], data["channel"], data["calendar"]) == ("launch@channel", "launch", "hook", "acme")
    assert data["text"] == "Hello you"
    assert data["markdown"].strip() == "Hello *you*"
    assert "<em>you</em>" in data["html"]
    assert (data["title"], data["link"], data["tags"], data["language"]) == ("T", "https://a.example", ["x", "y"], "de")
    assert data["poll"] == {"options": ["a", "b"], "seconds": 60, "multiple": False}
    (shown,) = data["media"]
    assert shown["alt"] == "A cat"
    assert (shown["type"], shown["bytes"], shown["width"]) == ("image/png", len(png), 1)
    assert "url" not in shown


def test_media_have_an_address_where_the_calendar_is_public(at, facts, seal, png):
    network = NETWORK(replace(CHANNEL, settings={"url": URL, "media_base": "https://cdn.example/files/"}))
    payload = said(network, seal, facts, media=(Media("img/a b.png", blob=at.blob(png, "image/png")),))
    assert payload.parts[0].fields["media"][0]["url"] == "https://cdn.example/files/img/a%20b.png"


def test_people_are_named_in_titles_and_descriptions_too(network, facts, seal):
    facts = replace(facts, people={"bea": Person("bea", {"hook": "bea@x.example"})})
    part = said(network, seal, facts, "Hi", title="For @{bea} and \\@{", media=(Media("a.png", alt="@{bea}"),)).parts[0]
    assert part.fields["title"] == "For @bea@x.example and @{"
    assert part.fields["media"][0]["alt"] == "@bea@x.example"


def test_who_has_no_handle_for_a_receiver_is_named_without_a_warning(network, facts, seal):
    facts = replace(facts, people={"bea": Person("bea", {"mastodon": "bea@x"}, "Bea B")})
    post = Post("hello", "posts/hello.md", "Hi @{bea}")
    payload = seal(network.compose(post, facts))
    assert "Bea B" in payload.parts[0].text
    assert check_payload(network, post, payload, facts) == []


def test_the_signature_is_that_of_the_specification(noon):
    """The vector of the specification's rule, made with the package standardwebhooks 1.1.0."""
    from datetime import UTC, datetime

    body = b'{"type":"post.published","timestamp":"2026-11-22T10:00:00Z","data":{"id":"p1"}}'
    secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    made = sign(NETWORK.auth, {"secret": secret}, "POST", URL, {"webhook-id": "msg_smm1"}, body, datetime.fromtimestamp(1795000000, UTC))
    assert made["webhook-signature"] == "v1,ijsYrH5R7En8UYotHiPd0O7A80M6uWRSfQk3jeKD8fM="
    from standardwebhooks import Webhook

    fake = FAKE(SetClock(datetime.fromtimestamp(1795000000, UTC)), secret=secret)
    assert Webhook(secret).sign("msg_smm1", datetime.fromtimestamp(1795000000, UTC), body.decode()) == made["webhook-signature"]
    from smm_cli.sandbox.base import Call

    fake._check_signature(Call("POST", "https", "x", "/", headers={"webhook-id": "msg_smm1", **made}, content=body))


@pytest.mark.parametrize(("answers", "named"), [("json", True), ("text", False), ("empty", False)])
def test_any_answer_of_success_is_a_receipt(fake, at, network, seal, facts, answers, named):
    fake.answers = answers
    payload = said(network, seal, facts)
    receipt = at.run(network, network.publish(payload, 0))
    assert receipt == (PartReceipt("item-1", "https://hooks.example/items/item-1") if named else PartReceipt(f"smm_{payload.key}_0"))


def test_the_same_event_again_is_taken_once(fake, at, network, seal, facts):
    payload = said(network, seal, facts)
    one, two = (at.run(network, network.publish(payload, 0)) for _ in range(2))
    assert one == two
    assert len(fake.public) == 1


def test_the_id_of_an_event_has_no_dot_and_stays(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    at.run(network, network.publish(said(network, seal, facts), 0))
    ids = {request.headers["webhook-id"] for request in at.seen}
    assert len(ids) == 1
    assert "." not in ids.pop()


def test_a_repeat_is_safe_only_where_the_receiver_drops_what_it_has_seen(network):
    assert network.repeat().seconds == 86_400
    assert NETWORK(replace(CHANNEL, settings={"url": URL, "dedupes": False})).repeat() is None


def test_an_update_and_a_withdrawal_name_the_post_as_the_receiver_does(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    after = at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert (fake.public[0].text, after) == ("Better", receipt)
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    assert [event["type"] for event in fake.events] == ["post.published", "post.updated", "post.deleted"]


def test_withdrawing_what_is_gone_is_success(at, network):
    at.run(network, network.withdraw(PartReceipt("item-9"), 0))


def test_withdrawing_without_an_answer_can_be_tried_again(fake, at, network):
    fake.faults.append(Fault("silence_before"))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(PartReceipt("item-9"), 0))


def test_verify_pings(fake, at, network):
    assert at.run(network, network.verify()).handle == "hooks.example"
    assert fake.events[0]["type"] == "ping"


def test_verify_tells_a_wrong_secret(at, network):
    at.secret = "whsec_" + "A" * 44
    with pytest.raises(AuthFailed, match="401"):
        at.run(network, network.verify())


def test_verify_is_content_with_a_receiver_that_knows_no_ping(fake, at, network):
    fake.faults.append(Fault("status", status=422, body="unknown type"))
    assert at.run(network, network.verify()).url == URL


def test_verify_tells_a_receiver_that_does_not_answer(fake, at, network):
    fake.faults.append(Fault("unreachable"))
    with pytest.raises(Retriable, match="does not answer"):
        at.run(network, network.verify())


def test_an_old_timestamp_is_refused(fake, at, network, seal, facts, noon):
    from datetime import timedelta

    at.clock = SetClock(noon - timedelta(seconds=301))
    with pytest.raises(AuthFailed, match="too old"):
        at.run(network, network.publish(said(network, seal, facts), 0))


def test_a_receiver_that_is_gone_stops_the_channel(fake, at, network, seal, facts):
    fake.gone = True
    with pytest.raises(AuthFailed, match="no more events") as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert caught.value.slug == "receiver-gone"


def test_a_redirect_is_never_followed(fake, at, network, seal, facts):
    fake.moved = "https://elsewhere.example/"
    with pytest.raises(Rejected, match="308"):
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert len(at.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, None), (202, None), (204, None), (301, Rejected), (400, Rejected), (401, AuthFailed), (403, AuthFailed), (404, Retriable),
     (409, Retriable), (410, AuthFailed), (413, Rejected), (422, Rejected), (429, RateLimited), (500, Retriable), (503, Retriable)],
)  # fmt: skip
@pytest.mark.parametrize("body", [None, "", "<html>", {"error": "x"}, ["x"]])
def test_each_answer_has_its_error(network, status, kind, body):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_a_large_event_is_a_warning(network, facts):
    post = Post("launch", "posts/launch.md", "word " * 5000)
    (problem,) = check_payload(network, post, network.compose(post, facts), facts)
    assert (problem.slug, problem.severity) == ("large-event", "warning")


def test_a_body_with_a_break_is_one_event(network, facts, seal):
    assert len(said(network, seal, facts, "One\n\n---\n\nTwo").parts) == 1
