"""Notes on Communote: topics by alias, attachments by number, errors in any status, and what a lost answer leaves."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, ConfigError, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.communote import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.communote import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.post import Media, Post

SERVER = "https://blog.example"
CHANNEL = Channel("inside", "communote", {"server": SERVER, "topic": "news"})
TWO = "First.\n\n---\n\nSecond."


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    found = driver(fake, "", fake.clock)
    found.raw = signed("sandbox-it")
    return found


@pytest.fixture
def said(network, seal, facts):
    def made(body="First.", **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))

    return made


def signed(password):
    return {"authorization": "Basic " + base64.b64encode(f"it:{password}".encode()).decode()}


def intent_of(at, part=0) -> Intent:
    return Intent(part, next(one for one in reversed(at.seen) if one.commits), at.clock.now())


def test_a_note_stands_in_its_topic_and_the_next_answers_it(at, fake, network, said):
    payload = said(TWO, tags=("open source", "news"))
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    notes = list(fake.notes.values())
    assert (notes[0]["text"], notes[0]["topic"], notes[0]["tags"]) == ("<p>First.</p>", 12, ["open source", "news"])
    assert notes[1]["tags"] == []
    assert fake.public[1].reply_to == first.id
    assert second.url == f"{SERVER}/microblog/global/portal/topics/news/notes/{second.id}"
    assert all(request.headers == {"accept": "application/json"} for request in at.seen)


def test_files_are_attached_by_number_and_not_uploaded_again_for_an_edit(at, fake, network, said, png):
    media = (Media("a.png", alt="A cat", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(media=media), 0))
    (number,) = fake.files
    assert receipt.more["files"] == {media[0].blob.sha256: number}
    at.seen.clear()
    after = at.run(network, network.edit(said("Better.", media=media), 0, receipt))
    assert [request.method for request in at.seen] == ["PUT"]
    assert (fake.public[0].text, after) == ("Better.", receipt)
    assert fake.notes[int(receipt.id)]["files"] == [number]


def test_a_lost_answer_is_found_by_its_words_with_its_files(at, fake, network, said, png):
    payload = said("One *two* & three", media=(Media("a.png", blob=at.blob(png, "image/png")),))
    receipt = at.run(network, network.publish(payload, 0))
    fake.notes[int(receipt.id)]["text"] = "<p>One <em>two</em>\n&amp; three</p>"
    intent = intent_of(at)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_the_second_of_two_equal_parts_is_not_the_first(at, network, said):
    payload = said("Same.\n\n---\n\nSame.")
    first = at.run(network, network.publish(payload, 0))
    intent = replace(intent_of(at), part=1)
    assert at.run(network, network.lookup(payload, intent, (), first)) == Absent()


def test_a_list_that_goes_on_proves_nothing(at, network, said):
    for n in range(25):
        at.run(network, network.publish(said(f"Note {n}."), 0))
    payload = said("Never.")
    never = Intent(
        0, replace(intent_of(at).request, body=type(intent_of(at).request.body)({"topicId": 12, "text": "Never."})), at.clock.now()
    )
    assert isinstance(at.run(network, network.lookup(payload, never, (), None)), CannotTell)


def test_a_list_that_is_none_proves_nothing(at, fake, network, said):
    payload = said()
    at.run(network, network.publish(payload, 0))
    fake.faults.append(Fault("status", path="/timelineNotes$", status=200, body="<html>Back soon</html>"))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at), (), None)), CannotTell)


def test_a_note_names_the_upload_that_its_files_came_with(at, network, said, png):
    at.run(network, network.publish(said(media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    upload = next(one for one in at.seen if one.url.endswith("/attachments"))
    assert intent_of(at).request.body.value["attachmentUploadSessionId"] == dict(upload.query)["attachmentUploadSessionId"]


def test_a_note_of_files_alone_is_found_before_and_refused(at, network, said, facts, png):
    media = (Media("a.png", blob=at.blob(png, "image/png")),)
    slugs = [problem.slug for problem in check_payload(network, Post("launch", "p.md", "", media=media), said("", media=media), facts)]
    assert "text-missing" in slugs
    assert network.remarks(Post("launch", "p.md", "Words."), said("Words.", media=media), facts) == ()
    with pytest.raises(Rejected, match="must not be empty"):
        at.run(network, network.publish(said("", media=media), 0))


def test_pictures_have_a_limit_of_their_own(at, network, said):
    large = at.blob(b"\x89PNG" + bytes(1024 * 1024), "image/png")
    assert large.size > {limit.kind: limit for limit in network.media_limits}["image"].types["image/png"]
    with pytest.raises(Rejected, match="too large"):
        at.run(network, network.publish(said(media=(Media("a.png", blob=large),)), 0))


def test_a_topic_that_cannot_be_written_in_is_told(at, fake, network, said):
    fake.topics = {}
    with pytest.raises(Rejected, match="cannot write in the topic news"):
        at.run(network, network.publish(said(), 0))


def test_verify_names_the_account_and_sees_the_version_and_the_licence(at, fake, network):
    assert at.run(network, network.verify()).handle == "@it"
    other = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "version": "4.0"}))
    with pytest.raises(ConfigError, match=r"speaks 2\.4, 3\.0, not 4\.0"):
        at.run(other, other.verify())
    fake.licensed = False
    with pytest.raises(AuthFailed, match="licence"):
        at.run(network, network.verify())


def test_a_wrong_password_is_tried_once(at, fake, network):
    at.raw = signed("wrong")
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.verify())
    assert (fake.wrong, caught.value.expired) == (1, False)


def test_the_tenant_and_the_version_stand_in_the_address(seal, facts):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "tenant": "acme", "version": "2.4", "server": f"{SERVER}/intern"}))
    request = next(network.publish(seal(network.compose(Post("a", "a.md", "x"), facts)), 0))
    assert request.url == f"{SERVER}/intern/microblog/acme/api/rest/2.4/topics"


def test_an_answer_without_a_number_is_not_taken_for_a_note(at, fake, network, said):
    fake.faults.append(Fault("status", status=200, body={"status": "OK", "message": ""}, commits=True))
    with pytest.raises(OutcomeUnknown, match="without the id"):
        at.run(network, network.publish(said(), 0))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"status": "OK", "result": 1}, None),
        (200, {"status": "WARNING", "message": "bob could not be notified", "result": 1}, None),
        (200, {"status": "ERROR", "message": "no"}, Rejected),
        (400, {"status": "ERROR", "message": "no", "errors": [{"cause": "text", "message": "empty"}]}, Rejected),
        (401, "", AuthFailed),
        (403, {"status": "ERROR", "message": "no right"}, Rejected),
        (429, "slow down", RateLimited),
        (500, {"status": "ERROR", "message": "could not be saved"}, Retriable),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_a_warning_is_a_note(at, fake, network, said):
    fake.faults.append(Fault("status", status=200, body={"status": "WARNING", "message": "bob", "result": 99}, commits=True))
    assert at.run(network, network.publish(said(), 0)) == PartReceipt(
        "99", f"{SERVER}/microblog/global/portal/topics/news/notes/99", {"topic": 12}
    )


def test_causes_are_told(network):
    body = {"status": "ERROR", "message": "no", "errors": [{"cause": "text", "message": "empty"}]}
    assert network.fault(400, {}, body).what == "400 no text: empty"
