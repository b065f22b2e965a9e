"""A reading list on a wallabag: tokens for a password, entries by their link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.wallabag import NETWORK
from smm_cli.sandbox.fakes.wallabag import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Form, handle
from smm_cli.words.post import Post

CHANNEL = Channel("bag", "wallabag", {"server": "https://bag.example", "identifier": "ada", "client_id": "1_abc"})
LINK = "https://example.org/page?q=a%20b"


@pytest.fixture
def at(driver):
    """A driver that fills in password and secret as the transport does."""

    class Filling(driver):
        async def _send(self, request):
            if isinstance(request.body, Form):
                pairs = tuple((key, self.secrets.get(value, value)) for key, value in request.body.pairs)
                request = replace(request, body=Form(pairs))
            return await super()._send(request)

    made = Filling(None)
    made.secrets = {handle("password"): "sandbox-ada", handle("client_secret"): "sandbox-app"}
    made.app = FAKE(made.clock)
    return made


@pytest.fixture
def network(at):
    network = NETWORK(CHANNEL)
    at.token = at.run(network, network.login({"password": handle("password")})).values["access"]
    return network


def said(network, facts, seal, body="A *page*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "A page", "link": LINK, **fields}), facts))


def test_a_password_is_exchanged_for_tokens_which_are_renewed(at, network):
    assert at.run(network, network.verify()).handle == "ada"
    form = dict(at.seen[0].body.pairs)
    assert (form["grant_type"], form["username"], form["password"]) == ("password", "ada", handle("password"))
    assert (at.seen[0].auth, at.seen[0].secret) == ("", ("access_token", "refresh_token"))
    at.secrets[handle("refresh")] = next(iter(at.app.renewing))
    tokens = at.run(network, network.refresh())
    assert tokens.expires_in == 3600
    assert tokens.values["access"] != at.token
    with pytest.raises(AuthFailed):
        at.run(network, network.refresh())


def test_a_token_that_has_ended_can_be_renewed_a_wrong_password_cannot(at, network):
    at.clock.set(at.clock.now() + timedelta(hours=1))
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.verify())
    assert caught.value.expired
    at.secrets[handle("password")] = "wrong"
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.login({"password": handle("password")}))
    assert not caught.value.expired


def test_the_text_is_the_article_and_the_entry_is_public(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal, tags=("open source", "b")), 0))
    made = at.app.public[0].more
    assert (made["content"], made["tags"], made["public"]) == ("<p>A <em>page</em>.</p>", "open source,b", 1)
    assert receipt.url == f"https://bag.example/share/{made['uid']}"


def test_a_private_entry_has_no_public_page(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal, visibility="private"), 0))
    assert receipt.url == f"https://bag.example/view/{receipt.id}"


def test_the_server_may_fetch_the_article_itself(at, network, facts, seal):
    fetching = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "content": "article"}))
    payload = said(fetching, facts, seal, "Not sent.")
    at.run(fetching, fetching.publish(payload, 0))
    assert at.app.public[0].text == "<p>The page itself.</p>"
    assert "Not sent" not in payload.parts[0].text
    at.run(fetching, fetching.publish(payload, 0))
    assert len(at.app.posted) == 1


def test_an_entry_without_a_text_is_known_though_the_server_fetched_one(at, network, facts, seal, noon):
    payload = said(network, facts, seal, "")
    at.run(network, network.publish(payload, 0))
    assert "The page itself." in at.app.public[0].text
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)), Found)


def test_another_entry_of_the_link_is_left_alone(at, network, facts, seal, noon):
    payload = said(network, facts, seal, "Theirs.", title="Theirs")
    at.run(network, network.publish(payload, 0))
    with pytest.raises(Rejected, match="something else: Theirs"):
        at.run(network, network.publish(said(network, facts, seal), 0))
    intent = Intent(0, at.seen[0], noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)
    assert at.run(network, network.lookup(said(network, facts, seal), intent, (), None)) == Absent()
    at.run(network, network.publish(said(network, facts, seal, options={"replace": True}), 0))
    assert [posted.more["title"] for posted in at.app.public] == ["A page"]


def test_editing_and_withdrawing_twice(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)).id == receipt.id
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.public == []


@pytest.mark.parametrize("body", [{"error": {"code": 403, "message": "URL is empty"}}, "<html>", None, ["x"]])
def test_any_body_of_a_refusal_is_read(network, body):
    assert type(network.fault(403, {}, body)) is Rejected
