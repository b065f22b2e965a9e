"""The fake Bluesky refuses what a real server refuses. What both must agree on is tried on both in tests/servers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2
import pytest

from smm_cli.clock import SetClock
from smm_cli.sandbox.fakes._bluesky_cid import cid_of_bytes, cid_of_record
from smm_cli.sandbox.fakes._bluesky_lexicon import Lexicon
from smm_cli.sandbox.fakes.bluesky import FAKE

POST = "app.bsky.feed.post"
KEY = "3n2ve77542222"
TYPED = {"content-type": "video/mp4"}


@pytest.fixture
def fake(noon):
    made = FAKE(SetClock(noon))
    made.add_account("ada.bsky.social", "pass-word")
    return made


@pytest.fixture
def call(fake):
    """Asks the fake; a body without a type is JSON."""

    def asked(method, name, token="", host="bsky.social", **more):
        async def asking():
            headers = {"authorization": f"Bearer {token}"} if token else {}
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(fake), base_url=f"https://{host}") as client:
                return await client.request(method, f"/xrpc/{name}", headers={**headers, **more.pop("headers", {})}, **more)

        return asyncio.run(asking())

    return asked


@pytest.fixture
def session(call):
    return call("POST", "com.atproto.server.createSession", json={"identifier": "ada.bsky.social", "password": "pass-word"}).json()


@pytest.fixture
def put(call, session):
    """Writes a post; gives the answer."""

    def written(record=None, key=KEY, **more):
        value = {"$type": POST, "text": "x", "createdAt": "2026-11-24T12:00:00Z", **(record or {})}
        body = {"repo": session["did"], "collection": POST, "rkey": key, "record": value, **more}
        return call("POST", "com.atproto.repo.putRecord", session["accessJwt"], json=body)

    return written


def error(answer):
    return answer.status_code, answer.json()["error"]


def tick(fake, **time):
    fake.clock.set(fake.now() + timedelta(**time))


# -- sessions -----------------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_401(call):
    answer = call("POST", "com.atproto.server.createSession", json={"identifier": "ada.bsky.social", "password": "no"})
    assert error(answer) == (401, "AuthenticationRequired")


def test_an_access_token_ends_after_two_hours_with_400(call, fake, session):
    tick(fake, minutes=119)
    assert call("GET", "com.atproto.server.getSession", session["accessJwt"]).status_code == 200
    tick(fake, minutes=1)
    assert error(call("GET", "com.atproto.server.getSession", session["accessJwt"])) == (400, "ExpiredToken")


def test_a_refresh_token_rotates_and_holds_for_two_more_hours(call, fake, session):
    fresh = call("POST", "com.atproto.server.refreshSession", session["refreshJwt"]).json()
    assert fresh["refreshJwt"] != session["refreshJwt"]
    again = call("POST", "com.atproto.server.refreshSession", session["refreshJwt"]).json()
    assert again["refreshJwt"] == fresh["refreshJwt"]
    tick(fake, hours=2)
    assert error(call("POST", "com.atproto.server.refreshSession", session["refreshJwt"])) == (400, "ExpiredToken")
    assert call("POST", "com.atproto.server.refreshSession", fresh["refreshJwt"]).status_code == 200


def test_an_access_token_does_not_refresh_and_no_token_is_401(call, session):
    assert error(call("POST", "com.atproto.server.refreshSession", session["accessJwt"])) == (400, "InvalidToken")
    assert error(call("GET", "com.atproto.server.getSession")) == (401, "AuthMissing")


def test_thirty_logins_in_five_minutes_are_the_most(call, fake):
    body = {"identifier": "ada.bsky.social", "password": "pass-word"}
    answers = [call("POST", "com.atproto.server.createSession", json=body) for _ in range(31)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert answers[-1].headers["ratelimit-policy"] == "30;w=300"
    tick(fake, minutes=5)
    assert call("POST", "com.atproto.server.createSession", json=body).status_code == 200


# -- records ------------------------------------------------------------------------------------------------------------------


def test_the_same_record_again_makes_no_commit(put, fake):
    first, again = put().json(), put().json()
    assert ("commit" in first, "commit" in again) == (True, False)
    assert first["cid"] == again["cid"]
    assert len(fake.posted) == 1


def test_writing_over_a_post_is_seen(put, fake):
    put()
    put({"text": "y"})
    assert [(posted.text, posted.edited) for posted in fake.posted] == [("y", True)]


def test_somebody_elses_repository_is_closed(put, fake):
    fake.add_account("ben.bsky.social")
    assert error(put(repo="ben.bsky.social")) == (401, "AuthenticationRequired")
    assert error(put(repo="nobody.bsky.social")) == (403, "AccountNotFound")


def test_writing_costs_points_and_says_how_many_are_left(put, fake, session):
    assert put().headers["ratelimit-remaining"] == "4998"
    fake.spend(f"write {session['did']}", 4998, 5000, 3600)
    assert error(put(key="3n2ve7754222b")) == (429, "RateLimitExceeded")
    tick(fake, hours=1)
    assert put(key="3n2ve7754222b").status_code == 200


def test_a_file_that_no_record_names_is_gone_after_an_hour(call, put, fake, session, png):
    def upload():
        answer = call("POST", "com.atproto.repo.uploadBlob", session["accessJwt"], content=png, headers={"content-type": "image/jpeg"})
        return answer.json()["blob"]

    blob = upload()
    assert blob["mimeType"] == "image/png"  # by its bytes, whatever was said
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": ""}]}
    tick(fake, hours=1)
    assert error(put({"embed": embed})) == (400, "BlobNotFound")
    upload()
    tick(fake, minutes=59)
    assert put({"embed": embed}).status_code == 200
    tick(fake, seconds=59)
    kept = next(iter(fake.blobs.values()))
    kept.at -= timedelta(days=1)
    assert put({"embed": embed, "text": "later"}, key="3n2ve7754222b").status_code == 200  # a record names it: it stays


def test_an_older_server_takes_smaller_pictures(put, call, fake, session, png):
    blob = call(
        "POST", "com.atproto.repo.uploadBlob", session["accessJwt"], content=png + b"\0" * 1_000_000, headers={"content-type": "x/y"}
    )
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob.json()["blob"], "alt": ""}]}
    fake.lexicon = Lexicon(image_bytes=1_000_000)
    assert error(put({"embed": embed})) == (400, "InvalidRequest")
    fake.lexicon = Lexicon()
    assert put({"embed": embed}).status_code == 200


def test_records_are_listed_by_key_the_newest_first(put, call, session):
    for key in ("3n2ve77542222", "3n2ve77542224", "3n2ve77542223"):
        put(key=key)
    query = {"repo": session["did"], "collection": POST, "limit": 2}
    page = call("GET", "com.atproto.repo.listRecords", params=query).json()
    rest = call("GET", "com.atproto.repo.listRecords", params={**query, "cursor": page["cursor"]}).json()
    assert [one["uri"][-1] for one in page["records"] + rest["records"]] == ["4", "3", "2"]


def test_identifiers_are_those_of_the_network():
    """Vectors: made with @atproto/lex-data and @atproto/lex-cbor as the PDS 0.4.217 uses them."""
    raw = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    record = {"$type": POST, "text": "Hé 👋", "createdAt": "2026-11-22T10:00:00.000Z", "langs": ["en"]}
    numbers = {"n": [0, 23, 24, 255, 256, 65536, -1, -300], "t": True, "z": None, "embed": {"ref": {"$link": raw}}}
    assert cid_of_bytes(b"hello world") == raw
    assert cid_of_record({**record, **numbers}) == "bafyreifrtajh3xm6hcipto4ayebhfrgesjolb3f2jthspsfuqyta62cnbe"


# -- films --------------------------------------------------------------------------------------------------------------------


def test_the_video_service_takes_only_tokens_made_for_it_and_for_the_method(call, fake, session):
    def token(aud, lxm):
        return call("GET", "com.atproto.server.getServiceAuth", session["accessJwt"], params={"aud": aud, "lxm": lxm}).json()["token"]

    def send(token):
        query = {"did": session["did"], "name": "a.mp4"}
        return call("POST", "app.bsky.video.uploadVideo", token, "video.bsky.app", params=query, headers=TYPED, content=b"film")

    limits, upload = "app.bsky.video.getUploadLimits", "com.atproto.repo.uploadBlob"
    service, server = "did:web:video.bsky.app", "did:web:bsky.social"
    assert call("GET", limits, token(service, limits), host="video.bsky.app").status_code == 200
    assert call("GET", limits, token(service, upload), host="video.bsky.app").status_code == 401
    assert call("GET", limits, session["accessJwt"], host="video.bsky.app").status_code == 401
    old = token(service, limits)
    tick(fake, seconds=61)
    assert call("GET", limits, old, host="video.bsky.app").status_code == 401
    assert [send(token(aud, upload)).status_code for aud in (server, service)] == [200, 401]
    assert error(send(token(server, upload))) == (409, "already_exists")


@pytest.mark.parametrize(("seconds", "status"), [(-1, 400), (1800, 200), (3599, 200), (3601, 400)])
def test_a_service_token_lives_for_an_hour_at_most(call, fake, session, seconds, status):
    query = {"aud": "did:web:bsky.social", "lxm": "com.atproto.repo.uploadBlob", "exp": int(fake.now().timestamp()) + seconds}
    assert call("GET", "com.atproto.server.getServiceAuth", session["accessJwt"], params=query).status_code == status
