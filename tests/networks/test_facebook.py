"""A Page: posts made unseen and then shown, films, reels, comments, whose token it is, what errors mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.facebook import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.facebook import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Form, Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("page", "facebook", {})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, "sandbox-acme", fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def film(at, width=720, height=1280, seconds=20.0):
    return Media("f.mp4", blob=at.blob(b"film" * 100, "video/mp4"), width=width, height=height, seconds=seconds)


def sent(at, path):
    return [request for request in at.seen if request.url.endswith(path)]


def committed(at):
    return [request for request in at.seen if request.commits]


def test_a_post_is_made_unseen_and_then_shown_by_one_request(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    (made,), (shown,) = sent(at, "/me/feed"), committed(at)
    assert ("published", "false") in made.body.pairs
    assert shown.body.pairs == (("is_published", "true"),)
    assert receipt.url == f"https://www.facebook.com/{receipt.id}"
    assert [posted.id for posted in fake.public] == [receipt.id]


def test_without_a_draft_one_request_does_it(fake, at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"draft_first": False}))
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    assert len(at.seen) == 1
    assert at.seen[0].commits
    assert receipt.id == fake.public[0].id


def test_a_link_makes_a_card_and_beside_pictures_stands_in_the_text(at, network, seal, facts, png):
    link = "https://example.org/a"
    alone = said(network, seal, facts, link=link).parts[0]
    beside = said(network, seal, facts, link=link, media=(Media("a.png", blob=at.blob(png, "image/png")),)).parts[0]
    assert (alone.text, alone.fields["link"]) == ("Hello you", link)
    assert beside.text.endswith(link)
    assert "link" not in beside.fields


def test_pictures_are_uploaded_unseen_with_their_descriptions(fake, at, network, seal, facts, png):
    media = (Media("a.png", "one", blob=at.blob(png, "image/png")), Media("b.png", "two", blob=at.blob(png, "image/png")))
    at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    (made,) = sent(at, "/me/feed")
    assert [key for key, _ in made.body.pairs if key.startswith("attached")] == ["attached_media[0]", "attached_media[1]"]
    assert fake.public[0].media == ("one", "two")
    temporary = {field.name: field.value for field in sent(at, "/me/photos")[0].body.fields}
    assert (temporary["published"], temporary["temporary"]) == ("false", "true")


def test_typed_names_call_nobody_and_people_are_named(network, seal, facts):
    facts = replace(facts, people={"ada": Person("ada", {"facebook": "@ada"})})
    assert said(network, seal, facts, "@everyone, @{ada} and a@b.example").parts[0].text == "@\u2060everyone, @ada and a@b.example"


@pytest.mark.parametrize(("shown", "kind"), [(True, Found), (False, Absent)])
def test_after_a_lost_answer_the_post_itself_says_whether_it_is_public(fake, at, network, seal, facts, noon, shown, kind):
    payload = said(network, seal, facts)
    fake.faults.append(Fault("silence_after" if shown else "silence_before", path=r"/\d+_\d+$", method="POST"))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, Intent(0, committed(at)[0], noon), (), None))
    assert isinstance(found, kind)
    assert not shown or found.receipt.id == fake.public[0].id


def test_a_post_made_at_once_is_found_in_the_list_and_its_absence_proves_nothing(fake, at, seal, facts, noon):
    network = NETWORK(replace(CHANNEL, settings={"draft_first": False}))
    payload = said(network, seal, facts)
    intent = Intent(0, Request("POST", f"{network.graph}/me/feed", Form((("message", "Hello you"),)), commits=True), noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), CannotTell)
    at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, intent, (), None)).receipt.id == fake.public[0].id
    late = replace(intent, at=noon + timedelta(minutes=10))
    assert isinstance(at.run(network, network.lookup(payload, late, (), None)), CannotTell)


@pytest.mark.parametrize(("body", "kind"), [("More.", Found), ("Other.", Absent)])
def test_a_comment_is_looked_for_below_its_post(fake, at, network, seal, facts, noon, body, kind):
    payload = said(network, seal, facts, first_comment="More.")
    post = at.run(network, network.publish(payload, 0))
    at.run(network, network.comment(body, post))
    found = at.run(network, network.lookup(payload, Intent(1, committed(at)[-1], noon), (), post))
    assert isinstance(found, kind)
    assert ("order", "reverse_chronological") in at.seen[-1].query


def test_a_list_of_comments_that_is_none_proves_nothing(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, first_comment="More.")
    post = at.run(network, network.publish(payload, 0))
    fake.faults.append(Fault("status", path="/comments$", status=200, body={}))
    assert isinstance(at.run(network, network.lookup(payload, Intent(1, committed(at)[-1], noon), (), post)), CannotTell)


def test_an_upright_short_film_is_a_reel_and_its_bytes_go_with_the_token_after_oauth(fake, at, network, seal, facts):
    fake.tokens["\x00token\x00"] = "acme"
    receipt = at.run(network, network.publish(said(network, seal, facts, "A film", media=(film(at),)), 0))
    upload = next(request for request in at.seen if "rupload" in request.url)
    assert upload.headers["authorization"] == "OAuth \x00token\x00"
    assert upload.auth == ""
    assert [request.url.rpartition("/")[2] for request in committed(at)] == ["video_reels"]
    assert receipt.more["kind"] == "reel"
    assert [posted.text for posted in fake.public] == ["A film"]


def test_other_films_are_videos_shown_when_they_are_ready(fake, at, network, seal, facts):
    fake.prepares = 12
    payload = said(network, seal, facts, "A film", title="Look", media=(film(at, 1280, 720),))
    receipt = at.run(network, network.publish(payload, 0))
    assert at.waited == [2.0, 3.0, 5.0, 10.0]
    assert committed(at)[0].body.pairs == (("published", "true"),)
    assert fake.public[0].more["title"] == "Look"
    assert (receipt.more["kind"], receipt.id) == ("video", fake.public[0].id)


@pytest.mark.parametrize(("height", "lost", "kind"), [(1280, True, Found), (1280, False, Absent), (400, True, Found), (400, False, Absent)])
def test_a_film_says_itself_whether_it_is_public(fake, at, network, seal, facts, noon, height, lost, kind):
    payload = said(network, seal, facts, "A film", media=(film(at, 720, height),))
    fake.faults.append(Fault("silence_after" if lost else "silence_before", path="video_reels" if height > 720 else r"v25.0/88\d+$",
                             method="POST", skip=1 if height > 720 else 0))  # fmt: skip
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, committed(at)[0], noon), (), None)), kind)


def test_a_reel_that_is_too_long_is_told_before(at, network, facts):
    post = Post("launch", "posts/launch.md", "Hi", media=(film(at, seconds=95.0),), options={"video_as": "reel"})
    network = NETWORK(CHANNEL)
    assert [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)] == ["media-too-long"]


def test_a_text_is_changed_and_a_post_taken_down_once(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert fake.public[0].text == "Better"
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_taking_down_what_another_owns_or_without_answer_is_told(fake, at, network):
    fake.faults.append(Fault("status", status=500, body={"error": {"code": 2, "message": "later"}}))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(PartReceipt("1_2"), 0))


def test_verify_names_the_page(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.url) == ("acme", "https://www.facebook.com/acme")


def test_verify_tells_the_token_of_a_person(fake, at, network):
    body = {"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (category) on node type (User)"}}
    fake.faults.append(Fault("status", status=400, body=body))
    with pytest.raises(AuthFailed, match="of a person"):
        at.run(network, network.verify())


INPUTS = {"redirect_uri": "https://localhost/", "state": "s", "challenge": "c", "verifier": "v"}


def test_login_ends_with_the_token_of_the_page(fake, driver):
    network = NETWORK(replace(CHANNEL, settings={"client_id": "42", "redirect_uri": "https://localhost/"}))
    at, visited = driver(fake, "", fake.clock), []
    fake.tokens["sandbox-it"] = "it"
    tokens = at.run(network, network.login(INPUTS), visit=lambda url: visited.append(url) or "thecode")
    assert tokens.values == {"token": "sandbox-it"}
    assert tokens.expires_in is None
    assert visited[0].startswith("https://www.facebook.com/v25.0/dialog/oauth?")
    assert "pages_manage_posts%2C" in visited[0]
    assert [request.url.rpartition("v25.0/")[2] for request in at.seen] == [
        "oauth/access_token",
        "oauth/access_token",
        "me/accounts",
        "1221",
    ]
    assert at.seen[0].method == "GET"
    assert [name for name, _ in at.seen[0].query] == ["code", "redirect_uri", "client_id", "client_secret"]
    assert dict(at.seen[1].query)["client_secret"] == "\x00client_secret\x00"


def test_with_several_pages_login_asks_which(fake, driver):
    network = NETWORK(replace(CHANNEL, settings={"client_id": "42"}))
    pages = {"data": [{"id": "1", "name": "One"}, {"id": "2", "name": "Two"}]}
    fake.faults.append(Fault("status", path="me/accounts", status=200, body=pages))
    with pytest.raises(AuthFailed) as caught:
        driver(fake, "", fake.clock).run(network, network.login(INPUTS), visit=lambda url: "thecode")
    assert 'page = "2" is Two' in caught.value.hint


def test_login_without_an_app_says_so(fake, driver, network):
    with pytest.raises(AuthFailed, match="app of your own"):
        driver(fake, "", fake.clock).run(network, network.login(INPUTS), visit=lambda url: "thecode")


@pytest.mark.parametrize(
    ("status", "code", "subcode", "kind"),
    [(400, 190, 463, AuthFailed), (400, 190, 460, AuthFailed), (401, 0, 0, AuthFailed), (403, 200, 0, AuthFailed), (400, 10, 0, AuthFailed),
     (400, 4, 0, RateLimited), (403, 32, 0, RateLimited), (400, 80001, 0, RateLimited), (400, 613, 0, RateLimited),
     (400, 368, 0, RateLimited), (400, 100, 1390008, RateLimited), (400, 9, 2207042, RateLimited),
     (500, 1, 0, OutcomeUnknown), (400, 2, 0, OutcomeUnknown), (400, 24, 4279009, Retriable), (400, 100, 1609010, Retriable),
     (400, 506, 0, Rejected), (400, 100, 33, Rejected), (400, 324, 1366046, Rejected), (400, 100, 1404078, AuthFailed)],
)  # fmt: skip
def test_errors_are_told_by_code_and_subcode(network, status, code, subcode, kind):
    found = network.fault(status, {}, {"error": {"message": "words", "code": code, "error_subcode": subcode}})
    assert type(found) is kind
    assert not getattr(found, "expired", False)


def test_a_limit_in_a_400_waits_as_long_as_the_header_says(network):
    header = {"x-business-use-case-usage": json.dumps({"9": [{"type": "pages", "estimated_time_to_regain_access": 7}]})}
    found = network.fault(400, header, {"error": {"message": "slow", "code": 80001}})
    assert found.after == 420.0


@pytest.mark.parametrize("body", [None, "", "<html>", [], {"error": "odd"}])
def test_answers_that_are_no_graph_are_read_by_their_status(network, body):
    assert network.fault(200, {}, body) is None
    assert type(network.fault(502, {}, body)) is Retriable
    assert type(network.fault(400, {}, body)) is Rejected


def test_the_same_text_twice_is_refused_when_it_is_published_at_once(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"draft_first": False}))
    at.run(network, network.publish(said(network, seal, facts), 0))
    with pytest.raises(Rejected) as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert "change a word" in caught.value.hint
