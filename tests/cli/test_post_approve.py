"""smm post approve: a yes to one version, given by the right person, gone with any change of what is sent."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.looking import look
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.errors import SmmError

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "t"
timezone = "UTC"
publish_from = "worktree"

[channels.blog]
network = "site"
address = "https://t.example"

[channels.toots]
network = "mastodon"
server = "https://m.example"
secret = "env:TOKEN"

[people.ada]
git = ["ada@t.example"]

[people.ben]
git = ["ben@t.example"]
login = "benb"

[campaigns.winter]

[approval]
required = true
"""
TEXT = """---
id: {id}
title: A title
status: ready
channels: [blog, toots]
publish_at: {at}
campaign: winter
notes: nobody sees this
---

Good morning, all of you.
"""


class Desk:
    """A calendar in git, and who sits at it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.as_("ada")

    def as_(self, who: str) -> None:
        subprocess.run(["git", "config", "user.email", f"{who}@t.example"], cwd=self.root, check=True)
        subprocess.run(["git", "config", "user.name", who], cwd=self.root, check=True)

    def post(self, id: str = "launch", at: str = "2026-12-01 09:00") -> Path:
        path = self.root / "posts" / f"{id}.md"
        path.write_text(TEXT.format(id=id, at=at))
        return path

    def commit(self) -> None:
        subprocess.run(["git", "add", "."], cwd=self.root, check=True)
        subprocess.run(["git", "commit", "-qm", "A change"], cwd=self.root, check=True)

    def __call__(self, *arguments: str, fails: int = 0) -> str:
        done = CliRunner().invoke(app, ["post", "approve", *arguments], obj=Session(str(self.root), SetClock(NOW)), standalone_mode=False)
        if isinstance(done.exception, SmmError):
            assert done.exception.exit_code == fails, done.exception
            return str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert done.return_value == fails
        return done.stdout

    def states(self) -> dict[str, str]:
        with look(Session(self.root, SetClock(NOW))) as runner:
            return {d.name: d.why if d.state == "held" else d.state for d in plan_of(runner).plan.deliveries}

    def configure(self, more: str) -> None:
        (self.root / "channels.toml").write_text(CONFIG + more)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(CONFIG)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return Desk(root)


def test_an_approved_post_goes_out_and_the_file_says_who_said_yes(desk):
    path = desk.post()
    assert set(desk.states().values()) == {"nobody approved it yet"}
    assert "approved  launch  v1:" in desk("launch")
    assert set(desk.states().values()) == {"planned"}
    line = next(line for line in path.read_text().splitlines() if "v1:" in line)
    assert "ada 2026-11-23T12:00:00Z v1:" in line


def test_a_second_yes_of_one_person_replaces_the_first(desk):
    path = desk.post()
    desk("launch")
    path.write_text(path.read_text().replace("Good morning", "Good evening"))
    assert set(desk.states().values()) == {"it changed since it was approved"}
    desk("launch")
    assert path.read_text().count("v1:") == 1
    assert set(desk.states().values()) == {"planned"}


def test_two_people_are_two_lines_and_count_as_such(desk):
    desk.configure("count = 2\n")
    desk.post()
    desk("launch")
    assert set(desk.states().values()) == {"1 of 2 approvals: ada"}
    desk("launch")
    desk.as_("ben")
    desk("launch")
    assert set(desk.states().values()) == {"planned"}


def test_who_is_no_approver_is_refused_and_nothing_is_written(desk):
    desk.configure('approvers = ["ben"]\n')
    path = desk.post()
    before = path.read_text()
    assert "ada is none of those who approve here: ben" in desk("launch", fails=2)
    assert path.read_text() == before
    assert "by ben" in desk("launch", "--as", "benb")


def test_with_four_eyes_nobody_approves_lines_that_git_says_are_hers(desk):
    desk.configure("four_eyes = true\n")
    desk.post()
    desk.commit()
    assert "ada wrote launch" in desk("launch", fails=2)
    desk.as_("ben")
    assert "by ben" in desk("launch")


def test_a_version_that_the_reviewer_did_not_see_is_not_approved(desk):
    path = desk.post()
    out = desk("launch", "--dry-run")
    digest = out.split("v1:")[1].split()[0]
    assert "v1:" not in path.read_text()
    path.write_text(path.read_text().replace("Good morning", "Good evening"))
    assert "no longer the version that you saw" in desk("launch", "--seen", digest, fails=2)
    path.write_text(path.read_text().replace("Good evening", "Good morning"))
    assert "--seen names one version" in desk("launch", "--seen", "v1:", fails=2)
    assert "approved" in desk("launch", "--seen", digest)


def test_a_yes_is_taken_back_without_touching_that_of_others(desk):
    path = desk.post()
    desk("launch")
    desk.as_("ben")
    desk("launch")
    assert "revoked" in desk("launch", "--revoke")
    assert "ada 2026" in path.read_text()
    assert "ben 2026" not in path.read_text()
    assert desk("launch", "--revoke") == ""


def test_what_is_due_already_is_not_approved_by_the_way(desk):
    path = desk.post(at="2026-11-23 11:00")
    assert "Nobody is at the terminal" in desk("launch", fails=2)
    assert "v1:" not in path.read_text()
    assert "approved" in desk("launch", "--yes")


def test_a_campaign_is_approved_as_far_as_it_is_to_come(desk):
    for id in ("one", "two"):
        desk.post(id)
    out = desk("--campaign", "winter")
    assert "approved  one" in out
    assert "approved  two" in out
    assert "there is no campaign summer" in desk("--campaign", "summer", fails=2)


def test_it_is_committed_with_the_post_alone(desk):
    desk.post()
    desk.commit()
    (desk.root / "posts" / "other.txt").write_text("not ours")
    desk("launch", "--commit")
    log = subprocess.run(
        ["git", "log", "-1", "--format=%s", "--name-only"], cwd=desk.root, check=True, capture_output=True, text=True
    ).stdout
    assert log.split("\n\n") == ["Approve launch", "posts/launch.md\n"]
