"""Calendars to measure on: many posts, all in the future; some due; one due."""

from __future__ import annotations

import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.places import TOOLS, fresh

TITLES = ("A new bell", "Open on Saturday", "The autumn bicycles are here", "How to true a wheel", "Three tours for the weekend")
TEXT = (
    "Our workshop looks after bicycles of **every** make, and a cup of tea is always ready.\n\n"
    "Come by between nine and six, or write to us: https://tailwind.example/{n}\n\n"
    "This is number {n} of what we tell you about this year.\n"
)


def post(n: int, when: datetime, channels: str) -> str:
    """A post as a person writes it, with keys that Hugo reads as well."""
    return (
        f"---\nid: post-{n:06d}\ntitle: {TITLES[n % len(TITLES)]}\ndate: {date(2030, 1, 1) + timedelta(days=n % 365)}\n"
        f"channels: {channels}\npublish_at: {when:%Y-%m-%d %H:%M}\nstatus: ready\ntags: [bicycles, workshop]\nlanguage: en\n---\n\n"
        + TEXT.format(n=n)
    )


def settings(publish_from: str, channels: str = '[channels.blog]\nnetwork = "site"\naddress = "https://tailwind.example"\n') -> str:
    """channels.toml."""
    told = f'[calendar]\nname = "bench"\ntimezone = "Europe/Berlin"\nlanguage = "en"\npublish_from = "{publish_from}"\nmax_late = "none"\n'
    return f"{told}\n{channels}"


def name_of(n: int) -> str:
    return f"posts/{2030 + n % 5}/post-{n:06d}.md"


def coming(n: int) -> str:
    """The text of the n-th of many posts to come."""
    return post(n, datetime(2030, 1, 1, 9) + timedelta(minutes=17 * n), "[blog]")


def in_files(name: str, count: int) -> Path:
    """`count` posts to come, in a work tree that is published as it stands."""
    root = fresh(name)
    (root / "channels.toml").write_text(settings("worktree"), "utf-8")
    for n in range(count):
        path = root / name_of(n)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(coming(n), "utf-8")
    return root


def in_git(count: int) -> Path:
    """`count` posts to come on the branch main of a real repository. Kept between runs: making it is slow."""
    root = TOOLS / "calendars" / f"git-{count}"
    if (root / "done").exists():
        return root
    root.mkdir(parents=True, exist_ok=True)
    told = settings("main")
    (root / "channels.toml").write_text(told, "utf-8")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(root)], check=True)
    importer = subprocess.Popen(["git", "-C", str(root), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    assert importer.stdin is not None
    importer.stdin.write(b"commit refs/heads/main\ncommitter Bench <bench@tailwind.example> 1893456000 +0000\ndata 5\nposts\n")
    for path, text in [("channels.toml", told), *((name_of(n), coming(n)) for n in range(count))]:
        data = text.encode()
        importer.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    importer.stdin.close()
    if importer.wait():
        raise subprocess.CalledProcessError(importer.returncode, "git fast-import")
    (root / "done").touch()
    return root


MASTODON = '[channels.{name}]\nnetwork = "mastodon"\nserver = "{server}"\nsecret = "env:BENCH_TOKEN"\n\n'


def due(name: str, server: str, posts: int, channels: int) -> Path:
    """`posts` posts that are due on each of `channels` Mastodon accounts."""
    root = fresh(name)
    names = [f"m{n}" for n in range(channels)]
    (root / "channels.toml").write_text(settings("worktree", "".join(MASTODON.format(name=one, server=server) for one in names)), "utf-8")
    (root / "posts").mkdir()
    for n in range(posts):
        add_due(root, n, f"[{', '.join(names)}]")
    return root


def add_due(root: Path, n: int, channels: str) -> None:
    """One more post that was due in 2025."""
    (root / f"posts/post-{n:06d}.md").write_text(post(n, datetime(2025, 1, 1, 9) + timedelta(minutes=n), channels), "utf-8")
