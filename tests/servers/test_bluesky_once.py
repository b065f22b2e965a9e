"""The Bluesky adapter against a PDS that smm did not write: what it refuses, and that nothing is published twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks.bluesky import NETWORK
from smm_cli.words.conversation import Absent, Earlier, Found, Intent
from smm_cli.words.exchange import Answer, Request

pytestmark = pytest.mark.server
POST = "app.bsky.feed.post"


def intent_of(ada) -> Intent:
    """The committing request that was sent last."""
    return Intent(0, next(one for one in reversed(ada.asked) if one.commits), datetime.now(UTC))


# -- limits -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filler", ["a", "👩‍👩‍👧", "é", "🇩🇪"])
def test_three_hundred_graphemes_are_taken_and_one_more_is_refused(ada, filler, written):
    most = min(300, 3000 // len(filler.encode()))
    assert written(ada.publish(ada.composed(filler * most))[0])["value"]["text"] == filler * most
    with pytest.raises(Rejected, match="too big"):
        ada.publish(ada.composed(filler * (most + 1)))


def test_a_picture_over_the_limit_is_refused_when_the_record_is_written(ada, png):
    large = ada.picture(png() + b"\0" * 1_000_000, alt="large")
    with pytest.raises(Rejected, match=r"too big \(maximum 1000000"):
        ada.publish(ada.composed("large", media=[large]))


def test_a_file_that_was_never_uploaded_is_refused(ada, png):
    payload = ada.composed("x", media=[ada.picture(png(5, 5), alt="x")])
    conversation = ada.network.publish(payload, 0)
    step = next(conversation)
    assert isinstance(step, Request)
    # the blob of another file's bytes: never sent
    blob = {
        "$type": "blob",
        "ref": {"$link": "bafkreih5aznjvttude6c3wbvqeebb6rlx5wkbzyppv7garjiubll2ceym4"},
        "mimeType": "image/png",
        "size": 3,
    }
    told = Answer(200, {}, {"blob": blob})
    step = conversation.send(told)
    assert isinstance(step, Earlier)
    commit = conversation.send(None)
    with pytest.raises(Retriable, match="Could not find blob"):
        ada.run(_once(ada, commit))


def _once(ada, request):
    yield request


# -- once ---------------------------------------------------------------------------------------------------------------------


def test_the_same_request_again_changes_nothing(ada, pds):
    payload = ada.composed("once")
    first = ada.publish(payload)[0]
    before = len(pds.records(ada.network.account.id))
    assert ada.network.repeat().seconds is None
    assert ada.publish(payload)[0] == first
    assert len(pds.records(ada.network.account.id)) == before


def test_lookup_finds_what_was_published_and_tells_what_was_not(ada):
    payload = ada.composed("one\n\n---\n\nfound?")
    receipts = ada.publish(payload)
    found = ada.run(ada.network.lookup(payload, replace(intent_of(ada), part=1), (), receipts[0]))
    assert found == Found(receipts[1])
    ada.run(ada.network.withdraw(receipts[1], 1))
    assert ada.run(ada.network.lookup(payload, replace(intent_of(ada), part=1), (), receipts[0])) == Absent()


def test_withdrawing_twice_is_fine(ada, pds):
    receipt = ada.publish(ada.composed("away"))[0]
    ada.run(ada.network.withdraw(receipt, 0))
    ada.run(ada.network.withdraw(receipt, 0))
    assert receipt.id not in {record["uri"] for record in pds.records(ada.network.account.id)}


def test_two_posts_of_one_moment_do_not_overwrite_each_other(ada, pds):
    at = datetime.now(UTC)
    keys = {ada.publish(ada.composed(f"number {n}", at=at))[0].id for n in range(5)}
    assert len(keys) == 5


# -- what the server does where the adapter relies on it ------------------------------------------------------------------------


def test_a_known_key_makes_create_record_fail_with_500(pds, ada):
    """Why the adapter writes by putRecord."""
    receipt = ada.publish(ada.composed("there"))[0]
    token, did = pds.session("ada.test")["accessJwt"], ada.network.account.id
    record = {"$type": POST, "text": "other", "createdAt": "2026-01-01T00:00:00Z"}
    body = {"repo": did, "collection": POST, "rkey": receipt.more["rkey"], "record": record}
    assert pds.call("POST", "com.atproto.repo.createRecord", token=token, json=body).status_code == 500


def test_the_thirty_first_login_in_five_minutes_is_told_when_to_come_back(pds_limited, talk):
    identifier, password = pds_limited.account("ada.test")
    answers = [
        pds_limited.call("POST", "com.atproto.server.createSession", json={"identifier": identifier, "password": password})
        for _ in range(31)
    ]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    error = NETWORK.fault(429, answers[-1].headers, answers[-1].json())
    assert 280 < error.after < 302
