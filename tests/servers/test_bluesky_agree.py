"""The fake and the real PDS are given the same records and must say the same: taken or refused, by which name."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx2
import pytest

from smm_cli.clock import SetClock
from smm_cli.networks._bluesky_record import tid
from smm_cli.sandbox.fakes._bluesky_lexicon import Lexicon
from smm_cli.sandbox.fakes.bluesky import FAKE

pytestmark = pytest.mark.server
POST, KEY = "app.bsky.feed.post", "3n2ve77542222"
CID = "bafyreifrtajh3xm6hcipto4ayebhfrgesjolb3f2jthspsfuqyta62cnbe"
RAW = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
URI = f"at://did:plc:zjmambg7zfkkgwv2bhvlqe5l/{POST}/{KEY}"
STRONG = {"uri": URI, "cid": CID}


def blob(**fields):
    return {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 11, **fields}


def images(*shown):
    return {"embed": {"$type": "app.bsky.embed.images", "images": list(shown)}}


def image(**fields):
    return {"image": blob(), "alt": "", **fields}


def facet(start, end, **feature):
    kind = feature.pop("kind", "link")
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}]}


def card(**fields):
    return {
        "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com", "title": "", "description": "", **fields}}
    }


def labels(*values):
    return {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": list(values)}}


SAME = {
    "plain": {},
    "no text": {"text": None},
    "empty text": {"text": ""},
    "300 graphemes": {"text": "a" * 300},
    "301 graphemes": {"text": "a" * 301},
    "300 families of 18 bytes": {"text": "👩‍👩‍👧" * 166},
    "over 3000 bytes": {"text": "👩‍👩‍👧" * 167},
    "300 flags": {"text": "🇩🇪" * 300},
    "301 flags": {"text": "🇩🇪" * 301},
    "300 decomposed letters": {"text": "e\u0301" * 300},
    "301 decomposed letters": {"text": "e\u0301" * 301},
    "300 line ends of Windows": {"text": "\r\n" * 300},
    "150 conjuncts": {"text": "क्ष" * 150},
    "no createdAt": {"createdAt": None},
    "createdAt without zone": {"createdAt": "2026-11-22T10:00:00"},
    "createdAt with an offset": {"createdAt": "2026-11-22T10:00:00+01:00"},
    "createdAt in words": {"createdAt": "today"},
    "createdAt a date": {"createdAt": "2026-11-22"},
    "four languages": {"langs": ["de", "en", "fr", "it"]},
    "a language that is none": {"langs": ["Deutsch!"]},
    "a regional language": {"langs": ["pt-BR"]},
    "nine tags": {"tags": ["a"] * 9},
    "a link": {"facets": [facet(0, 4, uri="https://example.com/x")]},
    "a link without scheme": {"facets": [facet(0, 4, uri="example.com")]},
    "a link with a blank": {"facets": [facet(0, 4, uri="https://example.com/a b")]},
    "a mention of a handle": {"facets": [facet(0, 4, kind="mention", did="ada.test")]},
    "a mention of a DID": {"facets": [facet(0, 4, kind="mention", did="did:plc:abc")]},
    "a tag of 64": {"facets": [facet(0, 4, kind="tag", tag="x" * 64)]},
    "a tag of 65": {"facets": [facet(0, 4, kind="tag", tag="x" * 65)]},
    "a facet before the text": {"facets": [facet(-1, 4, uri="https://example.com")]},
    "a facet at a half": {"facets": [facet(0.5, 4, uri="https://example.com")]},
    "a reply": {"reply": {"root": STRONG, "parent": STRONG}},
    "a reply without root": {"reply": {"parent": STRONG}},
    "a reply without cid": {"reply": {"root": STRONG, "parent": {"uri": URI}}},
    "a reply to a web address": {"reply": {"root": STRONG, "parent": {"uri": "https://bsky.app/x", "cid": CID}}},
    "a quote": {"embed": {"$type": "app.bsky.embed.record", "record": STRONG}},
    "a quote without cid": {"embed": {"$type": "app.bsky.embed.record", "record": {"uri": URI}}},
    "a picture": images(image()),
    "a picture without alt": images({"image": blob()}),
    "five pictures": images(*[image() for _ in range(5)]),
    "a picture with sides": images(image(aspectRatio={"width": 2, "height": 1})),
    "a picture of no height": images(image(aspectRatio={"width": 2, "height": 0})),
    "a picture with half a side": images(image(aspectRatio={"width": 2.5, "height": 1})),
    "a picture that was never uploaded": images(image(image=blob(ref={"$link": RAW.replace("z", "y", 1)}))),
    "a picture that is none": images(image(image=blob(mimeType="text/plain"))),
    "a picture too large": images(image(image=blob(size=1_000_001))),
    "a blob without $type": images(image(image={"ref": {"$link": RAW}, "mimeType": "image/png", "size": 11})),
    "a picture beside a quote": {
        "embed": {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": STRONG}, "media": images(image())["embed"]}
    },
    "a card": card(),
    "a card without title": {"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com", "description": ""}}},
    "a card of no address": card(uri="example.com"),
    "a card with a thumb": card(thumb=blob()),
    "a card with a thumb that is none": card(thumb=blob(mimeType="application/xml")),
    "a film that is a picture": {"embed": {"$type": "app.bsky.embed.video", "video": blob()}},
    "a film of a thousand words": {"embed": {"$type": "app.bsky.embed.video", "video": blob(mimeType="video/mp4"), "alt": "x" * 1001}},
    "labels": labels({"val": "nudity"}),
    "eleven labels": labels(*[{"val": "nudity"}] * 11),
    "a label without value": labels({}),
    "another type": {"$type": "app.bsky.feed.like"},
}
"""Fields of a record over a plain one; None takes one away."""


class Side:
    """One of the two: the same account on it, with one small file that calls itself a picture."""

    def __init__(self, base: str, token: str, did: str, app=None) -> None:
        self.base, self.did, self.app = base, did, app
        self.headers = {"authorization": f"Bearer {token}"}
        assert self.upload(b"hello world") == blob()

    def upload(self, content):
        headers = {**self.headers, "content-type": "image/png"}
        return self.call("POST", "com.atproto.repo.uploadBlob", content=content, headers=headers).json()["blob"]

    def call(self, method, name, **more):
        async def asking():
            transport = httpx2.ASGITransport(self.app) if self.app else None
            async with httpx2.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, f"/xrpc/{name}", **{"headers": self.headers, **more})

        return asyncio.run(asking())

    def put(self, record, key=KEY, collection=POST):
        """(200, cid) or (status, name of the error)."""
        body = {"repo": self.did, "collection": collection, "rkey": key, "record": record}
        answer = self.call("POST", "com.atproto.repo.putRecord", json=body)
        return answer.status_code, answer.json()["cid" if answer.status_code == 200 else "error"]


@pytest.fixture(scope="module")
def real(pds):
    session = pds.session("cleo.test")
    return Side(pds.url, session["accessJwt"], session["did"])


@pytest.fixture(scope="module")
def fake():
    made = FAKE(SetClock(datetime.now(UTC)))
    made.lexicon = Lexicon(image_bytes=1_000_000, video_bytes=100_000_000)  # as the 0.4.217 that is installed
    return Side("https://bsky.social", made.token("cleo.test"), made.add_account("cleo.test").did, made)


def filled(fields):
    plain = {"$type": POST, "text": "text", "createdAt": "2026-11-22T10:00:00.000Z"}
    return {name: value for name, value in {**plain, **fields}.items() if value is not None}


@pytest.mark.parametrize("name", SAME)
def test_both_say_the_same_of_a_record(real, fake, name):
    key = tid(1_795_341_600_000_000 + list(SAME).index(name), 0)
    assert fake.put(filled(SAME[name]), key) == real.put(filled(SAME[name]), key)


@pytest.mark.parametrize(
    "key", ["3n2ve77542222", "self", "3n2ve7754222", "3n2ve775422222", "zn2ve77542222", "3n2ve77542221", "a/b", "", "."]
)
def test_both_say_the_same_of_a_key(real, fake, key):
    assert fake.put(filled({}), key) == real.put(filled({}), key)


GATES = {
    "nobody": {"allow": []},
    "anybody": {},
    "followers": {"allow": [{"$type": "app.bsky.feed.threadgate#followerRule"}]},
    "a list": {"allow": [{"$type": "app.bsky.feed.threadgate#listRule", "list": "at://did:plc:abc/app.bsky.graph.list/x"}]},
    "a list without address": {"allow": [{"$type": "app.bsky.feed.threadgate#listRule"}]},
    "six rules": {"allow": [{"$type": "app.bsky.feed.threadgate#followerRule"}] * 6},
    "of no post": {"post": "https://bsky.app/x"},
}


@pytest.mark.parametrize("name", GATES)
def test_both_say_the_same_of_a_threadgate(real, fake, name):
    record = {"$type": "app.bsky.feed.threadgate", "post": URI, "createdAt": "2026-11-22T10:00:00.000Z", **GATES[name]}
    answers = [side.put(record, collection=record["$type"]) for side in (fake, real)]
    assert answers[0] == answers[1]


STRICTER = {
    "a facet beyond the text": {"facets": [facet(0, 5, uri="https://example.com")]},
    "an empty facet": {"facets": [facet(2, 2, uri="https://example.com")]},
    "a facet through a character": {"text": "é", "facets": [facet(0, 1, uri="https://example.com")]},
    "facets that overlap": {"facets": [facet(0, 3, uri="https://example.com"), facet(2, 4, uri="https://example.com")]},
    "an embed that nobody knows": {"embed": {"$type": "app.bsky.embed.imagez"}},
}
"""What the server takes and no app shows: a mistake of ours, which the fake must not let pass."""


@pytest.mark.parametrize("name", STRICTER)
def test_the_fake_refuses_what_the_server_takes_and_nobody_would_see(real, fake, name):
    assert fake.put(filled(STRICTER[name])) == (400, "InvalidRequest")
    assert real.put(filled(STRICTER[name]))[0] == 200


CALLS = {
    "a record that is none": (
        "GET",
        "com.atproto.repo.getRecord",
        {"params": {"repo": "cleo.test", "collection": POST, "rkey": "3n2ve77542233"}},
    ),
    "a repository that is none": ("GET", "com.atproto.repo.listRecords", {"params": {"repo": "nobody.test", "collection": POST}}),
    "a stranger": ("GET", "com.atproto.identity.resolveHandle", {"params": {"handle": "nobody.test"}}),
    "a wrong password": ("POST", "com.atproto.server.createSession", {"json": {"identifier": "cleo.test", "password": "no"}}),
    "nobody asks": ("GET", "com.atproto.server.getSession", {"headers": {}}),
    "a broken token": ("GET", "com.atproto.server.getSession", {"headers": {"authorization": "Bearer x.y.z"}}),
    "another's repository": (
        "POST",
        "com.atproto.repo.putRecord",
        {"json": {"repo": "ada.test", "collection": POST, "rkey": KEY, "record": filled({})}},
    ),
    "nobody's repository": (
        "POST",
        "com.atproto.repo.putRecord",
        {"json": {"repo": "none.test", "collection": POST, "rkey": KEY, "record": filled({})}},
    ),
    "no record": ("POST", "com.atproto.repo.putRecord", {"json": {"repo": "cleo.test", "collection": POST, "rkey": KEY}}),
    "a token of the past": ("GET", "com.atproto.server.getServiceAuth", {"params": {"aud": "did:web:x.example", "lxm": "a.b.c", "exp": 1}}),
    "an empty file": ("POST", "com.atproto.repo.uploadBlob", {"content": b""}),
    "deleting what is not": (
        "POST",
        "com.atproto.repo.deleteRecord",
        {"json": {"repo": "cleo.test", "collection": POST, "rkey": "3n2ve77542233"}},
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_both_say_the_same_of_a_call(pds, real, fake, name):
    pds.account("ada.test")
    fake.app.add_account("ada.test")
    method, called, more = CALLS[name]
    ours, theirs = (side.call(method, called, **more) for side in (fake, real))
    assert (ours.status_code, ours.json().get("error")) == (theirs.status_code, theirs.json().get("error"))


QUERIES = {
    "too many records": ("com.atproto.repo.listRecords", {"repo": "cleo.test", "collection": POST, "limit": 101}),
    "no handle": ("com.atproto.identity.resolveHandle", {"handle": "not a handle"}),
    "a token for nobody": ("com.atproto.server.getServiceAuth", {"lxm": "a.b.c"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_both_refuse_a_query_that_does_not_fit(real, fake, name):
    """The PDS 0.4.217 calls it an error of its own (500), where the protocol says 400."""
    called, query = QUERIES[name]
    assert fake.call("GET", called, params=query).status_code == 400
    assert real.call("GET", called, params=query).status_code in (400, 500)


@pytest.mark.parametrize("gone", ["deleted", "written over"])
def test_both_drop_a_file_with_the_last_record_that_names_it(real, fake, gone):
    answers = []
    for side in (fake, real):
        record, key, other = (
            filled(images(image(image=side.upload(b"only here")))),
            tid(1_795_000_000_000_000, 1),
            tid(1_795_000_000_000_000, 2),
        )
        assert side.put(record, key)[0] == 200
        if gone == "deleted":
            side.call("POST", "com.atproto.repo.deleteRecord", json={"repo": side.did, "collection": POST, "rkey": key})
        else:
            side.put(filled({}), key)
        answers.append(side.put(record, other))
    assert answers == [(400, "BlobNotFound")] * 2


@pytest.mark.parametrize(("content", "fields"), [(b"another type", {"mimeType": "image/jpeg"}), (b"another size", {"size": 13})])
def test_both_compare_a_file_with_its_reference_until_a_record_names_it(real, fake, content, fields):
    answers = []
    for number, side in enumerate((fake, real)):
        true = side.upload(content)
        right, wrong = (filled(images(image(image=one))) for one in (true, {**true, **fields}))
        keys = [tid(1_795_000_000_000_000 + len(content) + 10 * number, clock) for clock in (3, 4)]
        answers.append([side.put(wrong, keys[0]), side.put(right, keys[0]), side.put(wrong, keys[1])])
    assert answers[0] == answers[1]
    assert [answer[0] for answer in answers[0]] == [400, 200, 200]
