"""smm pause and resume: everything stops at once and everywhere, and begins again without a flood."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.delivery.pauses import machine_file
from smm_cli.delivery.prepare import Composer
from smm_cli.delivery.tick import tick
from smm_cli.errors import SmmError
from smm_cli.ledger.people import retry
from smm_cli.words.delivery import Delivery

CONFIG = """[calendar]
name = "t"
timezone = "UTC"
publish_from = "worktree"
max_late = "none"

[channels.blog]
network = "site"
max_late = "{late}"
address = "https://t.example"

[channels.notes]
network = "site"
output = "notes"
address = "https://n.example"

[groups]
both = ["blog", "notes"]
"""


class Desk:
    """A calendar at one moment."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, SetClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    def __call__(self, *words: str, fails: int = 0) -> str:
        done = CliRunner().invoke(app, list(words), obj=Session(str(self.root), self.clock), standalone_mode=False)
        if isinstance(done.exception, SmmError):
            assert done.exception.exit_code == fails, done.exception
            return str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert done.return_value == fails, done.output
        return done.output

    def post(self, id: str, at: str = "2026-11-23 11:30", channels: str = "blog") -> None:
        front = f"id: {id}\ntitle: {id}\nstatus: ready\nchannels: [{channels}]\npublish_at: {at}\n"
        (self.root / "posts" / f"{id}.md").write_text(f"---\n{front}---\n\nText of {id}.\n")

    def published(self) -> set[str]:
        return {f"{path.parent.name}@{path.stem}" for path in (self.root / "receipts").rglob("*.toml")}


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Ada")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "ada@t.example")


def made(root: Path, late: str = "none") -> Desk:
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(CONFIG.format(late=late))
    return Desk(root)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return made(tmp_path / "calendar")


def git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def two(tmp_path: Path) -> tuple[Desk, Desk]:
    """Two clones of one calendar, each with a machine's memory of its own."""
    first = made(tmp_path / "one")
    (first.root / ".gitignore").write_text(".smm/\npublic/\nnotes/\n")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "hub.git")
    git(first.root, "init", "-q", "-b", "main")
    git(first.root, "add", ".")
    git(first.root, "commit", "-qm", "A calendar")
    git(first.root, "remote", "add", "origin", str(tmp_path / "hub.git"))
    git(first.root, "push", "-q", "-u", "origin", "main")
    git(tmp_path, "clone", "-q", "hub.git", "two")
    (tmp_path / "two" / "posts").mkdir(exist_ok=True)
    return first, Desk(tmp_path / "two")


def test_nothing_goes_out_while_it_is_paused_and_all_is_kept_for_later(desk):
    desk.post("a")
    assert "paused  t" in desk("pause", "--reason", "The server is down")
    desk("publish")
    assert desk.published() == set()
    assert "paused: The server is down" in desk("plan")
    said = desk("resume")
    assert "During the pause 1 fell due: 0 stay held, 1 would go out." in said
    desk("publish")
    assert desk.published() == set(), "without an answer it stays held"
    desk("queue", "release", "a", "--yes")
    desk("publish")
    assert desk.published() == {"a@blog"}


def test_who_says_go_on_gets_what_is_not_too_late(tmp_path):
    desk = made(tmp_path / "calendar", "2h")
    desk.post("fresh", "2026-11-23 11:30")
    desk.post("stale", "2026-11-23 08:00")
    desk("pause")
    said = desk("resume", "--go-on")
    assert "During the pause 2 fell due: 1 stay held, 1 would go out." in said
    assert "held (late)  stale@blog" in said
    desk("publish")
    assert desk.published() == {"fresh@blog"}


def test_a_pause_may_cover_a_part_and_spare_a_post(desk):
    for id in ("a", "b"):
        desk.post(id, channels="blog, notes")
    desk("pause", "--channel", "blog", "--except", "b")
    desk("publish")
    assert desk.published() == {"a@notes", "b@notes", "b@blog"}
    assert "no pause is like that" in desk("resume", "--channel", "notes", fails=2)
    desk("resume", "--channel", "blog", "--go-on")
    desk("publish")
    assert "a@blog" in desk.published()


