"""Processes killed with -9 at random moments, against a real Bluesky PDS: every record once."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter

import pytest

SEED = 4711
KILLS, POSTS = 50, 25


def post(n):
    more = f"\n\n---\n\nNumber {n:03}, more." if n % 3 == 0 else ""
    picture = "\n\n![green](green.png)" if n % 10 == 0 else ""
    head = f"---\nid: post-{n:03}\nstatus: ready\nchannels: blue\npublish_at: 2026-01-02 09:{n % 60:02}\n---\n\n"
    return f"{head}Number {n:03}.{picture}{more}\n"


def records(pds, did):
    found, query = [], {"repo": did, "collection": "app.bsky.feed.post", "limit": 100}
    while True:
        told = pds.call("GET", "com.atproto.repo.listRecords", params=query).json()
        found += told["records"]
        if not told.get("cursor") or not told["records"]:
            return found
        query["cursor"] = told["cursor"]


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.parametrize("run", range(4))
def test_runners_killed_at_random_moments_write_every_record_once(arena, pds, run, record_property):
    chance = random.Random(SEED + run)
    handle = f"kim{secrets.token_hex(3)}.test"
    identifier, password = pds.account(handle)
    arena.env["BLUE"] = password
    told = f'\n[channels.blue]\nnetwork = "bluesky"\nserver = "{pds.url}"\nidentifier = "{identifier}"\nsecret = "env:BLUE"\n'
    arena.write(told, {f"post-{n:03}": post(n) for n in range(POSTS)})
    arena.picture("green.png")
    posts = POSTS
    while arena.kills < KILLS:
        if not arena.kill_one(chance, longest=0.25):
            arena.post(f"post-{posts:03}", post(posts))
            posts += 1
    until = time.monotonic() + 60
    while set(arena.states().values()) != {"published"} or len(arena.states()) < posts:
        assert time.monotonic() < until, Counter(arena.states().values())
        arena.start().communicate()
    for name, value in (("seed", SEED + run), ("kills", arena.kills), ("deliveries", posts)):
        record_property(name, value)
    found = records(pds, pds.session(handle)["did"])
    wanted = [text for n in range(posts) for text in (f"Number {n:03}.", *([f"Number {n:03}, more."] if n % 3 == 0 else []))]
    assert Counter(record["value"]["text"] for record in found) == Counter(wanted)
    uris = {record["value"]["text"]: record["uri"] for record in found}
    for n in range(0, posts, 3):
        answer = next(record["value"] for record in found if record["value"]["text"] == f"Number {n:03}, more.")
        assert answer["reply"]["parent"]["uri"] == uris[f"Number {n:03}."]
