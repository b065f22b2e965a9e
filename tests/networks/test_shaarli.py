"""Bookmarks on a Shaarli, and what all bookmark services share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.accounts.sign import sign
from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks._bookmark import same_link, tag_words
from smm_cli.networks.shaarli import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.shaarli import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.post import Post

CHANNEL = Channel("links", "shaarli", {"server": "https://links.example"})
LINK = "https://example.org/page"
KEY = "the secret of the API"


@pytest.fixture
def at(driver, noon):
    """A driver that signs as the transport does."""

    class Signing(driver):
        async def _send(self, request):
            self.raw = sign(NETWORK.auth, {"key": self.token}, request.method, request.url, {}, b"", self.clock.now())
            return await super()._send(replace(request, auth=""))

    made = Signing(None, KEY)
    made.app = FAKE(made.clock, key=KEY)
    return made


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


def said(network, facts, seal, body="A page.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "A page", "link": LINK, **fields}), facts))


@pytest.mark.parametrize("server", ["http://links.example", "links.example", "https://x.example/?a=1", ""])
def test_a_server_is_an_https_address(server):
    with pytest.raises(ValidationError, match="address of your server"):
        NETWORK(replace(CHANNEL, settings={"server": server}))


def test_a_server_may_lie_below_a_path():
    network = NETWORK(replace(CHANNEL, settings={"server": "https://a.example/shaarli/"}))
    assert network.api == "https://a.example/shaarli/api/v1"


def test_a_rehearsal_finds_it_there_too(at, facts, seal):
    network = NETWORK(replace(CHANNEL, settings={"server": "https://a.example/shaarli/"}))
    at.app.resemble(network)
    at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.app.public


def test_the_token_is_put_back_a_little_and_holds_in_the_servers_eyes(at, network):
    assert at.run(network, network.verify()).handle == "links.example"
    at.token = "another secret"
    with pytest.raises(AuthFailed, match="Not authorized"):
        at.run(network, network.verify())


def test_a_bookmark_without_a_text_is_a_link_and_its_title(at, network, facts, seal):
    payload = said(network, facts, seal, "")
    assert payload.parts[0].text == "A page"
    at.run(network, network.publish(payload, 0))
    assert at.app.public[0].more["description"] == ""


def test_another_bookmark_of_the_link_is_left_alone(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, "Theirs.", title="Theirs"), 0))
    with pytest.raises(Rejected, match="something else: Theirs") as caught:
        at.run(network, network.publish(said(network, facts, seal), 0))
    assert (caught.value.slug, "replace" in caught.value.hint) == ("link-exists", True)
    assert at.app.public[0].text == "Theirs."


@pytest.mark.parametrize("where", ["post", "channel"])
def test_it_is_written_over_where_post_or_channel_says_so(at, network, facts, seal, where):
    at.run(network, network.publish(said(network, facts, seal, "Theirs."), 0))
    told = {"options": {"replace": True}} if where == "post" else {}
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "replace": where == "channel"}))
    at.run(network, network.publish(said(network, facts, seal, "Ours.", **told), 0))
    assert [(posted.text, posted.edited) for posted in at.app.public] == [("Ours.", True)]


def test_after_a_lost_answer_it_is_found_though_the_server_cleaned_the_link(at, network, facts, seal, noon):
    payload = said(network, facts, seal, link=f"{LINK}?utm_source=smm&a=1", tags=("b c",))
    at.app.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert found.receipt.id == at.app.public[0].id
    other = said(network, facts, seal, "Other words.")
    assert at.run(network, network.lookup(other, intent, (), None)) == Absent()


def test_a_bookmark_made_meanwhile_is_a_refusal_that_names_it(network):
    assert type(network.fault(409, {}, {"id": 1, "title": "Twin"})) is Rejected
    assert "Twin" in network.fault(409, {}, {"id": 1, "title": "Twin"}).what
    assert type(network.fault(409, {}, "<html>")) is Rejected


def test_tags_are_words_once():
    assert tag_words(("#open source", "tools", "Tools", " ", "a, b"), spaced=False) == ("open-source", "tools", "a-b")
    assert tag_words(("open  source",), spaced=True) == ("open source",)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://EXAMPLE.org/page/", True),
        ("https://example.org/page?utm_source=x", True),
        ("https://example.org/page?a=1", False),
        ("https://example.org/Page", False),
        ("http://example.org/page", False),
        ("https://example.org/page#part", False),
    ],
)
def test_which_addresses_are_one_page(other, same):
    assert same_link(LINK, other) is same