def test_a_pause_ends_by_itself(desk):
    desk.post("a")
    desk("pause", "--until", "2026-11-23 13:00")
    desk("publish")
    assert desk.published() == set()
    desk.clock.set(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
    desk("publish")
    assert desk.published() == {"a@blog"}


def test_what_was_tried_before_the_pause_is_listed_and_held_too(desk):
    desk.post("a")
    with Session(str(desk.root), desk.clock).runner() as runner:
        assert retry(runner.ledger, [Delivery("a", "blog", "site")])
    desk("pause")
    assert "During the pause 1 fell due: 0 stay held, 1 would go out." in desk("resume")
    desk("publish")
    assert desk.published() == set()


def test_what_quiet_hours_would_let_go_later_is_held_too(desk):
    text = (desk.root / "channels.toml").read_text()
    (desk.root / "channels.toml").write_text(text.replace('max_late = "none"\n', 'max_late = "none"\nquiet = "11:59-13:00"\n', 1))
    desk.post("a")
    desk("pause")
    said = desk("resume", "--keep-held")
    assert "0 stay held, 1 would go out." in said
    assert "held (quiet)  a@blog" in said
    desk.clock.set(datetime(2026, 11, 23, 13, 5, tzinfo=UTC))
    desk("publish")
    assert desk.published() == set()


def test_a_rehearsed_pause_shows_its_lines_and_changes_nothing(desk):
    before = (desk.root / "channels.toml").read_text()
    said = desk("pause", "--reason", "x", "--dry-run")
    assert '+ reason = "x"' in said and "Nothing was paused." in said
    assert (desk.root / "channels.toml").read_text() == before


def test_a_name_that_is_none_is_not_told_to_other_runners(two):
    first, _ = two
    for kind in ("channel", "group", "network", "campaign"):
        assert "Nothing was written." in first("pause", f"--{kind}", "nosuch", fails=3)
    assert "refs/smm/pause" not in git(first.root, "for-each-ref") + git(first.root, "ls-remote", "origin")


def test_a_branch_that_has_the_pause_still_is_named_and_no_other(two):
    first, _ = two
    text = (first.root / "channels.toml").read_text().replace('publish_from = "worktree"', 'publish_from = "main"')
    (first.root / "channels.toml").write_text(text)
    git(first.root, "commit", "-qam", "From main")
    first("pause")
    assert "main has a pause still" not in first("resume", "--go-on")
    first("pause", "--commit")
    assert "main has a pause still" in first("resume", "--go-on")


def test_a_time_that_is_over_and_a_name_that_is_none_change_nothing(desk):
    before = (desk.root / "channels.toml").read_text()
    assert "that is over" in desk("pause", "--until", "2026-11-22 09:00", fails=2)
    desk("pause", "--channel", "blgo", fails=3)
    assert "nothing is paused" in desk("resume", fails=2)
    assert (desk.root / "channels.toml").read_text() == before


def test_the_one_statement_that_must_go_out_does(desk):
    desk.post("statement")
    desk.post("other")
    desk("pause", "--reason", "Crisis")
    assert "--through-pause needs" in desk("publish", "--through-pause", fails=2)
    assert "Nobody is at the terminal" in desk("publish", "--post", "statement", "--now", "--through-pause", fails=2)
    said = desk("publish", "--post", "statement", "--now", "--through-pause", "--yes")
    assert "A pause is on: Crisis." in said
    assert desk.published() == {"statement@blog"}


def test_another_clone_hears_of_it_without_a_commit_or_a_pull(two):
    first, second = two
    second.post("a")
    first("pause", "--reason", "Stop")
    assert "refs/smm/pause" in git(first.root, "ls-remote", "origin")
    assert git(first.root, "rev-list", "--count", "origin/main").strip() == "1", "no commit was needed"
    git(second.root, "fetch", "-q", "origin", "+refs/smm/pause:refs/smm/pause")
    second("publish")
    assert second.published() == set()
    second("resume", "--go-on")
    assert "refs/smm/pause" not in git(second.root, "ls-remote", "origin")
    second("publish")
    assert second.published() == {"a@blog"}
    first("resume", "--go-on")
    assert "[[pause]]" not in (first.root / "channels.toml").read_text()


@pytest.mark.parametrize("scope", [(), ("--channel", "blog")])
def test_what_shall_go_now_waits_for_a_pause_that_is_over_before_its_own_time(desk, scope):
    desk.post("later", at="2026-12-24 10:00")
    desk("pause", *scope, "--until", "2026-11-24 09:00")
    assert "Not sent now: later@blog" in desk("publish", "--post", "later", "--now", "--yes", fails=5)
    assert desk.published() == set()
    desk("publish", "--post", "later", "--now", "--yes", "--through-pause")
    assert desk.published() == {"later@blog"}


def test_a_packed_ref_stops_as_well(two):
    first, _ = two
    first.post("a")
    first("pause")
    text = (first.root / "channels.toml").read_text()
    (first.root / "channels.toml").write_text(text.partition("[[pause]]")[0])
    git(first.root, "pack-refs", "--all")
    first("publish")
    assert first.published() == set()


def test_a_remote_that_cannot_be_reached_fails_and_this_machine_stops_all_the_same(two):
    first, _ = two
    first.post("a")
    git(first.root, "remote", "set-url", "origin", str(first.root / "nowhere"))
    said = first("pause", fails=3)
    assert "other runners do not know yet" in said
    first("publish")
    assert first.published() == set()


def test_a_pause_that_the_remote_keeps_is_not_said_to_be_over(two):
    first, _ = two
    first("pause")
    hook = Path(git(first.root, "remote", "get-url", "origin").strip()) / "hooks" / "update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert "not resumed everywhere" in first("resume", "--go-on", fails=3)
    hook.unlink()
    first("resume", "--go-on")
    assert "refs/smm/pause" not in git(first.root, "ls-remote", "origin")


def test_one_machine_stops_all_its_calendars_and_no_other(desk, tmp_path):
    other = made(tmp_path / "other")
    for each in (desk, other):
        each.post("a")
    desk("pause", "--machine", "--reason", "Moving house")
    other("publish")
    assert other.published() == set()
    assert "[[pause]]" not in (desk.root / "channels.toml").read_text()
    other("resume", "--go-on")
    assert not machine_file().exists()
    desk("publish")
    assert desk.published() == {"a@blog"}


@pytest.mark.parametrize("text", ["this is no TOML", '[[pause]]\nuntil = "soon"\n', "pause = 3\n"])
def test_a_pause_that_cannot_be_read_is_one(desk, text):
    desk.post("a")
    machine_file().parent.mkdir(parents=True)
    machine_file().write_text(text)
    desk("publish")
    assert desk.published() == set()


def test_a_pause_made_while_a_tick_runs_stops_what_is_not_public_yet(desk):
    """The first is being composed: it is looked for once more before it is sent."""
    for n in range(3):
        desk.post(f"p{n}", f"2026-11-23 11:0{n}")
    with Session(str(desk.root), desk.clock).runner() as runner:
        runner._composer = Hurried(runner.calendar, runner.source)
        runner._composer.meanwhile = lambda: desk("pause", "--reason", "Now")
        outcomes = asyncio.run(tick(runner)).outcomes
    assert [outcome.state for outcome in outcomes] == ["held", "held", "held"]
    assert {outcome.note for outcome in outcomes} == {"paused: Now"}
    assert desk.published() == set()


class Hurried(Composer):
    """Composes, and something happens meanwhile, once."""

    def prepare(self, *what):
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().prepare(*what)
