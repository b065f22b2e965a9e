"""Articles on WriteFreely: Markdown, names, tokens, looking, errors that come as 500."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.accounts.sign import sign
from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.writefreely import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.writefreely import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

SETTINGS = {"server": "https://write.example", "collection": "ada"}
CHANNEL = Channel("blog", "writefreely", SETTINGS)


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver that signs as the transport does, and keeps pictures at a public address."""

    class Signing(driver):
        def ask(self, network, request):
            if request.url.startswith("media:"):
                return Answer(201, {}, {"url": f"https://media.example/{request.url[6:]}"})
            return super().ask(network, request)

    driven = Signing(fake, "", fake.clock)
    driven.raw = sign(NETWORK.auth, {"token": "sandbox-ada"}, "GET", "", {}, b"", fake.clock.now())
    return driven


@pytest.fixture
def said(seal, facts):
    def made(network, body="Hello *you*", facts=facts, **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "We launch", **fields}), facts))

    return made


def sent(at):
    return next(one for one in reversed(at.seen) if one.commits).body.value


def looked(at, network, payload, noon):
    intent = Intent(0, next(one for one in reversed(at.seen) if one.commits), noon)
    return at.run(network, network.lookup(payload, intent, (), None))


def test_a_token_is_signed_as_writefreely_wants_it():
    assert NETWORK.auth.scheme == "Token"


@pytest.mark.parametrize("wrong", [{"server": "http://write.example"}, {"collection": "../me"}, {"collection": ""}])
def test_settings_that_lead_elsewhere_are_refused(wrong):
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings={**SETTINGS, **wrong}))


def test_a_post_is_markdown_with_its_tags_and_language(network, at, said):
    receipt = at.run(network, network.publish(said(network, "Größe\n\n1986. A _good_ year", tags=("open source",), language="de-AT"), 0))
    assert sent(at)["body"] == "Größe\n\n1986\\. A *good* year\n\n#OpenSource"
    assert (sent(at)["title"], sent(at)["slug"], sent(at)["lang"], sent(at)["font"]) == ("We launch", "we-launch", "de", "norm")
    assert "created" not in sent(at)
    assert receipt.url == "https://write.example/ada/we-launch"


def test_pictures_lie_at_a_public_address_below_the_text_or_in_it(network, at, said, facts, png):
    inside = Media("b.png", blob=at.blob(png + b" ", "image/png"))
    facts = replace(facts, media={"b.png": inside})
    media = (Media("a.png", alt="A [cat]", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(network, "See ![a dot](b.png) here.", facts=facts, media=media), 0))
    first, last = sent(at)["body"].split("\n\n")
    assert first == f"See ![a dot](https://media.example/{inside.blob.sha256[:32]}.png) here."
    assert last == f"![A \\[cat\\]](https://media.example/{media[0].blob.sha256[:32]}.png)"


def test_a_single_blog_has_shorter_addresses(at, said, fake):
    network = NETWORK(replace(CHANNEL, settings={**SETTINGS, "single": True}))
    fake.faults.append(Fault("status", "POST", "/posts", status=201, body={"code": 201, "data": {"id": "abc", "slug": "we-launch"}}))
    assert at.run(network, network.publish(said(network), 0)).url == "https://write.example/we-launch"


def test_a_name_that_another_post_has_is_not_used_twice(network, at, said, fake):
    for body in ("one", "two"):
        at.run(network, network.publish(said(network, body), 0))
    assert [post["slug"] for post in fake.posts.values()] == ["we-launch", f"we-launch-{said(network, 'two').key[:6]}"]


def test_what_the_database_cannot_hold_is_known_before(network, facts):
    def found(**fields):
        post = Post("launch", "posts/launch.md", fields.pop("body", "Hi"), **fields)
        return [one.slug for one in check_payload(network, post, network.compose(post, facts), facts)]

    assert found(title="ü" * 160) == []
    assert found(title="x" * 161) == ["too-long"]
    assert found(body="x" * 65_536) == ["too-long"]


def test_a_lost_answer_is_found_by_its_name(network, at, said, noon):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    assert looked(at, network, payload, noon) == Found(receipt)


