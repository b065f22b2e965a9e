"""smm init."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar
from smm_cli.cli import init as room
from smm_cli.cli.start import run


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@acme.example\n[init]\ndefaultBranch = trunk\n")
    for name in ("LC_ALL", "LC_MESSAGES", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_CONFIG_GLOBAL", "SMM_CALENDAR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.chdir(tmp_path)


def test_a_new_folder_becomes_a_calendar_that_smm_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "social", "--no-input", "--address", "https://acme.example", "--commit"]) == 0
    root = tmp_path / "social"
    calendar, problems = read_calendar(root)
    assert calendar is not None and not problems
    assert (calendar.name, calendar.timezone, calendar.language, calendar.publish_from) == ("social", "Europe/Berlin", "de", "trunk")
    assert calendar.channels["blog"].network == "site"
    assert (root / ".gitignore").read_text() == "/.smm/\n"
    assert b"status: draft" in (root / "posts" / "hallo.md").read_bytes()
    assert subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True).stdout == b""
    assert 'smm post schedule hallo "morgen 9 Uhr"' in capsys.readouterr().err
    assert run(["-C", str(root), "publish"]) == 0


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "hallo.md").write_text("mine")
    (tmp_path / ".gitignore").write_text("*.bak")
    assert run(["init", "--no-input"]) == 0
    assert (tmp_path / "posts" / "hallo.md").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_text() == "*.bak\n/.smm/\n"
    assert "posts/hallo.md is there already" in capsys.readouterr().err
    before = (tmp_path / "channels.toml").read_bytes()
    assert run(["init", "--no-input"]) == 2
    assert (tmp_path / "channels.toml").read_bytes() == before


def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    assert run(["init", "social", "--no-input", "--dry-run"]) == 0
    assert not (tmp_path / "social").exists()


def test_deployed_pages_are_ignored_by_git_and_approval_means_merging(tmp_path: Path) -> None:
    arguments = ["init", "--no-input", "--address", "https://acme.example", "--public", "deployed", "--approval", "--name", "acme"]
    assert run(arguments) == 0
    assert (tmp_path / ".gitignore").read_text() == "/.smm/\n/public/\n"
    assert tomllib.loads((tmp_path / "channels.toml").read_text())["approval"] == {"required": True, "by": "merge"}
    assert read_calendar(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--timezone", "Europe/Berln"], "did you mean Europe/Berlin?"),
        (["--address", "nowhere"], "is not an address"),
        (["--name", "Acme GmbH"], "cannot be a name"),
        (["--site"], "needs the address"),
        (["--public", "somewhere"], "committed or deployed"),
        (["--no-site", "--address", "https://x.example"], "--no-site"),
        (["--approval", "--publish-from", "worktree"], "needs a branch"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "new", "--no-input", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_without_git_it_says_so_and_the_work_tree_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["init", "new", "--no-input"]) == 3
    assert "--publish-from worktree" in capsys.readouterr().err
    assert run(["init", "new", "--no-input", "--publish-from", "worktree"]) == 0
    assert not (tmp_path / "new" / ".git").exists()


def test_a_person_whom_git_does_not_know_is_told_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home" / ".gitconfig").unlink()
    assert run(["init", "new", "--no-input", "--commit"]) == 0
    said = capsys.readouterr().err
    assert "git config --global user.name" in said and "Not committed" in said


def test_a_calendar_inside_a_repository_takes_its_branch(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "release"], cwd=tmp_path, check=True)
    assert run(["init", "docs/social", "--no-input"]) == 0
    assert tomllib.loads((tmp_path / "docs/social/channels.toml").read_text())["calendar"]["publish_from"] == "release"
    assert not (tmp_path / "docs/social/.git").exists()


def test_without_a_terminal_the_first_question_is_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "new"]) == 2
    assert "nobody is at the terminal" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_person_answers_the_questions(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    answers = b"y\nhttps://acme.example/news\nn\nn\n"
    os.write(controller, answers)
    command = [sys.executable, "-m", "smm_cli", "init", "new"]
    done = subprocess.run(command, stdin=terminal, capture_output=True, timeout=60, check=False)
    os.close(controller)
    os.close(terminal)
    assert done.returncode == 0, done.stderr
    said = tomllib.loads((tmp_path / "new" / "channels.toml").read_text())
    assert said["channels"]["blog"]["address"] == "https://acme.example/news"
    assert "approval" not in said
    assert "/public/" in (tmp_path / "new" / ".gitignore").read_text()


def test_the_zone_is_read_from_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ")
    (tmp_path / "zoneinfo" / "Asia").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Asia" / "Tokyo").touch()
    link = tmp_path / "localtime"
    link.symlink_to(tmp_path / "zoneinfo" / "Asia" / "Tokyo")
    assert room.zone_here(link) == "Asia/Tokyo"
    link.unlink()
    assert room.zone_here(link) == "UTC"
    (tmp_path / "timezone").write_text("America/Lima\n")
    assert room.zone_here(link) == "America/Lima"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shut").mkdir(mode=0o555)
    assert run(["init", "shut", "--no-input"]) == 3
    assert "cannot be written" in capsys.readouterr().err
