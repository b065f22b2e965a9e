"""The gallery: posts of every kind on every network, as the requests that would be sent. Run as a program it prints them as JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.delivery.freeze import request_text
from smm_cli.delivery.prepare import Composer
from smm_cli.networks import built_in
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Earlier, Request

SETTINGS = {
    "mastodon": 'server = "https://social.example"',
    "bluesky": 'server = "https://pds.example"\nidentifier = "it.example"\nlink_cards = false',
    "webhook": 'url = "https://hook.example/in"',
    "site": 'output = "public"\naddress = "https://blog.example"',
    "xing": "",
}
FACTS = {"did": "did:plc:it", "pds": "https://pds.example"}
LONG = "https://example.org/" + "a/very/long/path/" * 12
POSTS = {
    "thread": ("", "First.\n\n---\n\nSecond.\n\n---\n\nThird."),
    "media": ("media:\n  - path: dot.png\n    alt: A red dot\n", "With a picture."),
    "poll": ("poll: {options: [Yes, No], expires_in: 1d}\n", "What do you say?"),
    "mention": ("", "Thanks to @{ada} and @{ada}."),
    "cjk": ("language: ja\n", "日本語の文章です。改行も\nあります。"),
    "list": ("", "Reasons:\n\n- one\n- two\n  - deep\n\n1. first\n2. second"),
    "quote": ("", "> Somebody said this.\n\nAnd we agree."),
    "code": ("", "Run `smm publish`:\n\n```\nsmm publish\n```"),
    "link": (f"link: {LONG}\ntags: [open source, tools, tools]\n", f"Read [this]({LONG}?a=1&b=2) at once."),
    "warning": ("content_warning: Food\n", "A picture of food."),
    "german": ("language: de\n", "Schöne Grüße aus Köln – „über alle Maßen“ … straße."),
    "short": ("", "."),
}


def set_up(root: Path) -> None:
    """The calendar with all of them."""
    from PIL import Image

    (root / "posts").mkdir(parents=True)
    channels = "".join(f'\n[channels.{name}]\nnetwork = "{name}"\n{SETTINGS[name]}\n' for name in built_in() if name in SETTINGS)
    people = '\n[people.ada]\ntitle = "Ada"\nhandles = { mastodon = "@ada@social.example", bluesky = "ada.example" }\n'
    head = '[calendar]\nname = "gallery"\ntimezone = "Europe/Berlin"\npublish_from = "worktree"\nlanguage = "en"\n'
    (root / "channels.toml").write_text(head + channels + people, "utf-8")
    Image.new("RGB", (8, 8), (255, 0, 0)).save(root / "posts" / "dot.png")
    names = ", ".join(name for name in built_in() if name in SETTINGS)
    for id, (front, body) in POSTS.items():
        top = f"---\nid: {id}\ntitle: {id.title()}\nstatus: ready\nchannels: [{names}]\npublish_at: 2026-11-24 09:00\n{front}---\n\n"
        (root / "posts" / f"{id}.md").write_text(f"{top}{body}\n", "utf-8")


def requests(root: Path) -> dict[str, dict[str, list[str]]]:
    """By post and network: the requests of all parts, answered in a fixed way, or what is wrong with them."""
    calendar = load_calendar(root)
    source = WorkTree(root)
    composer, posts = Composer(calendar, source), Index(calendar).posts(source).posts
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    found: dict[str, dict[str, list[str]]] = {}
    for post in sorted(posts, key=lambda post: post.id):
        for channel in calendar.channels.values():
            account = Account(handle="@it", id="did:plc:it", facts=FACTS) if channel.network == "bluesky" else None
            made = composer.prepare(post, channel, f"{post.id}@{channel.name}", at, account)
            told = [f"error: {problem.slug}" for problem in made.errors]
            if made.payload is not None and not made.network.handoff:
                for n in range(len(made.payload.parts)):
                    told += [request_text(request) + " " + request.fingerprint() for request in conversation(made.network, made.payload, n)]
            found.setdefault(post.id, {})[channel.name] = told
    return found


def conversation(network, payload, part):
    """The requests of one part up to the one that publishes."""
    steps, told, asked = network.publish(payload, part), None, 0
    while True:
        try:
            step = steps.send(told)
        except StopIteration:
            return
        told = None
        if isinstance(step, Earlier):
            more = {"cid": "bafyearlier", "root": {"uri": "at://did:plc:it/app.bsky.feed.post/0", "cid": "bafyroot"}}
            told = PartReceipt(f"at://did:plc:it/app.bsky.feed.post/{part - 1}", more=more) if part else None
        elif isinstance(step, Request):
            yield step
            if step.commits:
                return
            asked += 1
            body = {"id": str(asked), "url": "https://x.example/1", "did": f"did:plc:{asked}", "blob": {"ref": asked}}
            told = Answer(200, {}, [] if step.method == "LIST" else body)


if __name__ == "__main__":
    print(json.dumps(requests(Path(sys.argv[1])), ensure_ascii=False, sort_keys=True, indent=1))
