"""smm publish: its exit codes, what it says, what it refuses."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli.publishing import exit_code_of, publish
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.clock import SetClock
from smm_cli.delivery.send import Outcome
from smm_cli.errors import (
    AuthFailed,
    ConfigError,
    LedgerError,
    OutcomeUnknown,
    PostError,
    RateLimited,
    Rejected,
    Retriable,
    SmmError,
    UsageError,
    gravest,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONFIG = """[calendar]
name = "try"
timezone = "UTC"
language = "en"
publish_from = "{0}"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"

[channels.toots]
network = "mastodon"
server = "https://social.example"
secret = "env:NOT_SET_ANYWHERE"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG.format("worktree"))
    return made


def post(root: Path, name: str, channels: str = "blog", at: str = "2026-11-24 09:00", body: str = "Hello.") -> None:
    head = f"id: {name}\nstatus: ready\nchannels: [{channels}]\npublish_at: {at}\ntitle: {name}\n"
    (root / "posts" / f"{name}.md").write_text(f"---\n{head}---\n\n{body}\n")


def tick(root: Path, **options) -> int:
    return publish(Session(str(root), SetClock(NOW)), **options)


@pytest.mark.parametrize(
    ("state", "error", "code"),
    [
        ("published", None, 0),
        ("held", None, 0),
        ("held", PostError("too long"), 0),
        ("held", Retriable("the server is away"), 0),
        ("held", ConfigError("no secret"), 3),
        ("held", AuthFailed("refused"), 5),
        ("held", SmmError("broke down"), 1),
        ("retry", RateLimited("slow down"), 0),
        ("retry", OutcomeUnknown("no answer"), 0),
        ("retry", SmmError("broke down"), 1),
        ("waiting", None, 0),
        ("failed", Rejected("not wanted"), 5),
        ("failed", Retriable("five times"), 5),
        ("unknown", OutcomeUnknown("look"), 6),
        ("failed", LedgerError("full disk"), 7),
    ],
)
def test_an_outcome_is_as_bad_as_its_state_and_error(state, error, code):
    assert exit_code_of(Outcome("a@b", state, error=error)) == code


def test_of_several_codes_the_gravest_wins():
    assert gravest([0, 5, 6]) == 6
    assert gravest([3, 6]) == 3
    assert gravest([5, 7, 3]) == 7
    assert gravest([5, 1]) == 1
    assert gravest([]) == 0


def test_published_is_0_and_the_address_is_data(root, capsys):
    post(root, "hello")
    assert tick(root) == 0
    said = capsys.readouterr()
    assert said.out == "published  hello@blog  https://blog.example/hello/\n"


def test_a_channel_without_its_secret_is_3_and_the_others_go_out(root, capsys):
    post(root, "hello", "blog, toots")
    assert tick(root, as_json=True) == 3
    found = {outcome["name"]: outcome for outcome in json.loads(capsys.readouterr().out)}
    assert found["hello@blog"]["state"] == "published"
    assert found["hello@toots"]["state"] == "held"
    assert "NOT_SET_ANYWHERE" in found["hello@toots"]["error"]
    assert set(found["hello@toots"]) == {"name", "state", "url", "error", "slug", "hint", "next_at", "note"}


def test_on_a_pipe_an_idle_run_is_silent(root, capsys):
    post(root, "later", at="2026-12-24 09:00")
    assert tick(root) == 0
    assert capsys.readouterr() == ("", "")


def test_a_broken_channels_toml_is_3_and_counts_as_paused(root, capsys):
    post(root, "hello")
    path = root / "channels.toml"
    path.write_text(path.read_text().replace('"site"', '"sitee"').replace('"UTC"', '"Mars/Base"'))
    assert run(["-C", str(root), "publish"]) == 3
    said = capsys.readouterr().err
    assert "sitee" in said or "Mars/Base" in said
    assert "counts as paused" in said
    assert "smm check" in said
    assert not (root / "public").exists()


def test_a_post_that_is_not_there_is_refused_with_the_nearest(root):
    post(root, "hello")
    for options in ({}, {"at_once": True, "yes": True}):
        with pytest.raises(UsageError, match="there is no post helo") as caught:
            tick(root, posts=("helo",), **options)
        assert caught.value.hint == "did you mean hello?"
    assert not (root / "public").exists()


def test_a_post_asked_for_that_is_not_due_says_where_it_stands(root, capsys):
    post(root, "later", at="2026-12-24 09:00")
    assert tick(root, posts=("later",)) == 0
    said = capsys.readouterr().err
    assert "later@blog is not due: planned, Thu 24 Dec 2026 09:00 UTC." in said
    assert "smm publish --post later --now" in said


def test_now_needs_a_post_and_a_yes(root, capsys):
    post(root, "later", at="2026-12-24 09:00")
    with pytest.raises(UsageError, match="--now needs a post"):
        tick(root, at_once=True)
    with pytest.raises(UsageError, match="Nobody is at the terminal"):
        tick(root, posts=("later",), at_once=True)
    assert not (root / "public").exists()
    assert tick(root, posts=("later",), at_once=True, yes=True) == 0
    assert "goes out now, then nothing at Thu 24 Dec 2026 09:00 UTC." in capsys.readouterr().err


def test_now_announces_only_what_will_go(root, capsys):
    post(root, "hello")
    assert tick(root) == 0
    post(root, "later", at="2026-12-24 09:00")
    capsys.readouterr()
    with pytest.raises(UsageError, match="nothing of hello can go out now: it is published"):
        tick(root, posts=("hello",), at_once=True)
    assert "goes out now" not in capsys.readouterr().err


class Terminal:
    """Standard output as a terminal has it."""

    def __init__(self, stream):
        self.stream = stream

    def isatty(self) -> bool:
        return True

    def __getattr__(self, name):
        return getattr(self.stream, name)


def test_at_a_terminal_an_idle_run_says_what_is_next_what_needs_you_and_what_is_not_published(root, capsys, monkeypatch):
    import sys

    (root / "channels.toml").write_text(CONFIG.format("main"))
    post(root, "next", at="2026-11-25 09:00")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    post(root, "hallo", at="2026-11-26 09:00")
    monkeypatch.setattr(sys, "stdout", Terminal(sys.stdout))
    assert tick(root) == 0
    said = capsys.readouterr().err
    assert said.splitlines() == [
        "Nothing is due. Next: next@blog, Wed 25 Nov 2026 09:00 UTC, in 24 h.",
        "1 ready post is not on main yet: posts/hallo.md",
    ]
