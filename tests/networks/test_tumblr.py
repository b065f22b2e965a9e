"""What is peculiar to Tumblr: blocks, files behind the JSON, tags with blanks, limits in a 403, tokens that rotate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.tumblr import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.tumblr import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Json, handle
from smm_cli.words.post import Media, Post

CHANNEL = Channel("tum", "tumblr", {"blog": "acme", "client_id": "app"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def sent(at):
    body = at.seen[-1].body
    return body.value if isinstance(body, Json) else json.loads(body.fields[0].value)


@pytest.mark.parametrize("blog", ["https://acme.tumblr.com/", "acme.tumblr.com", "Acme"])
def test_a_blog_may_be_named_in_every_way(blog):
    assert NETWORK(replace(CHANNEL, settings={"blog": blog})).settings.blog == "acme"


def test_what_names_no_blog_is_refused():
    with pytest.raises(ValidationError, match="name of a blog"):
        NETWORK(replace(CHANNEL, settings={"blog": "a b"}))


def test_a_post_is_its_title_its_files_its_text_and_its_link(fake, at, network, seal, facts, png):
    blob = at.blob(png, "image/png")
    fields = {"title": "News", "link": "https://a.example/", "tags": ("open source", "a,b", "open source")}
    receipt = at.run(
        network,
        network.publish(said(network, seal, facts, media=(Media("a.png", alt="A cat", blob=blob, width=1, height=1),), **fields), 0),
    )
    post = sent(at)
    assert [(block["type"], block.get("subtype")) for block in post["content"]] == [
        ("text", "heading1"),
        ("image", None),
        ("text", None),
        ("link", None),
    ]
    picture = {"type": "image/png", "identifier": "m0", "width": 1, "height": 1}
    assert post["content"][1] == {"type": "image", "media": [picture], "alt_text": "A cat"}
    assert (post["tags"], post["source_url"], post["state"]) == ("open source,a b", "https://a.example/", "published")
    assert [field.name for field in at.seen[-1].body.fields] == ["json", "m0"]
    assert at.seen[-1].body.fields[0].type == "application/json"
    assert receipt.url == f"https://www.tumblr.com/acme/{receipt.id}"
    assert fake.public[0].media == ("A cat",)


def test_a_post_without_files_is_plain_json(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    assert isinstance(at.seen[-1].body, Json)
    assert at.seen[-1].body.value["content"][0]["text"] == "Hello you"


def test_a_link_that_stands_in_the_text_is_not_shown_again(network, seal, facts):
    blocks = said(network, seal, facts, "See https://a.example/ now", link="https://a.example/").parts[0].fields["blocks"]
    assert [block["type"] for block in blocks] == ["text"]


def test_a_person_is_called_by_the_id_of_her_blog_and_one_who_is_gone_is_not(fake, at, network, seal, facts):
    people = {"bea": Person("bea", {"tumblr": "@bea"}), "cy": Person("cy", {"tumblr": "nobody-cy"})}
    at.run(network, network.publish(said(network, seal, replace(facts, people=people), "Hi @{bea} and @{cy}"), 0))
    (block,) = sent(at)["content"]
    assert block["text"] == "Hi @bea and @nobody-cy"
    assert block["formatting"] == [{"start": 3, "end": 7, "type": "mention", "blog": {"uuid": "t:bea"}}]


def test_a_private_post_is_private(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, visibility="private"), 0))
    assert sent(at)["state"] == "private"


def test_what_the_whole_of_a_post_may_not_exceed_is_said(network, facts):
    post = Post("launch", "posts/launch.md", "\n\n".join(f"[{n}](https://a.example/{n})" if n < 101 else "x" for n in range(1001)))
    what = [problem.what for problem in check_payload(network, post, network.compose(post, facts), facts) if problem.slug == "too-long"]
    assert [words.split(";")[0] for words in what] == ["the post has 1001 blocks", "the post has 101 links"]


def test_an_edit_sends_everything_again(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt="A cat", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    assert at.run(network, network.edit(said(network, seal, facts, "Better", media=media), 0, receipt)) == receipt
    assert (fake.public[0].text, fake.public[0].edited, fake.public[0].media) == ("Better", True, ("A cat",))


def test_withdrawing_twice_is_success(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_a_lost_answer_is_found_by_the_end_of_its_slug(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, title="Große Neuigkeiten")
    receipt = at.run(network, network.publish(payload, 0))
    assert fake.made[receipt.id]["slug"] == f"grosse-neuigkeiten-{payload.key[:10]}"
    intent = Intent(0, at.seen[-1], noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    other = said(network, seal, facts, "Another")
    assert at.run(network, network.lookup(other, intent, (), None)) == Absent()


@pytest.mark.parametrize("slug", ["", "grosse-neuig", "grosse-neuigkeiten-4f"])
def test_a_slug_that_was_cut_or_dropped_is_made_up_for_by_the_text(fake, at, network, seal, facts, noon, slug):
    payload = said(network, seal, facts, title="Große Neuigkeiten")
    receipt = at.run(network, network.publish(payload, 0))
    fake.made[receipt.id]["slug"] = slug
    intent = Intent(0, at.seen[-1], noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    fake.made[receipt.id]["timestamp"] -= 3600
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_a_busy_blog_is_looked_through_and_a_private_post_never_called_absent(fake, at, network, seal, facts, noon):
    first = said(network, seal, facts, "First")
    receipt = at.run(network, network.publish(first, 0))
    for n in range(45):
        at.run(network, network.publish(said(network, seal, facts, f"Text {n}"), 0))
    intent = Intent(0, at.seen[0], noon)
    assert at.run(network, network.lookup(first, intent, (), None)) == Found(receipt)
    hidden = said(network, seal, facts, "Hidden", visibility="private")
    assert isinstance(at.run(network, network.lookup(hidden, replace(intent, at=noon + timedelta(hours=1)), (), None)), CannotTell)


def test_verify_tells_the_blog_and_refuses_somebody_elses(fake, at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.id, account.facts["user"]) == ("@acme", "t:acme", "ada")
    stranger = NETWORK(replace(CHANNEL, settings={"blog": "stranger"}))
    with pytest.raises(AuthFailed, match="she has acme, other"):
        at.run(stranger, stranger.verify())


def test_the_login_asks_for_a_token_that_can_be_renewed_and_each_renewal_counts_once(fake, at, network):
    inputs = {"state": "s", "challenge": "c", "verifier": "v", "redirect_uri": "http://127.0.0.1:8976/callback"}

    def visit(url):
        asked = parse_qs(urlsplit(url).query)
        assert asked["scope"] == ["basic write offline_access"]
        assert "code_challenge" not in asked
        fake.codes["c1"] = {"client_id": "app", "redirect_uri": asked["redirect_uri"][0], "account": "ada"}
        return "c1"

    tokens = at.run(network, network.login(inputs), visit=visit)
    assert (set(tokens.values), tokens.expires_in) == ({"token", "refresh"}, 2520)
    assert at.seen[-1].body.pairs[-1] == ("client_secret", handle("client_secret"))
    assert NETWORK.auth.rotates
    request = next(network.refresh())
    form = {name: value.replace(handle("refresh"), tokens.values["refresh"]) for name, value in request.body.pairs}
    assert at.ask(network, replace(request, body=replace(request.body, pairs=tuple(form.items())))).ok
    with pytest.raises(Rejected):
        at.ask(network, replace(request, body=replace(request.body, pairs=tuple(form.items()))))


def error(code, words="no"):
    return {"meta": {"status": 0, "msg": "x"}, "errors": [{"title": words, "code": code}]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error(8001), Rejected),
        (400, error(8005), Rejected),
        (400, {"meta": {"status": 400, "msg": "Bad Request"}, "response": {"errors": ["Post cannot be empty."]}}, Rejected),
        (401, {"meta": {"status": 401, "msg": "Unauthorized"}}, AuthFailed),
        (403, error(8004), RateLimited),
        (403, error(8023), RateLimited),
        (403, error(8010), Retriable),
        (403, error(8008), Rejected),
        (403, {"meta": {"status": 403, "msg": "Forbidden"}, "response": []}, AuthFailed),
        (404, "<html>", Rejected),
        (500, error(8006), Retriable),
        (503, "", Retriable),
        (201, {"response": {}}, type(None)),
    ],
)
def test_errors_are_told_apart_in_both_their_forms(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is kind


def test_a_token_that_ended_can_be_renewed(network):
    assert network.fault(401, {}, None).expired


def test_a_used_up_day_waits_for_hours_and_a_used_up_hour_until_its_end(fake, at, network, seal, facts):
    fake.daily = 0
    with pytest.raises(RateLimited, match="daily post limit") as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert caught.value.after == 21_600
    fake.faults.append(Fault("rate_limit", seconds=1234))
    with pytest.raises(RateLimited) as caught:
        at.run(network, network.verify())
    assert caught.value.after == 1234
