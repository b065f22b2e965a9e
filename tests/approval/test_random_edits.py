"""Random edits of an approved post: nothing is sent that differs from what was approved, and no note or comment withdraws a yes.

What would be sent is not read from the digest, but composed: the payload of each channel and its time. SMM_EDITS=10000 runs as many.
"""

from __future__ import annotations

import os
import random
import struct
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.edit import edit_post
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import WorkTree
from smm_cli.delivery.freeze import content_digest
from smm_cli.delivery.planning import plan_posts
from smm_cli.delivery.prepare import Composer
from smm_cli.words.history import History

EDITS = int(os.environ.get("SMM_EDITS", "500"))
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "t"
timezone = "Europe/Berlin"

[channels.blog]
network = "site"
address = "https://t.example"
output = "public"

[channels.toots]
network = "mastodon"
server = "https://m.example"
secret = "env:TOKEN"
slots = ["Mo 09:00", "We 09:00"]

[channels.sky]
network = "bluesky"
secret = "env:SKY"
account = "@t.example"

[groups]
both = ["blog", "toots"]

[people.ada]
mastodon = "@ada@m.example"

[campaigns.winter]

[approval]
required = true
"""
KEYS = {
    "title": ["title: A title", "title: 'A title'", 'title: "A title"', "title: Another", "title:   A title  # so"],
    "tags": ["tags: [one, two]", "tags:\n  - one\n  - two", "tags: [two, one]", "tags: [one]", "tags: one, two"],
    "channels": [
        "channels: [blog, toots]",
        "channels: both",
        "channels: [toots, blog]",
        "channels: [blog]",
        "channels: [blog, toots, sky]",
    ],
    "publish_at": [
        "publish_at: 2026-12-01 09:00",
        'publish_at: "2026-12-01T09:00"',
        "publish_at: 2026-12-01 09:01",
        "publish_at: 2026-12-01 08:00Z",
        "slot: next",
    ],
    "timezone": ["", "timezone: Europe/London", "timezone: Europe/Berlin"],
    "language": ["language: en", "language: de", ""],
    "link": ["", "link: https://a.example", "link: https://b.example"],
    "media": [
        "media:\n  - path: a.png\n    alt: An a",
        "media: [{path: a.png, alt: An a}]",
        "media: [{path: b.png, alt: An a}]",
        "media: [{path: a.png, alt: A dot}]",
        "media: [{path: a.png, alt: An a, focus: [0.5, 0.5]}]",
    ],
    "for": [
        "for:\n  toots:\n    text: For toots, @{ada}.",
        "for:\n  toots: {text: 'For toots, @{ada}.'}",
        "for:\n  both:\n    tags: [three]",
        "for:\n  mastodon:\n    visibility: unlisted",
        "",
    ],
    "visibility": ["", "visibility: public", "visibility: private"],
    "content_warning": ["", "content_warning: Careful", "content_warning: ''"],
    "reply_to": ["", "reply_to: https://m.example/@ada/1"],
    "split": ["", "split: true", "split: false"],
    "author": ["", "author: ada"],
    "max_late": ["", "max_late: 1h"],
    "urgent": ["", "urgent: true"],
}
HARMLESS = {
    "notes": ["", "notes: nobody sees this", "notes: |\n  many\n  lines", "notes: 'tags: [x]'"],
    "campaign": ["", "campaign: winter"],
    "order": ["", "order: 3", "order: 70"],
    "comment": ["", "# a word among us", "#tags: [x]"],
}
BODY = ["Good morning, all of you.\n\nA second paragraph by @{ada}.", "<!-- for: blog -->\n\nOnly here.\n\n<!-- for: all -->"]
CHANGES = ["x", " ", "\n", "**", "\n\n", "é", "\t", "#", "@{ada}", "&", "![an a](b.png)", "---\n", "\u200b"]


def png(color):
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes([0, *color]))) + chunk(b"IEND", b"")


PICTURES = [png((255, 0, 0)), png((0, 255, 0)), png((0, 0, 255))]


class Bench:
    """One post, written anew again and again, and what would be sent of it."""

    def __init__(self, root):
        self.root = root
        (root / "posts").mkdir()
        (root / "channels.toml").write_text(CONFIG)
        self.calendar = load_calendar(root)
        self.source = WorkTree(root)
        self.approved = ()

    def write(self, keys, order, body, pictures):
        for name, number in pictures.items():
            (self.root / "posts" / f"{name}.png").write_bytes(PICTURES[number])
        lines = [keys[name] for name in order if keys[name]]
        self.data = ("---\nid: launch\nstatus: ready\n" + "\n".join(lines) + "\n---\n\n" + "\n\n".join(body) + "\n").encode()

    def post(self):
        data = edit_post(self.data, {"approved": list(self.approved)}) if self.approved else self.data
        (self.root / "posts" / "launch.md").write_bytes(data)
        post, problems = read_post("posts/launch.md", data, self.calendar)
        return None if any(problem.severity == "error" for problem in problems) else post

    def goes_out(self, post):
        """By channel, what would be sent and when, of what nothing holds; and why the rest is held."""
        found, held = {}, []
        composer = Composer(self.calendar, self.source)
        for delivery in plan_posts(self.calendar, self.source, [post], History(), NOW).deliveries:
            if delivery.state != "planned":
                held.append(delivery.reason)
                continue
            channel = self.calendar.channels[delivery.channel]
            prepared = composer.prepare(post, channel, delivery.name, delivery.at or NOW)
            if prepared.errors or prepared.payload is None:
                held.append("error")  # a runner does not send what does not fit
                continue
            found[delivery.channel] = (delivery.due, content_digest(prepared.payload))
        return found, held


@pytest.mark.timeout(1800)
def test_nothing_goes_out_but_what_was_approved_and_no_note_withdraws_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (root := tmp_path / "calendar").mkdir()
    bench, chance, seen = Bench(root), random.Random(2026), Counter()
    base = {name: said[0] for name, said in {**KEYS, **HARMLESS}.items()}
    order, body, pictures = list(base), list(BODY), {"a": 0, "b": 1}
    bench.write(base, order, body, pictures)
    post = bench.post()
    bench.approved = [f"ben 2026-11-23T12:00:00Z {approval_digest(post, bench.calendar, bench.source)}"]
    approved, held = bench.goes_out(bench.post())
    assert set(approved) == {"blog", "toots"} and not held
    for _ in range(EDITS):
        keys, shuffled, texts, files = dict(base), list(order), list(body), dict(pictures)
        harmless = chance.random() < 0.3
        for _ in range(chance.choice((1, 1, 2, 3))):
            what = (
                chance.choice(("harmless", "order")) if harmless else chance.choice(("key", "key", "body", "picture", "harmless", "order"))
            )
            if what in ("harmless", "key"):
                among = HARMLESS if what == "harmless" else KEYS
                name = chance.choice(list(among))
                keys[name] = chance.choice(among[name])
            elif what == "order":
                chance.shuffle(shuffled)
            elif what == "picture":
                files[chance.choice("ab")] = chance.randrange(3)
            else:
                at, place = chance.randrange(len(texts)), 0
                place = chance.randrange(len(texts[at]) + 1)
                texts[at] = texts[at][:place] + chance.choice(CHANGES) + texts[at][place + chance.choice((0, 0, 1, 5)) :]
        bench.write(keys, shuffled, texts, files)
        if chance.random() < 0.1:
            bench.data = bench.data.replace(b"\n", b"\r\n")
        post = bench.post()
        if post is None:
            seen["unreadable"] += 1
            assert not harmless, bench.data.decode()
            continue
        now, held = bench.goes_out(post)
        for channel, sent in now.items():
            assert sent == approved.get(channel), f"{channel} {files}\n{bench.data.decode()}"
        if harmless:
            assert now == approved, bench.data.decode()
        seen["as approved" if now == approved else "held"] += 1
        assert now or "approval" in held or "error" in held, (held, bench.data.decode())
    assert seen["held"] > EDITS / 4
    assert seen["as approved"] > EDITS / 4
    print(dict(seen))
