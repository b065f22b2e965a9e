"""The Mastodon adapter against mastodon_mock, a server of the Mastodon API by another author. It is no judge of limits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from smm_cli.errors import AuthFailed, RateLimited, Retriable
from smm_cli.networks.mastodon import NETWORK
from smm_cli.words.conversation import Found, Intent, Visit
from smm_cli.words.exchange import Answer

pytestmark = pytest.mark.server


@pytest.fixture
def me(mastodon_server, talk):
    """The channel of the mock's only account, verified."""
    found = talk(NETWORK, {"server": mastodon_server.url}, mastodon_server.token)
    found.verify()
    return found


@pytest.fixture
def status(mastodon_server):
    """Reads a status by its id."""
    return lambda id: mastodon_server.call("GET", f"/api/v1/statuses/{id}").json()


def alone(text: str) -> str:
    """A text that no other test posts."""
    return f"{text} {datetime.now(UTC).timestamp()}"


# -- whose account it is -------------------------------------------------------------------------------------------------------


def test_verify_tells_the_account_and_the_limits_of_the_server(me, mastodon_server):
    said = mastodon_server.call("GET", "/api/v2/instance").json()["configuration"]
    account = me.network.account
    assert account.handle.startswith("@testuser")
    assert account.limits["text"] == said["statuses"]["max_characters"]
    assert account.limits["media_count"] == said["statuses"]["max_media_attachments"]


def test_a_wrong_token_is_an_error_of_the_channel(mastodon_server, talk):
    with pytest.raises(AuthFailed):
        talk(NETWORK, {"server": mastodon_server.url}, "not-this").verify()


def test_a_person_signs_in_and_gets_a_token_that_works(mastodon_server, talk):
    """The mock gives a code to anybody; what the person does in the browser is left out."""
    from smm_cli.accounts.sign import challenge
    from smm_cli.delivery.renew import converse

    me = talk(NETWORK, {"server": mastodon_server.url}, "not-yet")
    inputs = {"redirect_uri": "http://127.0.0.1/", "state": "s", "verifier": "v" * 43, "challenge": challenge("v" * 43)}
    visited = []

    async def visit(step: Visit) -> Answer:
        visited.append(step.url)
        return Answer(200, {}, {"code": "mockcode_testuser"})

    async def whole():
        try:
            return await converse(me.transport, me.network, me.network.login(inputs), {}, "login", visit)
        finally:
            await me.transport.close()

    token = asyncio.run(whole()).values["token"]
    assert visited[0].startswith(f"{mastodon_server.url}/oauth/authorize?")
    assert talk(NETWORK, {"server": mastodon_server.url}, token).verify().handle.startswith("@testuser")


# -- publishing ---------------------------------------------------------------------------------------------------------------


def test_a_post_appears_with_its_text_language_and_visibility(me, status):
    text = alone("Grüße 👋")
    receipt = me.publish(me.composed(text, language="de", visibility="unlisted"))[0]
    found = status(receipt.id)
    assert text in found["content"]
    assert (found["language"], found["visibility"]) == ("de", "unlisted")
    assert receipt.url == found["url"]


def test_a_content_warning_stands_before_the_text(me, status):
    found = status(me.publish(me.composed(alone("spider"), content_warning="spiders"))[0].id)
    assert (found["spoiler_text"], found["sensitive"]) == ("spiders", True)


def test_pictures_are_uploaded_described_and_attached(me, status, png):
    media = [me.picture(png(), alt="two dots"), me.picture(png(1, 3), alt="a line")]
    found = status(me.publish(me.composed(alone("pictures"), media=media))[0].id)
    assert [one["description"] for one in found["media_attachments"]] == ["two dots", "a line"]


def test_a_thread_is_a_chain_of_answers(me, status):
    first, second, third = me.publish(me.composed(f"{alone('one')}\n\n---\n\ntwo\n\n---\n\nthree"))
    assert [status(one.id)["in_reply_to_id"] for one in (first, second, third)] == [None, first.id, second.id]


# -- once ---------------------------------------------------------------------------------------------------------------------


def test_the_same_request_again_gives_the_same_status(me, mastodon_server):
    text = alone("once")
    payload = me.composed(text)
    assert me.publish(payload)[0].id == me.publish(payload)[0].id
    assert sum(text in one["content"] for one in mastodon_server.statuses()) == 1


def intent(me) -> Intent:
    """The committing request that was sent last."""
    return Intent(0, next(one for one in reversed(me.asked) if one.commits), datetime.now(UTC))


def test_lookup_finds_a_status_whose_answer_was_lost(me):
    me.publish(me.composed(alone("an older one")))
    payload = me.composed(alone("lost on the way, with https://example.com/a?b=1&c=2 #tag"))
    receipt = me.publish(payload)[0]
    found = me.run(me.network.lookup(payload, intent(me), (), None))
    assert isinstance(found, Found)
    assert found.receipt.id == receipt.id


def test_lookup_never_takes_another_status_for_a_missing_one(me):
    payload = me.composed(alone("never sent"))
    receipt = me.publish(payload)[0]
    me.run(me.network.withdraw(receipt, 0))
    assert not isinstance(me.run(me.network.lookup(payload, intent(me), (), None)), Found)


def test_editing_changes_the_text_and_withdrawing_twice_is_fine(me, status, mastodon_server):
    receipt = me.publish(me.composed(alone("before")))[0]
    text = alone("after")
    me.run(me.network.edit(me.composed(text), 0, receipt))
    assert text in status(receipt.id)["content"]
    for _ in range(2):
        me.run(me.network.withdraw(receipt, 0))
    assert mastodon_server.call("GET", f"/api/v1/statuses/{receipt.id}").status_code == 404


# -- faults -------------------------------------------------------------------------------------------------------------------


def test_a_rate_limit_says_when_to_come_back_and_publishes_nothing(me, mastodon_server):
    text = alone("limited")
    mastodon_server.fault({"type": "ratelimit"}, path="/api/v1/statuses")
    with pytest.raises(RateLimited):
        me.publish(me.composed(text))
    assert not any(text in one["content"] for one in mastodon_server.statuses())


@pytest.mark.parametrize("status_code", [500, 502, 503])
def test_an_error_of_the_server_on_an_upload_is_tried_again_later(me, mastodon_server, png, status_code):
    mastodon_server.fault({"type": "status", "status": status_code}, path="/api/v2/media")
    with pytest.raises(Retriable):
        me.publish(me.composed(alone("x"), media=[me.picture(png(), alt="x")]))


def test_a_server_without_the_second_version_of_its_description_is_read_by_the_first(mastodon_server, talk):
    mastodon_server.fault({"type": "status", "status": 404}, path="/api/v2/instance", method="GET")
    me = talk(NETWORK, {"server": mastodon_server.url}, mastodon_server.token)
    assert me.verify().limits["text"] == 500