def test_a_server_that_names_posts_itself_is_looked_through(network, at, said, noon, fake):
    fake.names = False
    payload = said(network, title="Größe")
    receipt = at.run(network, network.publish(payload, 0))
    assert receipt.more["slug"] != sent(at)["slug"]
    assert looked(at, network, payload, noon) == Found(receipt)


def test_absent_needs_a_list_that_reaches_far_enough(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    fake.posts[receipt.id]["body"] = "Somebody else's"
    assert isinstance(looked(at, network, payload, noon), CannotTell)
    fake.posts[receipt.id]["slug"] = "another"
    assert isinstance(looked(at, network, payload, noon), Absent)
    for number in range(12):
        fake.posts[f"{number:010d}"] = {**fake.posts[receipt.id], "id": f"{number:010d}", "slug": f"n{number}"}
    assert isinstance(looked(at, network, payload, noon), CannotTell)
    assert isinstance(looked(at, network, payload, noon + timedelta(hours=1)), Absent)
    fake.faults.append(Fault("status", "GET", "/ada/posts$", status=503, body="<html>"))
    assert isinstance(looked(at, network, payload, noon + timedelta(hours=1)), CannotTell)


def test_a_blog_that_begins_with_its_oldest_posts_proves_nothing(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    post = {**fake.posts.pop(receipt.id), "body": "Another text"}
    for number in range(12):  # the fake gives those first that were put in last
        fake.posts[f"n{number}"] = {**post, "id": f"n{number}", "slug": f"n{number}", "created": f"2026-0{9 - number // 2}-01T00:00:00Z"}
    assert isinstance(looked(at, network, payload, noon), CannotTell)


def test_an_edit_keeps_the_address(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    after = at.run(network, network.edit(said(network, "Better", title="Another title"), 0, receipt))
    assert (after.url, after.id) == (receipt.url, receipt.id)
    assert (fake.public[0].text, fake.posts[receipt.id]["title"]) == ("Better", "Another title")


def test_withdrawing_what_is_gone_is_success_though_the_server_fails(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    receipt = at.run(network, network.publish(said(network), 0))
    fake.faults.append(Fault("status", "DELETE", status=500, body={"code": 500, "error_msg": "The humans messed something up."}))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(receipt, 0))
    assert len(fake.public) == 1


def test_login_gives_a_token_for_name_and_password(network, at):
    tokens = at.run(network, network.login({"identifier": "ada", "password": "sandbox-ada"}))
    assert (tokens.values, tokens.expires_in) == ({"access": "sandbox-ada"}, None)
    assert at.seen[-1].secret == ("data.access_token",)
    with pytest.raises(AuthFailed, match="Incorrect password"):
        at.run(network, network.login({"password": "wrong"}))


def test_verify_tells_whose_blog_it_is(network, at, fake):
    account = at.run(network, network.verify())
    assert (account.handle, account.name, account.url) == ("ada@write.example", "Ada", "https://write.example/ada/")
    fake.forbidden.add("ada")
    with pytest.raises(AuthFailed, match="no blog ada") as caught:
        at.run(network, network.verify())
    assert "blog, it" in caught.value.hint
    with pytest.raises(AuthFailed, match="permission"):
        at.run(network, network.publish(network.compose(Post("a", "a.md", "x"), _facts(at)), 0))


def _facts(at):
    from smm_cli.networks.base import Facts

    return Facts("acme", "a@blog", at.clock.now())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {"code": 201, "data": {}}, None),
        (302, "", Rejected),
        (400, {"code": 400, "error_msg": "Supply something to publish."}, Rejected),
        (400, {"code": 400, "error_msg": "Authorization token required."}, AuthFailed),
        (401, {"code": 401, "error_msg": "Invalid access token."}, AuthFailed),
        (403, {"code": 403, "error_msg": "Account is silenced."}, AuthFailed),
        (404, {"code": 404, "error_msg": "Collection doesn't exist."}, Rejected),
        (404, "<html>", Rejected),
        (410, {"code": 410, "error_msg": "This blog was unpublished."}, Rejected),
        (429, "", RateLimited),
        (500, {"code": 500, "error_msg": "The humans messed something up."}, Retriable),
        (503, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    error = network.fault(status, {}, body)
    assert type(error) is (kind or type(None))
    if error and isinstance(body, dict):
        assert body["error_msg"] in str(error)
