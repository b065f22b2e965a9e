"""What is peculiar to Misskey: the token in the body, MFM, MiAuth, one file for the same bytes, Sharkey's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.misskey import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.misskey import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import handle
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("mk", "misskey", {"server": "https://misskey.example"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver that puts the token where its handle stands, as the transport does."""

    class Filling(driver):
        async def _send(self, request):
            return await super()._send(filled(request, fake.token("ada")))

    return Filling(fake, "", fake.clock)


def filled(request, token):
    def put(value):
        if isinstance(value, str):
            return value.replace(handle("token"), token)
        if isinstance(value, dict):
            return {name: put(inner) for name, inner in value.items()}
        return value

    body = request.body
    if hasattr(body, "fields"):
        body = replace(body, fields=tuple(replace(f, value=put(f.value)) for f in body.fields))
    elif hasattr(body, "value"):
        body = replace(body, value=put(body.value))
    return replace(request, body=body)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def test_the_token_stands_in_the_body_as_a_handle(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    sent = at.seen[-1].body.value
    assert (sent["i"], sent["text"], sent["visibility"], sent["localOnly"]) == (handle("token"), "Hello <i>you</i>", "public", False)


@pytest.mark.parametrize(("word", "theirs"), [("unlisted", "home"), ("private", "followers"), ("home", "home"), ("public", "public")])
def test_visibility_is_said_in_both_ways(network, seal, facts, word, theirs):
    assert said(network, seal, facts, visibility=word).parts[0].fields["visibility"] == theirs


def test_a_direct_note_is_not_offered(network, facts):
    post = Post("launch", "posts/launch.md", "Hi", visibility="direct")
    assert "visibility" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def test_people_are_called_and_typed_names_are_not(network, seal, facts):
    facts = replace(facts, people={"bea": Person("bea", {"misskey": "@bea@other.example"})})
    assert said(network, seal, facts, "Thanks @{bea}, not @bob").parts[0].text == "Thanks @bea@other.example, not @\u2060bob"


def test_the_same_picture_twice_in_a_note_is_named_once(fake, at, network, seal, facts, png):
    media = tuple(Media(name, alt="A", blob=at.blob(png, "image/png")) for name in ("a.png", "b.png"))
    at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    assert len(at.seen[-1].body.value["fileIds"]) == 1


def test_the_same_picture_again_is_one_file_with_its_new_description(fake, at, network, seal, facts, png):
    for alt in ("One", "Another"):
        medium = Media("a.png", alt=alt, blob=at.blob(png, "image/png"))
        at.run(network, network.publish(said(network, seal, facts, alt, media=(medium,)), 0))
    assert [file["comment"] for file in fake.files.values()] == ["Another"]
    assert len(fake.public) == 2


def test_a_poll_a_warning_and_what_stays_at_home(fake, at, network, seal, facts):
    more = {"poll": Poll(("a", "b"), 3600, multiple=True), "content_warning": "Food", "options": {"local_only": True}}
    at.run(network, network.publish(said(network, seal, facts, **more), 0))
    shown = fake.public[0].more
    assert shown["poll"] == {"choices": ["a", "b"], "multiple": True, "expiredAfter": 3_600_000}
    assert (shown["cw"], shown["localOnly"]) == ("Food", True)


def test_a_quote_of_one_of_ours_and_a_reply_to_somebody_elsewhere(fake, at, network, seal, facts, noon):
    first = at.run(network, network.publish(said(network, seal, facts, "First"), 0))
    fake.notes["a000000001"]["uri"] = "https://other.example/n/1"
    facts = replace(facts, receipts={"first": Receipt("first@mk", "first", "mk", "misskey", "published", noon, parts=(first,))})
    payload = said(network, seal, facts, "Second", quote="first", reply_to="https://other.example/n/1")
    at.run(network, network.publish(payload, 0))
    assert (fake.public[1].reply_to, fake.public[1].more["renoteId"]) == (first.id, first.id)


def test_an_unknown_address_is_refused_before_anything_is_public(fake, at, network, seal, facts):
    with pytest.raises(Rejected, match="finds no note"):
        at.run(network, network.publish(said(network, seal, facts, reply_to="https://other.example/n/9"), 0))
    assert fake.public == []


def test_a_lost_answer_is_found_among_the_own_notes_and_a_missing_one_is_absent(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, "Same text")
    before = at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert found.receipt == before
    assert at.run(network, network.lookup(payload, intent, (), before)) == Absent()
    later = replace(intent, at=noon + timedelta(minutes=5))
    assert at.run(network, network.lookup(payload, later, (), None)) == Absent()


def test_a_busy_account_is_looked_through_to_the_end(fake, at, network, seal, facts, noon):
    for n in range(205):
        at.run(network, network.publish(said(network, seal, facts, f"Note {n}"), 0))
    last = Intent(0, at.seen[-1], noon)
    assert at.run(network, network.lookup(said(network, seal, facts, "Note 204"), last, (), None)).receipt.id == "a000000205"


def test_withdrawing_twice_is_success(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_withdrawing_somebody_elses_note_is_refused(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    fake.notes[receipt.id]["userId"] = "uother"
    with pytest.raises(Rejected):
        at.run(network, network.withdraw(receipt, 0))


@pytest.mark.parametrize(("software", "limits"), [("misskey", {}), ("sharkey", {"alt": 20_000, "content_warning": 500})])
def test_verify_tells_the_software_and_its_limits(fake, at, network, software, limits):
    fake.software, fake.characters = software, 8000
    account = at.run(network, network.verify())
    assert (account.handle, account.software, account.version) == ("@ada@misskey.example", software, "2026.5.1")
    assert account.limits == {"text": 8000, "image_bytes": 31_457_280, "video_bytes": 31_457_280, "audio_bytes": 31_457_280, **limits}


def test_the_login_visits_a_session_of_its_own_and_takes_its_token_once(fake, at, network):
    inputs = {"state": "S" * 32, "redirect_uri": "http://127.0.0.1:9/callback", "challenge": "", "verifier": ""}
    visited = []

    def visit(url):
        visited.append(url)
        fake.sessions.add(urlsplit(url).path.rpartition("/")[2])
        return "allowed"

    tokens = at.run(network, network.login(inputs), visit=visit)
    asked = parse_qs(urlsplit(visited[0]).query)
    assert asked["permission"][0].split(",")[1] == "write:notes"
    assert asked["callback"] == [f"http://127.0.0.1:9/callback?state={'S' * 32}&code=allowed"]
    assert (tokens.values, tokens.handle) == ({"token": "sandbox-ada"}, "@ada@misskey.example")
    assert at.seen[-1].secret == ("token",)


def test_a_login_that_nobody_allowed_fails(at, network):
    inputs = {"state": "S" * 32, "redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}
    with pytest.raises(AuthFailed, match="consent"):
        at.run(network, network.login(inputs), visit=lambda url: "no")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"code": "CONTENT_REQUIRED", "message": "x"}}, Rejected),
        (400, {"error": {"code": "RATE_LIMIT_EXCEEDED", "message": "x"}}, RateLimited),
        (401, {"error": {"code": "CREDENTIAL_REQUIRED"}}, AuthFailed),
        (403, {"error": {"code": "AUTHENTICATION_FAILED"}}, AuthFailed),
        (403, {"error": {"code": "YOUR_ACCOUNT_SUSPENDED"}}, AuthFailed),
        (403, {"error": {"code": "ROLE_PERMISSION_DENIED"}}, Rejected),
        (500, {"error": {"code": "INTERNAL_ERROR"}}, Retriable),
        (502, "<html>", Retriable),
        (429, "slow down", RateLimited),
        (404, "", Rejected),
        (204, None, type(None)),
    ],
)
def test_errors_are_told_apart_by_their_code(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is kind


def test_a_limit_says_when_to_come_again(fake, at, network, seal, facts):
    fake.faults.append(Fault("rate_limit", commits=True, seconds=90))
    with pytest.raises(RateLimited) as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert caught.value.after == 90


def test_the_post_before_answers_are_the_thread(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    first = at.run(network, network.publish(payload, 0))
    at.run(network, network.publish(payload, 1), earlier=PartReceipt(first.id))
    assert fake.public[1].reply_to == first.id
