"""The Bluesky adapter against a PDS that smm did not write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks._bluesky_record import record_key
from smm_cli.networks.bluesky import NETWORK
from smm_cli.sandbox.fakes._bluesky_cid import cid_of_record
from smm_cli.words.channel import Person
from smm_cli.words.delivery import Receipt

pytestmark = pytest.mark.server
POST = "app.bsky.feed.post"


def as_receipt(parts) -> Receipt:
    return Receipt("first@here", "first", "here", "bluesky", "published", datetime.now(UTC), parts=tuple(parts))


# -- sessions -----------------------------------------------------------------------------------------------------------------


def test_verify_tells_handle_server_and_the_smaller_limits_of_an_old_server(ada, pds):
    account = ada.network.account
    assert account.handle == "@ada.test"
    assert account.id.startswith("did:plc:")
    assert account.facts["pds"].endswith(pds.url.rpartition(":")[2])
    assert (account.software, account.version) == ("atproto-pds", "0.4.217")
    assert {one.kind: set(one.types.values()) for one in ada.network.media_limits} == {"image": {1_000_000}, "video": {100_000_000}}


def test_a_wrong_password_is_an_error_of_the_channel(pds, talk):
    pds.account("ada.test")
    with pytest.raises(AuthFailed):
        talk(NETWORK, {"server": pds.url, "identifier": "ada.test"}, "not-this").verify()


def test_an_ended_token_is_renewed_on_the_way(pds, ada, written):
    credentials = ada.transport.credentials(ada.network)
    credentials.keep({**credentials.tokens().values, "access": pds.old_token("ada.test")}, None)
    receipt = ada.publish(ada.composed("after two hours"))[0]
    assert written(receipt)["value"]["text"] == "after two hours"


def test_the_server_calls_an_ended_token_expired_with_400(pds):
    answer = pds.call("GET", "com.atproto.server.getSession", token=pds.old_token("ada.test"))
    error = NETWORK.fault(answer.status_code, answer.headers, answer.json())
    assert answer.status_code == 400
    assert isinstance(error, AuthFailed)
    assert error.expired


def test_after_the_refresh_token_ended_the_password_makes_a_new_session(pds, ada, written):
    credentials = ada.transport.credentials(ada.network)
    credentials.keep({"access": pds.old_token("ada.test"), "refresh": pds.old_token("ada.test")}, None)
    assert written(ada.publish(ada.composed("from the password"))[0])["value"]["text"] == "from the password"


# -- publishing ---------------------------------------------------------------------------------------------------------------


def test_a_post_stands_under_the_key_that_was_computed_for_it(ada, written):
    payload = ada.composed("Hello")
    receipt = ada.publish(payload)[0]
    assert receipt.id.endswith(record_key(payload.at, payload.key, 0))
    assert receipt.url == f"https://bsky.app/profile/{ada.network.account.id}/post/{receipt.more['rkey']}"
    assert written(receipt)["value"] == {
        "$type": POST,
        "text": "Hello",
        "langs": ["en"],
        "createdAt": written(receipt)["value"]["createdAt"],
    }
    assert written(receipt)["cid"] == receipt.more["cid"]


def test_links_mentions_and_tags_are_facets_at_their_bytes(ada, pds, written):
    people = {"ben": Person("ben", {"bluesky": "ben.test"}), "gone": Person("gone", {"bluesky": "nobody.test"})}
    body = "Hé 👋 [docs](https://example.com/x) https://example.com/a/very/long/way/to/it by @{ben} and @{gone} #día"
    value = written(ada.publish(ada.composed(body, people=people))[0])["value"]
    shown = {}
    for facet in value["facets"]:
        index = facet["index"]
        shown[value["text"].encode()[index["byteStart"] : index["byteEnd"]].decode()] = facet["features"][0]
    did = pds.session("ben.test")["did"]
    kind = "app.bsky.richtext.facet#"
    assert shown == {
        "docs": {"$type": f"{kind}link", "uri": "https://example.com/x"},
        "example.com/a/very/long/…": {"$type": f"{kind}link", "uri": "https://example.com/a/very/long/way/to/it"},
        "@ben.test": {"$type": f"{kind}mention", "did": did},
        "#día": {"$type": f"{kind}tag", "tag": "día"},
    }
    assert "@nobody.test" in value["text"]


def test_pictures_hang_on_a_post_with_their_words_and_sides(ada, written, png):
    media = [ada.picture(png(), alt="two dots", width=2, height=1), ada.picture(png(1, 3), alt="", width=1, height=3)]
    images = written(ada.publish(ada.composed("pictures", media=media))[0])["value"]["embed"]["images"]
    assert [(one["alt"], one["aspectRatio"], one["image"]["mimeType"]) for one in images] == [
        ("two dots", {"width": 2, "height": 1}, "image/png"),
        ("", {"width": 1, "height": 3}, "image/png"),
    ]


def test_a_film_goes_straight_to_a_server_without_a_video_service(ada, written):
    film = ada.picture(b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + b"\0" * 64, "video/mp4", alt="a film", width=16, height=9, seconds=1.0)
    embed = written(ada.publish(ada.composed("film", media=[film]))[0])["value"]["embed"]
    assert (embed["$type"], embed["alt"], embed["video"]["mimeType"]) == ("app.bsky.embed.video", "a film", "video/mp4")


def test_a_thread_answers_its_first_post_and_the_one_before(ada, written):
    first, second, third = ada.publish(ada.composed("one\n\n---\n\ntwo", first_comment="a comment"))
    reply = written(third)["value"]["reply"]
    assert reply["root"] == {"uri": first.id, "cid": first.more["cid"]}
    assert reply["parent"] == {"uri": second.id, "cid": second.more["cid"]}
    assert first.more["rkey"] < second.more["rkey"] < third.more["rkey"]
    assert written(first)["value"]["createdAt"] < written(third)["value"]["createdAt"]


def test_the_fake_computes_the_same_cids_as_the_server(ada, written, png):
    media = [ada.picture(png(), alt="ü", width=2, height=1)]
    receipt = ada.publish(ada.composed("same #tag https://example.com/", media=media))[0]
    assert cid_of_record(written(receipt)["value"]) == receipt.more["cid"]


def test_an_answer_to_an_answer_keeps_its_root(ada, written):
    first, second = ada.publish(ada.composed("root\n\n---\n\nbelow it"))
    answer = ada.publish(ada.composed("an answer", reply_to=f"https://bsky.app/profile/ada.test/post/{second.more['rkey']}"))[0]
    reply = written(answer)["value"]["reply"]
    assert (reply["root"]["uri"], reply["parent"]["uri"]) == (first.id, second.id)


def test_a_post_of_the_calendar_is_quoted_with_a_picture_beside_it(ada, written, png):
    first = ada.publish(ada.composed("quoted"))
    payload = ada.composed("look", quote="first", receipts={"first": as_receipt(first)}, media=[ada.picture(png(), alt="x")])
    embed = written(ada.publish(payload)[0])["value"]["embed"]
    assert embed["$type"] == "app.bsky.embed.recordWithMedia"
    assert embed["record"]["record"]["uri"] == first[0].id


def test_a_quoted_post_that_is_gone_is_refused_before_anything_is_public(ada, pds):
    before = len(pds.records(ada.network.account.id))
    with pytest.raises(Rejected, match="quote: there is no post"):
        ada.publish(ada.composed("look", quote="https://bsky.app/profile/ada.test/post/3n2ve77542222"))
    assert len(pds.records(ada.network.account.id)) == before


def test_who_may_answer_and_quote_stands_beside_the_post_and_goes_with_it(ada, written):
    options = {"threadgate": ["mention", "follower"], "quotes": False, "labels": ["nudity"]}
    receipt = ada.publish(ada.composed("gated", options=options))[0]
    allow = [rule["$type"].partition("#")[2] for rule in written(receipt, "app.bsky.feed.threadgate")["value"]["allow"]]
    assert allow == ["mentionRule", "followerRule"]
    assert written(receipt, "app.bsky.feed.postgate")["value"]["post"] == receipt.id
    assert written(receipt)["value"]["labels"]["values"] == [{"val": "nudity"}]
    ada.run(ada.network.withdraw(receipt, 0))
    for collection in (POST, "app.bsky.feed.threadgate", "app.bsky.feed.postgate"):
        assert written(receipt, collection)["error"] == "RecordNotFound"


def test_a_link_gets_a_card_with_its_picture(pds, talk, page, written, png):
    address = page(
        {
            "/": ("text/html; charset=utf-8", b'<meta property="og:title" content="A &amp; B"><meta property="og:image" content="/i.png">'),
            "/i.png": ("image/png", png()),
        }
    )
    identifier, password = pds.account("ada.test")
    ada = talk(NETWORK, {"server": pds.url, "identifier": identifier}, password, pages=(address.removeprefix("http://"),))
    shown = written(ada.publish(ada.composed("read", link=f"{address}/"))[0])["value"]["embed"]["external"]
    assert (shown["uri"], shown["title"], shown["thumb"]["mimeType"]) == (f"{address}/", "A & B", "image/png")


def test_a_page_whose_picture_is_none_gets_a_card_without(pds, talk, page, written):
    address = page(
        {
            "/": ("text/html", b'<title>T</title><meta property="og:image" content="/i.png">'),
            "/i.png": ("image/png", b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>"),
        }
    )
    identifier, password = pds.account("ada.test")
    ada = talk(NETWORK, {"server": pds.url, "identifier": identifier}, password, pages=(address.removeprefix("http://"),))
    assert written(ada.publish(ada.composed("read", link=f"{address}/"))[0])["value"]["embed"]["external"] == {
        "uri": f"{address}/",
        "title": "T",
        "description": "",
    }
