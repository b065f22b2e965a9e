"""The gallery: posts of every kind on one network, as the requests that would be sent. As a program: gallery.py FOLDER NETWORK… (JSON)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.delivery.prepare import Composer
from smm_cli.networks import built_in, load
from smm_cli.sandbox.recording import record
from smm_cli.sandbox.world import fakes, load_fake

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG = "https://example.org/" + "a/very/long/path/" * 12
POSTS = {
    "thread": ("", "First.\n\n---\n\nSecond.\n\n---\n\nThird."),
    "media": ("media:\n  - path: dot.png\n    alt: A red dot\n", "With a picture."),
    "poll": ("poll: {options: [Yes, No], expires_in: 1d}\n", "What do you say?"),
    "mention": ("", "Thanks to @{ada} and @{ada}, not to @nobody or @everyone."),
    "cjk": ("language: ja\n", "日本語の文章です。改行も\nあります。"),
    "list": ("", "Reasons:\n\n- one\n- two\n  - deep\n\n1. first\n2. second"),
    "quote": ("", "> Somebody said this.\n\nAnd we agree."),
    "code": ("", "Run `smm publish`:\n\n```\nsmm publish\n```"),
    "link": (f"link: {LONG}\ntags: [open source, tools, tools]\n", f"Read [this]({LONG}?a=1&b=2) at once."),
    "warning": ("content_warning: Food\n", "A picture of food."),
    "german": ("language: de\n", "Schöne Grüße aus Köln – „über alle Maßen“ … straße."),
    "marks": ("", "*Slanted*, **bold**, ~~gone~~, & | _under_ [brackets] {braces} 1 < 2, and `a*b`."),
    "short": ("", "."),
}


def galleried() -> tuple[str, ...]:
    """The networks of the gallery: all that have a fake, the site, and those that a person posts to."""
    return tuple(name for name in built_in() if name in fakes() or name == "site" or load(name).handoff)


def set_up(root: Path, network: str) -> None:
    """A calendar with all of them, and one channel."""
    from PIL import Image

    (root / "posts").mkdir(parents=True)
    site = 'output = "public"\naddress = "https://blog.example"'
    told = site if network == "site" else load_fake(network).channel if network in fakes() else getattr(load(network), "example", "")
    people = f'\n[people.ada]\ntitle = "Ada"\nhandles = {{ {network} = "@ada" }}\n'
    head = '[calendar]\nname = "gallery"\ntimezone = "Europe/Berlin"\npublish_from = "worktree"\nlanguage = "en"\nmax_late = "none"\n'
    head += '\n[media]\nhost = "https://media.example/bucket"\n'
    (root / "channels.toml").write_text(f'{head}\n[channels.it]\nnetwork = "{network}"\n{told}\n{people}', "utf-8")
    Image.new("RGB", (640, 640), (255, 0, 0)).save(root / "posts" / "dot.png")
    demands = load(network).demands
    medium = "film.mp4" if "video" in demands else "dot.png"
    (root / "posts" / "film.mp4").write_bytes((Path(__file__).parent / "film.mp4").read_bytes())
    for n, (id, (front, body)) in enumerate(POSTS.items()):
        more = f"link: https://example.org/{id}\n" if "link" in demands and "link:" not in front else ""
        front = front.replace("dot.png", medium)
        more += f"media:\n  - path: {medium}\n    alt: A dot\n" if demands & {"media", "image", "video"} and "media:" not in front else ""
        top = f"---\nid: {id}\ntitle: {id.title()}\nstatus: ready\nchannels: [it]\npublish_at: 2026-11-24 09:{n:02}\n{more}{front}---\n\n"
        (root / "posts" / f"{id}.md").write_text(f"{top}{body}\n", "utf-8")


def told(root: Path, network: str) -> dict[str, Any]:
    """What is sent, in order, and what becomes of each post; of a handoff what the person gets."""
    if load(network).handoff:
        return {"payloads": _payloads(root)}
    found = asyncio.run(record(root, NOW))
    requests = [{key: value for key, value in asdict(request).items() if key not in ("channel", "network")} for request in found.requests]
    states = {outcome.delivery: outcome.error.slug if outcome.error else outcome.state for outcome in found.outcomes}
    return {"requests": requests, "states": dict(sorted(states.items()))}


def _payloads(root: Path) -> dict[str, Any]:
    calendar = load_calendar(root)
    source = WorkTree(root)
    composer, found = Composer(calendar, source), {}
    for post in Index(calendar).posts(source).posts:
        made = composer.prepare(post, calendar.channels["it"], f"{post.id}@it", NOW)
        parts = made.payload.parts if made.payload else ()
        link = made.network.share_link(made.payload) if made.payload and made.network.share_link else ""
        found[post.id] = {"texts": [part.text for part in parts], "share_link": link, "problems": [p.slug for p in made.problems]}
    return dict(sorted(found.items()))


def main(folder: Path, networks: Sequence[str]) -> dict[str, Any]:
    found = {}
    for network in networks:
        root = folder / network
        root.exists() or set_up(root, network)
        found[network] = told(root, network)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2:] or galleried()), ensure_ascii=False, sort_keys=True, indent=1))
