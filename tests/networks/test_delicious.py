"""Pinboard and its like: historic names, errors in a 200, two ways to sign, two ways to answer."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks._delicious_answer import code_of, posts_of
from smm_cli.networks.check import check_payload
from smm_cli.networks.delicious import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.delicious import FAKE
from smm_cli.words.auth import Basic, InRequest
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request, handle
from smm_cli.words.post import Post

CHANNEL = Channel("pins", "delicious")
LINK = "https://example.org/page?a=1&b=2"


@pytest.fixture
def at(driver):
    """A driver that fills in the token as the transport does."""

    class Filling(driver):
        async def _send(self, request):
            query = tuple((key, value.replace(handle("token"), self.token)) for key, value in request.query)
            return await super()._send(replace(request, query=query, auth=""))

    made = Filling(None, "sandbox-ada")
    made.app = FAKE(made.clock)
    return made


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


def said(network, facts, seal, body="A *page*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "A page", "link": LINK, **fields}), facts))


def test_the_title_is_the_description_and_the_text_the_note(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal, tags=("open source", "b"), visibility="private"), 0))
    made = at.app.public[0].more
    assert (made["description"], made["extended"], made["tags"], made["shared"]) == ("A page", "A page.", "open-source b", "no")
    assert receipt.id == LINK


def test_three_seconds_pass_before_each_call(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.waited == [3.0, 3.0]
    at.run(network, network.publish(said(network, facts, seal), 0))
    assert [status for _, status in at.app.calls] == [200] * 4


def test_a_server_that_is_asked_too_soon_says_so(at, network, facts, seal):
    look = network.find(said(network, facts, seal).parts[0])
    at.run(network, network.verify())
    at.run(network, look)
    with pytest.raises(RateLimited):
        at.run(network, network.find(said(network, facts, seal).parts[0]))


@pytest.mark.parametrize("texts", ["", "xml", "older"])
def test_json_and_xml_are_read(at, network, facts, seal, texts):
    at.app.texts = texts
    payload = said(network, facts, seal, 'An "odd" <page> & more', title="Ü & <you>", tags=("x", "y"))
    at.run(network, network.publish(payload, 0))
    at.run(network, network.publish(payload, 0))
    assert len(at.app.posted) == 1
    with pytest.raises(Rejected, match="something else: Ü & <you>"):
        at.run(network, network.publish(said(network, facts, seal, "Other words."), 0))
    at.clock.set(at.clock.now() + timedelta(seconds=3))
    assert at.run(network, network.verify()).handle == "ada"


def test_a_write_that_went_through_behind_a_500_may_be_repeated(at, network, facts, seal):
    at.app.faults.append(Fault("status", commits=True, status=500, body="oops", done=True))
    with pytest.raises(Retriable):
        at.run(network, network.publish(said(network, facts, seal), 0))
    assert network.repeat().seconds is None
    at.clock.set(at.clock.now() + timedelta(seconds=3))
    at.ask(network, at.seen[-1])
    assert len(at.app.posted) == 1


def test_basic_where_the_setting_says_so(driver, facts, seal):
    network = NETWORK(replace(CHANNEL, settings={"server": "https://scuttle.example/v1", "auth": "basic", "answers": "xml"}))
    assert isinstance(network.auth, Basic)
    assert isinstance(NETWORK.auth_of({}), InRequest)
    at = driver(None, "")
    at.app = FAKE(at.clock)
    at.raw = {"authorization": "Basic " + b64encode(b"ada:sandbox-ada").decode()}
    at.run(network, network.publish(said(network, facts, seal), 0))
    assert network.hosts() == ("scuttle.example",)
    assert not [key for key, _ in at.seen[-1].query if key in ("auth_token", "format")]
    assert at.app.public


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '<result code="done"/>', None),
        (200, "<result>done</result>", None),
        (200, {"result_code": "done"}, None),
        (200, '{"result_code":"item not found"}', None),
        (200, '<posts user="me"></posts>', None),
        (200, '<result code="something went wrong" />', Retriable),
        (200, "<html><title>Log in</title></html>", Retriable),
        (200, "", Retriable),
        (200, '<result code="item already exists"/>', Rejected),
        (200, '{"result_code":"missing url"}', Rejected),
        (401, "API requires authentication", AuthFailed),
        (403, "<html>", AuthFailed),
        (414, "<html>", Rejected),
        (429, "", RateLimited),
        (999, "<html>", RateLimited),
        (503, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_only_the_three_elements_of_the_api_are_read():
    bomb = '<!DOCTYPE x [<!ENTITY a "aa">]>'
    bomb += '<posts user="me"><post href="https://x.example/?a=1&amp;b=2" description=\'a > b\' tag="c d"/></posts>'
    assert posts_of(bomb) == [{"href": "https://x.example/?a=1&b=2", "description": "a > b", "tag": "c d"}]
    assert code_of("<result><b>") == ""


def test_a_note_must_fit_into_an_address(at, network, facts, seal):
    for length, slugs in ((1000, []), (1001, ["too-long"])):
        post = Post("launch", "posts/launch.md", "ü" * length, title="T", link=LINK)
        assert [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)] == slugs


def test_editing_and_withdrawing_twice(at, network, facts, seal):
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)).id == receipt.id
    assert at.app.public[0].text == "Better."
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert at.app.public == []


def test_an_error_in_a_200_is_no_withdrawal(network):
    going = network.withdraw(PartReceipt(LINK, ""), 0)
    while not isinstance(next(going), Request):
        pass
    with pytest.raises(Retriable, match="went wrong"):
        going.send(Answer(200, {}, '<result code="something went wrong"/>'))


def test_a_bookmark_that_the_server_writes_otherwise_keeps_its_name(at, network, facts, seal):
    at.run(network, network.publish(said(network, facts, seal, link="https://example.org/page"), 0))
    receipt = at.run(network, network.publish(said(network, facts, seal, link="https://Example.org/page/"), 0))
    assert receipt.id == "https://example.org/page"
    assert len(at.app.public) == 1
