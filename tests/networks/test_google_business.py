"""Google Business: buttons, events, offers, what Google rejects afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.check import check_payload
from smm_cli.networks.google_business import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.google_business import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

CHANNEL = Channel("shop", "google-business", {"location": "accounts/1/locations/2"})
EVENT = {"topic": "event", "starts": "2026-12-01", "ends": "2026-12-01 18:30"}


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


def said(network, seal, facts, body="Fresh bread", **fields):
    return seal(network.compose(Post("launch", "p.md", body, **{"title": "Bread", **fields}), facts))


def sent(fake):
    return list(fake.posts.values())[-1]


@pytest.mark.parametrize("location", ["2", "locations/2", "accounts/1/locations/2/localPosts", ""])
def test_a_location_is_named_in_full(location):
    with pytest.raises(ValidationError, match="name of a location"):
        NETWORK(replace(CHANNEL, settings={"location": location}))


def test_the_link_is_a_button_and_not_in_the_text(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, link="https://x.example"), 0))
    post = sent(fake)
    assert (post["summary"], post["languageCode"], post["topicType"]) == ("Fresh bread", "en", "STANDARD")
    assert post["callToAction"] == {"actionType": "LEARN_MORE", "url": "https://x.example"}
    assert (receipt.id, receipt.url) == (post["name"], post["searchUrl"])


def test_a_button_to_call_has_no_address(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, link="https://x.example", options={"action": "CALL"}), 0))
    assert sent(fake)["callToAction"] == {"actionType": "CALL"}


def test_an_event_has_a_title_and_wall_times(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, options=EVENT), 0))
    assert sent(fake)["event"] == {
        "title": "Bread",
        "schedule": {
            "startDate": {"year": 2026, "month": 12, "day": 1},
            "endDate": {"year": 2026, "month": 12, "day": 1},
            "endTime": {"hours": 18, "minutes": 30},
        },
    }


def test_an_offer_is_redeemed_at_the_link(fake, at, network, seal, facts):
    options = {**EVENT, "topic": "offer", "coupon": "BREAD", "terms": "one each"}
    at.run(network, network.publish(said(network, seal, facts, link="https://x.example", options=options), 0))
    assert sent(fake)["offer"] == {"couponCode": "BREAD", "redeemOnlineUrl": "https://x.example", "termsConditions": "one each"}
    assert "callToAction" not in sent(fake)


@pytest.mark.parametrize(
    "options",
    [{"topic": "event"}, {**EVENT, "ends": "2026-11-01"}, {**EVENT, "starts": "soon"}, {**EVENT, "starts": "2026-12-01T10:00:00+01:00"}],
)
def test_an_event_without_good_times_is_refused(network, options):
    with pytest.raises(ValidationError):
        network.Options.model_validate(options)


def test_a_photo_is_given_by_its_public_address(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt="a", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    (photo,) = sent(fake)["media"]
    assert photo["mediaFormat"] == "PHOTO"
    assert photo["sourceUrl"].startswith("https://media.example/")


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("Call +49 89 1234567", True),
        ("Call 089/123 45 67", True),
        ("On 2026-12-01 or 24.12.2026", False),
        ("See https://x.example/1234567890", False),
        ("In 1984 and 2026", False),
    ],
)
def test_a_telephone_number_in_the_text_is_warned_of(network, facts, text, warned):
    post = Post("p", "p.md", text)
    found = {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}
    assert ("phone-number" in found) == warned


def test_a_small_picture_is_warned_of(network, facts):
    post = Post("p", "p.md", "x", media=(Media("a.png", alt="a", width=249, height=900),))
    assert "media-too-small" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def test_a_post_that_google_rejects_has_its_receipt_and_is_told(fake, at, network, seal, facts):
    fake.verdict = "REJECTED"
    with pytest.raises(Rejected, match="content policy"):
        at.run(network, network.publish(said(network, seal, facts), 0))
    steps = network.publish(said(network, seal, facts), 0)
    steps.send(None)
    steps.send(None)
    assert steps.send(Answer(200, {}, {"name": "a/b", "state": "PROCESSING"})).id == "a/b"


def test_a_post_whose_answer_was_lost_is_found_beyond_the_first_page(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, link="https://x.example")
    fake.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(OSError, match="localPosts"):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    for number in range(100):
        at.run(network, network.publish(said(network, seal, facts, f"Other {number}"), 0))
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert found.receipt.id.endswith("/1")
    later = replace(intent, at=fake.now() + timedelta(hours=1))
    assert isinstance(at.run(network, network.lookup(payload, later, (), None)), Absent)


def test_the_same_words_with_another_link_are_another_post(at, network, seal, facts, noon):
    payload = said(network, seal, facts, link="https://x.example")
    at.run(network, network.publish(payload, 0))
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    other = replace(intent, request=replace(intent.request, body=type(intent.request.body)({"summary": "Fresh bread"})))
    assert isinstance(at.run(network, network.lookup(payload, other, (), None)), Absent)


def test_an_edit_and_a_withdrawal(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert sent(fake)["summary"] == "Better"
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_a_location_that_may_not_post_is_told(fake, at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.id) == ("The Bakery", "accounts/1/locations/2")
    fake.may_post = False
    with pytest.raises(AuthFailed, match="no posts"):
        at.run(network, network.verify())


def test_credentials_go_to_googles_hosts_alone(network):
    assert network.hosts() == ("mybusiness.googleapis.com", "mybusinessbusinessinformation.googleapis.com", "oauth2.googleapis.com")
