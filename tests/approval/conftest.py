"""A calendar in git in which people write, approve, merge and sign under their own names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import Commit
from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.delivery.planning import plan_posts
from smm_cli.errors import SmmError
from smm_cli.words.history import History

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = """[calendar]
name = "t"
timezone = "UTC"
publish_from = "main"

[channels.blog]
network = "site"
address = "https://t.example"
output = "public"

[channels.toots]
network = "mastodon"
server = "https://m.example"
secret = "env:TOKEN"

[people.ada]
git = ["ada@t.example"]
login = "ada-acme"
mastodon = "@ada@m.example"

[people.ben]
git = ["ben@t.example"]

[people.cyn]
git = ["cyn@t.example"]

[campaigns.winter]

"""
POST = """---
id: launch
title: A title
status: ready  # as it should be
channels: [blog, toots]
publish_at: 2026-12-01 09:00
# a word among us
notes: nobody sees this
---

Good morning, all of you.

A second paragraph.
"""


class Desk:
    """A calendar, and whoever sits at it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.post = root / "posts" / "launch.md"

    def git(self, *arguments: str, who: str = "ada", committer: str = "", **more: str) -> str:
        made = committer or f"{who}@t.example"
        names = {"AUTHOR_NAME": who, "AUTHOR_EMAIL": f"{who}@t.example", "COMMITTER_NAME": who, "COMMITTER_EMAIL": made}
        env = {**os.environ, **{f"GIT_{key}": value for key, value in names.items()}, **more}
        done = subprocess.run(["git", *arguments], cwd=self.root, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def approval(self, text: str) -> None:
        (self.root / "channels.toml").write_text(f"{HEAD}[approval]\nrequired = true\n{text}\n")
        self.commit("ada", "settings")

    def commit(self, who: str, message: str = "a change", *options: str, **more: str) -> str:
        self.git("add", "-A", who=who)
        self.git("commit", "-qm", message, "--allow-empty", *options, who=who, **more)
        return self.git("rev-parse", "HEAD")

    def digest(self) -> str:
        calendar = load_calendar(self.root)
        from smm_cli.calendar.source import WorkTree

        source = WorkTree(self.root)
        found = next(post for post in Index(calendar).posts(source).posts if post.id == "launch")
        return approval_digest(found, calendar, source)

    def line(self, who: str, digest: str = "") -> str:
        return f"{who} 2026-11-23T12:00:00Z {digest or self.digest()}"

    def approve(self, *people: str, by: str = "", options: tuple[str, ...] = (), **more: str) -> str:
        """Each person's line, committed by herself, or all by `by`."""
        from smm_cli.calendar.edit import edit_post

        for who in people:
            source = self.post.read_bytes()
            kept = [line.strip()[2:] for line in source.decode().splitlines() if " v1:" in line and line.strip().startswith("- ")]
            self.post.write_bytes(edit_post(source, {"approved": [*kept, self.line(who)]}))
            self.commit(by or who, f"Approve ({who})", *options, **more)
        return self.git("rev-parse", "HEAD")

    def edit(self, old: str, new: str, who: str = "ada") -> None:
        text = self.post.read_text()
        assert old in text
        self.post.write_text(text.replace(old, new, 1))
        self.commit(who)

    def held(self) -> dict[str, str]:
        """Each delivery of the published branch, and why it is held; empty for what goes out."""
        source = Commit(self.root, "main")
        calendar = load_calendar(self.root, source)
        posts = Index(calendar).posts(source).posts
        plan = plan_posts(calendar, source, posts, History(), NOW)
        return {d.name: d.why if d.reason == "approval" else "" for d in plan.deliveries}

    def why(self) -> str:
        found = set(self.held().values())
        assert len(found) == 1, found
        return found.pop()

    def smm(self, *arguments: str, fails: int = 0) -> str:
        done = CliRunner().invoke(app, list(arguments), obj=Session(str(self.root), SetClock(NOW)), standalone_mode=False)
        if isinstance(done.exception, SmmError):
            assert done.exception.exit_code == fails, done.exception
            return str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert (done.return_value or 0) == fails, done.output
        return done.output


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    made = Desk(root)
    made.git("init", "-q", "-b", "main")
    (root / ".gitignore").write_text(".smm/\n")
    made.post.write_text(POST)
    made.approval("")
    return made


@pytest.fixture
def key(tmp_path: Path) -> Callable[..., Path]:
    """An SSH key pair of a person; `key("ada")` gives the private file."""

    def make(who: str) -> Path:
        place = tmp_path / f"key-{who}"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(place)], check=True)
        return place

    return make
