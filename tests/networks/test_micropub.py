"""Micropub: where a site has its endpoints, what becomes of a post, and how it is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks._micropub_doors import links_of
from smm_cli.networks.check import check_payload
from smm_cli.networks.micropub import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.micropub import FAKE
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

CHANNEL = Channel("me", "micropub", {"url": "https://ada.example"})


def with_settings(**more):
    return NETWORK(replace(CHANNEL, settings={"url": "https://ada.example", **more}))


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def said(seal, facts):
    def made(network, body="Hello *you*", facts=facts, **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "We launch", **fields}), facts))

    return made


def sent(at):
    return next(one for one in reversed(at.seen) if one.commits).body.value["properties"]


def looked(at, network, payload, noon):
    intent = Intent(0, next(one for one in reversed(at.seen) if one.commits), noon)
    return at.run(network, network.lookup(payload, intent, (), None))


# -- where things are -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "page", "wanted"),
    [
        ('<https://x.example/m>; rel="micropub"', "", "https://x.example/m"),
        ("</m?micropub=endpoint>; rel=micropub", "", "https://ada.example/m?micropub=endpoint"),
        ('<https://a.example>; rel="hub", <m>; title="a, b"; rel="me Micropub"', "", "https://ada.example/m"),
        ("", '<html><LINK href="/m" rel="alternate micropub">', "https://ada.example/m"),
        ("", '<body><a rel="micropub" href="https://x.example/m?a=1&amp;b=2">x</a>', "https://x.example/m?a=1&b=2"),
        ("</first>; rel=micropub", '<link rel="micropub" href="/second">', "https://ada.example/first"),
        (
            "",
            "<!-- <link rel=micropub href=/hidden> --><link rel=micropub href='/m'><link rel=micropub href='/n'>",
            "https://ada.example/m",
        ),
        ("", '<link rel="me" href="/m">', None),
    ],
)
def test_endpoints_are_read_from_headers_and_pages(header, page, wanted):
    assert links_of(Answer(200, {"link": header}, page), "https://ada.example/").get("micropub") == wanted


def test_an_endpoint_elsewhere_gets_no_token_unless_a_person_says_so(fake, at, said):
    page = '<link rel="micropub" href="https://other.example/micropub">'
    fake.faults.append(Fault("status", "GET", "^/$", status=200, body=page, times=None))
    network = NETWORK(CHANNEL)
    with pytest.raises(AuthFailed, match="elsewhere") as caught:
        at.run(network, network.publish(said(network), 0))
    assert 'endpoint = "https://other.example/micropub"' in caught.value.hint
    network = with_settings(endpoint="https://other.example/micropub")
    assert network.hosts() == ("ada.example", "other.example")
    assert at.run(network, network.publish(said(network), 0)).url == "https://other.example/we-launch"


def test_a_site_that_moved_or_names_nothing_says_what_to_do(fake, at, network):
    fake.faults.append(Fault("status", "GET", "^/$", status=301, body="", headers={"location": "https://www.ada.example/"}))
    with pytest.raises(Rejected, match="301"):
        at.run(network, network.verify())
    fake.faults.append(Fault("status", "GET", "^/$", status=200, body="<p>Hi"))
    with pytest.raises(AuthFailed, match="no micropub"):
        at.run(network, network.verify())


def test_login_needs_no_app_and_shows_itself_by_its_own_address(network, fake, at):
    inputs = {"redirect_uri": "http://127.0.0.1:5000/callback", "state": "s", "challenge": "c", "verifier": "v"}
    visited = []
    tokens = at.run(network, network.login(inputs), visit=lambda url: visited.append(url) or "ada")
    assert visited[0].startswith("https://ada.example/auth?response_type=code&client_id=http%3A%2F%2F127.0.0.1%3A5000%2F&")
    assert "code_challenge=c&code_challenge_method=S256&me=https%3A%2F%2Fada.example%2F" in visited[0]
    assert (tokens.values, tokens.expires_in) == ({"token": "sandbox-ada", "refresh": "ada"}, 86_400)
    assert "token" in at.run(network, network.refresh()).values


def test_a_login_page_with_a_question_in_its_address_gets_the_rest_behind_it(at, fake):
    network = with_settings(authorization_endpoint="https://ada.example/?rest_route=/auth")
    inputs = {"redirect_uri": "http://127.0.0.1:5000/callback", "state": "s", "challenge": "c", "verifier": "v"}
    visited = []
    at.run(network, network.login(inputs), visit=lambda url: visited.append(url) or "ada")
    assert visited[0].startswith("https://ada.example/?rest_route=/auth&response_type=code")


# -- entries --------------------------------------------------------------------------------------------------------------------


def test_a_post_without_a_title_is_a_note(network, at, said):
    at.run(network, network.publish(said(network, title="", tags=("a",), reply_to="https://b.example/1"), 0))
    assert "name" not in sent(at)
    assert (sent(at)["category"], sent(at)["in-reply-to"]) == (["a"], ["https://b.example/1"])
    assert sent(at)["published"] == ["2026-11-24T12:00:00+00:00"]


@pytest.mark.parametrize(
    ("content", "wanted"), [("html", {"html": "<p>Hello <em>you</em></p>"}), ("markdown", "Hello *you*"), ("text", "Hello you")]
)
def test_the_text_is_sent_as_the_settings_say(at, said, content, wanted):
    network = with_settings(content=content)
    at.run(network, network.publish(said(network), 0))
    assert sent(at)["content"] == [wanted]


def test_pictures_are_photos_with_descriptions_inside_or_beside(at, said, png):
    media = (Media("a.png", alt="two dots", blob=at.blob(png, "image/png")),)
    network = NETWORK(CHANNEL)
    at.run(network, network.publish(said(network, media=media), 0))
    (photo,) = sent(at)["photo"]
    assert photo["alt"] == "two dots"
    network = with_settings(alt="mp-photo-alt")
    at.run(network, network.publish(said(network, media=media), 0))
    assert (sent(at)["photo"], sent(at)["mp-photo-alt"]) == ([photo["value"]], ["two dots"])


def test_a_picture_in_the_text_is_no_photo_beside_it(network, at, said, facts, png):
    facts = replace(facts, media={"b.png": Media("b.png", blob=at.blob(png, "image/png"))})
    at.run(network, network.publish(said(network, "See ![a dot](b.png) here.", facts=facts), 0))
    assert 'src="https://ada.example/files/b-' in sent(at)["content"][0]["html"]
    assert "photo" not in sent(at)


def test_a_picture_in_markdown_has_its_address_too(at, said, facts, png):
    facts = replace(facts, media={"b.png": Media("b.png", blob=at.blob(png, "image/png"))})
    network = with_settings(content="markdown")
    at.run(network, network.publish(said(network, "See ![a dot](b.png) here.", facts=facts), 0))
    assert sent(at)["content"][0].startswith("See ![a dot](https://ada.example/files/b-")


def test_a_site_without_a_place_for_files_is_known_before_sending(fake, at, said, facts, png):
    fake.files = False
    network = NETWORK(CHANNEL)
    network = NETWORK(CHANNEL, at.run(network, network.verify()))
    post = Post("launch", "posts/launch.md", "Hi", media=(Media("a.png", alt="x", blob=at.blob(png, "image/png")),))
    assert "media-not-taken" in [one.slug for one in check_payload(network, post, network.compose(post, facts), facts)]
    with pytest.raises(Rejected, match="no place for files"):
        at.run(network, network.publish(said(network, media=post.media), 0))


def test_an_endpoint_with_a_question_keeps_it_when_it_is_asked(at, fake):
    network = NETWORK(replace(CHANNEL, settings={"url": "https://ada.example", "endpoint": "https://ada.example/micropub?x=1"}))
    at.run(network, network.verify())
    assert at.seen[-1].url == "https://ada.example/micropub?x=1"
    assert at.seen[-1].query == (("q", "config"),)


def test_an_answer_without_an_address_is_not_taken_for_a_refusal(network, at, said, fake):
    fake.faults.append(Fault("status", "POST", "/micropub", status=201, body="", done=True))
    with pytest.raises(OutcomeUnknown):
        at.run(network, network.publish(said(network), 0))


# -- looking, changing, taking down ------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_found_by_the_planned_time(network, at, said, noon):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    found = looked(at, network, payload, noon + timedelta(hours=1))
    assert isinstance(found, Found)
    assert found.receipt.url == receipt.url


def test_a_site_that_dates_posts_itself_is_understood(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    fake.entries[receipt.id]["published"] = [(noon + timedelta(hours=1, seconds=3)).isoformat()]
    assert isinstance(looked(at, network, payload, noon + timedelta(hours=1)), Found)


def test_absent_needs_a_list_that_reaches_far_enough(network, at, said, noon, fake):
    payload = said(network)
    del fake.entries[at.run(network, network.publish(payload, 0)).id]
    assert isinstance(looked(at, network, payload, noon), Absent)
    fake.entries["https://ada.example/n"] = {"url": ["https://ada.example/n"], "published": [noon.isoformat()], "name": ["Another"]}
    assert isinstance(looked(at, network, payload, noon), CannotTell)
    old = (noon - timedelta(days=1)).isoformat()
    fake.entries["https://ada.example/o"] = {"url": ["https://ada.example/o"], "published": [old]}
    assert isinstance(looked(at, network, payload, noon), Absent)
    assert isinstance(looked(at, network, payload, noon - timedelta(days=2)), CannotTell)
    fake.entries["https://ada.example/o"]["published"] = []
    assert isinstance(looked(at, network, payload, noon), CannotTell)


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"name": ["Hello *you*"]}, Found),
        ({"content": [{"html": '<p dir="auto">Hello <em>you</em></p>\n'}]}, Found),
        ({"content": ["Hello you"]}, Found),
        ({"content": ["Somebody shortened this"]}, CannotTell),
    ],
)
def test_a_note_that_the_site_changed_is_known_again_and_no_absence_is_told(network, at, said, noon, fake, kept, told):
    payload = said(network, title="")
    receipt = at.run(network, network.publish(payload, 0))
    fake.entries[receipt.id] |= kept
    old = (noon - timedelta(days=1)).isoformat()
    fake.entries["https://ada.example/o"] = {"url": ["https://ada.example/o"], "published": [old]}
    assert isinstance(looked(at, network, payload, noon), told)


def test_a_site_without_a_list_cannot_tell(network, at, said, noon, fake):
    payload = said(network)
    at.run(network, network.publish(payload, 0))
    fake.lists = False
    assert looked(at, network, payload, noon) == CannotTell("https://ada.example/")


def test_an_edit_takes_away_what_the_post_has_no_more(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network, tags=("a",), options={"excerpt": "Short"}), 0))
    after = at.run(network, network.edit(said(network, "Better"), 0, receipt))
    entry = fake.entries[receipt.id]
    assert set(entry) == {"name", "content", "published", "url"}
    assert after.more["has"] == ["content", "name", "published"]
    assert "Better" in fake.public[0].text


def test_withdrawing_what_is_gone_is_success(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    fake.faults.append(Fault("silence_before", "POST"))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(receipt, 0))


def test_a_token_that_may_not_delete_is_told(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    fake.faults.append(Fault("status", "POST", "/micropub", status=403, body={"error": "insufficient_scope"}))
    with pytest.raises(AuthFailed, match="insufficient_scope"):
        at.run(network, network.withdraw(receipt, 0))


@pytest.mark.parametrize(
    ("status", "body", "kind", "expired"),
    [
        (201, "", None, False),
        (400, {"error": "invalid_request"}, Rejected, False),
        (401, {"error": "unauthorized"}, AuthFailed, True),
        (401, "<html>", AuthFailed, True),
        (401, {"error": "insufficient_scope"}, AuthFailed, False),
        (403, {"error": "forbidden"}, AuthFailed, False),
        (403, {"error": "insufficient_scope"}, AuthFailed, False),
        (404, "<html>", Rejected, False),
        (308, "", Rejected, False),
        (429, "", RateLimited, False),
        (502, "<html>", Retriable, False),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind, expired):
    error = network.fault(status, {}, body)
    assert type(error) is (kind or type(None))
    assert getattr(error, "expired", False) is expired


def test_what_verify_found_is_not_asked_again(at, said, fake):
    network = NETWORK(CHANNEL, Account("ada.example", facts={"endpoint": "https://ada.example/micropub"}))
    at.run(network, network.publish(said(network), 0))
    assert [one.method for one in at.seen] == ["POST"]
