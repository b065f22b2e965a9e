"""Processes killed with -9 at random moments, against servers that err: every delivery once, or honestly unknown, none lost."""

from __future__ import annotations

import random
from collections import Counter

import pytest

SEED = 20261122
KILLS, POSTS = 50, 17
HOOK_SECRET = "whsec_YSBzZWNyZXQgb2YgdGhlIHNhbmRib3gsIG5vIG1vcmU="


def channels(ports):
    return f"""
[channels.elephant]
network = "mastodon"
server = "http://127.0.0.1:{ports["elephant"]}"
secret = "env:ELEPHANT"

[channels.blue]
network = "bluesky"
server = "http://127.0.0.1:{ports["blue"]}"
identifier = "blue.test"
secret = "env:BLUE"

[channels.hook]
network = "webhook"
url = "http://127.0.0.1:{ports["hook"]}/in"
secret = "env:HOOK"
"""


def post(n):
    head = f"---\nid: post-{n:03}\nstatus: ready\nchannels: [elephant, blue, hook]\npublish_at: 2026-01-02 09:{n % 60:02}\n---\n\n"
    picture = "\n\n![a picture](green.png)" if n % 5 == 0 else ""
    more = f"\n\n---\n\nPost {n:03}, second part.\n\n---\n\nPost {n:03}, third part." if n % 4 == 0 else ""
    return f"{head}Post {n:03}, first part.{picture}{more}\n"


@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.parametrize("run", range(4))
def test_runners_killed_at_random_moments_publish_everything_once(arena, run, record_property):
    chance = random.Random(SEED + run)
    arena.env |= {"ELEPHANT": "sandbox-it", "BLUE": "sandbox-blue.test", "HOOK": HOOK_SECRET}
    arena.serve({"elephant": "mastodon", "blue": "bluesky", "hook": "webhook"}, faults=str(SEED + run))
    arena.write(channels(arena.ports), {f"post-{n:03}": post(n) for n in range(POSTS)})
    arena.picture("green.png")
    arena.posted("hook")
    ahead, posts = 0.0, POSTS
    while arena.kills < KILLS:
        late = arena.kills >= KILLS // 2
        ahead += 400.0 if late else 0.0
        if not arena.kill_one(chance, ahead=ahead if late else None):
            arena.post(f"post-{posts:03}", post(posts))  # it had nothing left to do
            posts += 1
    states = arena.finish(ahead + 400)
    assert arena.tell_tales() == []
    said = Counter(states.values())
    for name, value in (("seed", SEED + run), ("kills", arena.kills), ("deliveries", len(states)), *said.items()):
        record_property(name, value)
    assert len(states) == 3 * posts, "none is lost"
    assert set(said) <= {"published", "unknown"}, said
    assert all(state == "published" for name, state in states.items() if not name.endswith("@hook")), said
    for channel in ("elephant", "blue"):
        shown = arena.posted(channel)
        assert Counter(one["text"] for one in shown) == Counter(text for n in range(posts) for text in parts(n)), channel
        place = {one["text"]: one["id"] for one in shown}
        for n in range(0, posts, 4):
            first, second, third = parts(n)
            answers = {one["text"]: one["reply_to"] for one in shown}
            assert (answers[first], answers[second], answers[third]) == ("", place[first], place[second])
    heard = Counter(one["text"].split(",")[0] for one in arena.posted("hook"))
    for n in range(posts):
        times, state = heard[f"Post {n:03}"], states[f"post-{n:03}@hook"]
        assert times == 1 or (times == 0 and state == "unknown"), (n, times, state)


def parts(n):
    texts = [f"Post {n:03}, first part."]
    return [*texts, f"Post {n:03}, second part.", f"Post {n:03}, third part."] if n % 4 == 0 else texts
