"""A secret that slipped into a post or a file is found by its shape or its value, holds the post, and is never repeated."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smm_cli.accounts import masks
from smm_cli.calendar.leaks import secret_lines
from smm_cli.cli.start import run

GITHUB = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY2zA4"
SLACK = "xoxb-" + "284719365-9182736450-Qw3rTy7UiOp"
KNOWN = "sandbox-me-91c7f2"
CONFIG = '[calendar]\nname = "t"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\n{more}\n'
CONFIG += '[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    masks.forget_all()
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG.format(more=""))
    (folder / ".gitignore").write_text(".smm/\n")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


def post(root: Path, name: str, text: str, front: str = "") -> None:
    head = f"id: {name}\ntitle: {name}\nchannels: blog\nstatus: ready\npublish_at: 2026-01-05 09:00\n{front}"
    (root / "posts" / f"{name}.md").write_text(f"---\n{head}---\n\n{text}\n")


@pytest.fixture
def check(root: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def look() -> list[tuple[str, str, int]]:
        subprocess.run(["git", "add", "-A"], cwd=root, check=True)
        capsys.readouterr()
        run(["check", "--json"])
        told = capsys.readouterr()
        assert GITHUB not in told.out + told.err and KNOWN not in told.out + told.err
        return [(one["slug"], one["file"], one["line"]) for one in json.loads(told.out) if one["slug"].startswith("secret")]

    return look


def test_a_post_with_a_token_is_held_and_says_where(root: Path, check: Any, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "a", f"We use\n\n`{GITHUB}`\n")
    post(root, "b", "All is well.")
    assert check() == [("secret-in-post", "posts/a.md", 11)]
    assert run(["publish"]) == 0
    assert not (root / "public" / "a").exists() and (root / "public" / "b" / "index.html").exists()
    capsys.readouterr()
    run(["queue", "show", "a@blog"])
    told = capsys.readouterr()
    assert "looks like a secret" in told.out and GITHUB not in told.out + told.err
    assert run(["queue", "show", "a@blog", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "error"


def test_a_token_in_the_front_matter_is_found_too(root: Path, check: Any) -> None:
    post(root, "a", "Hello.", f"link: https://t.example/{SLACK}\n")
    assert check() == [("secret-in-post", "posts/a.md", 7)]


def test_a_false_alarm_can_be_silenced_and_then_holds_nothing(root: Path, check: Any) -> None:
    post(root, "a", f"We use {GITHUB}.")
    assert check()
    (root / "channels.toml").write_text(CONFIG.format(more='[check]\nignore = ["secret-in-post"]\n'))
    assert check() == []
    assert run(["publish"]) == 0
    assert (root / "public" / "a" / "index.html").exists()


@pytest.mark.parametrize(
    "text",
    [
        "export TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAIOSFODNN7EXAMPLE",
        "postgresql://user:your-password@db.example/smm",
        "https://user:<password>@host",
        "git clone https://oauth2:$TOKEN@host.example/x",
        "xoxb-your-token-goes-here-please",
        "https://shop.example/sale?key=spring-2026-sale&utm=1",
        "serial ab12-cd34-ef56-gh78",
        "npub1sn0wdenkukak0d9dfczzeacvhkrgz92ak56egt7vdgzn8pv2wfqqhrjdv9",
        "commit 2f7c1e4b9d0a8c6f5e3b1a2d4c6e8f0a1b3c5d7e",
        "eyJhbGciOi.example",
    ],
)
def test_what_only_shows_how_a_secret_looks_is_no_alarm(text: str) -> None:
    assert secret_lines(text) == []


@pytest.mark.parametrize(
    "text",
    [
        GITHUB,
        SLACK,
        "AKIAZQ3DRSTUVWXY2LMN",
        "AIza" + "SyD3kf92Lmq0ZxvB7nWe4RtYu1iOp5aScHj",
        "postgresql://smm:Vq8zR2mK4w@db.host.org/smm",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "https://discord.com/api/webhooks/118273645091827364/Zk3mQ8rT1vB6nX4cW9eL2pH7sJ5dF0gA",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsIm4iOjF9.Kp3vQ9xL2mR8wT4nZ7cB",
        "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
    ],
)
def test_shapes_of_secrets_are_found_on_their_line(text: str) -> None:
    assert secret_lines(f"one\ntwo\n  and {text} here\n") == [3]


def test_files_that_git_has_are_looked_into_and_others_are_not(root: Path, check: Any) -> None:
    (root / ".env").write_text(f"A=1\nTOKEN={GITHUB}\n")
    (root / "notes.json").write_text(json.dumps({"t": SLACK}))
    (root / "picture.png").write_bytes(GITHUB.encode())
    (root / "huge.txt").write_text("x" * 300_000 + GITHUB)
    (root / ".gitignore").write_text(".smm/\nprivate/\n")
    (root / "private").mkdir()
    (root / "private" / "t.txt").write_text(GITHUB)
    assert check() == [("secret-in-file", ".env", 2), ("secret-in-file", "notes.json", 1)]
    (root / "channels.toml").write_text(CONFIG.format(more='[check]\nignore = ["secret-in-file"]\n'))
    assert check() == []


def test_a_calendar_that_shares_its_repository_with_a_program_is_not_told_of_the_programs_tests(root: Path, check: Any) -> None:
    for path in ("tests/test_tokens.py", "src/app/example.env.md", "posts/notes.txt", ".github/workflows/x.yml", "deploy/.env"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"{GITHUB}\n")
    assert sorted(path for _, path, _ in check()) == [".github/workflows/x.yml", "deploy/.env", "posts/notes.txt"]


def test_a_secret_of_this_machine_is_found_whatever_it_looks_like(root: Path, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    more = '[channels.m]\nnetwork = "mastodon"\nserver = "https://m.example"\nsecret = "env:LEAK_TOKEN"\n'
    (root / "channels.toml").write_text(CONFIG.format(more="") + more)
    post(root, "a", f"one\n\nand {KNOWN} too")
    (root / "readme.md").write_text(f"# x\n{KNOWN}\n")
    assert check() == []
    monkeypatch.setenv("LEAK_TOKEN", KNOWN)
    (root / ".smm").mkdir(exist_ok=True)
    assert check() == [("secret-in-post", "posts/a.md", 11), ("secret-in-file", "readme.md", 2)]
    monkeypatch.delenv("LEAK_TOKEN")
    kept = root / ".smm" / "secrets" / "m"
    kept.parent.mkdir(mode=0o700)
    kept.write_text(KNOWN + "\n")
    kept.chmod(0o600)
    assert [slug for slug, _, _ in check()] == ["secret-in-post", "secret-in-file"]


def test_what_signs_a_channel_does_not_go_out_on_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    masks.remember(KNOWN)
    post(root, "a", f"Hello {KNOWN}.")
    run(["publish"])
    told = capsys.readouterr()
    assert "holds a secret of this machine" in told.out + told.err and KNOWN not in told.out + told.err
    assert not (root / "public" / "a").exists()


def test_no_command_is_run_for_it(root: Path, check: Any, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    more = f'[channels.m]\nnetwork = "mastodon"\nserver = "https://m.example"\nsecret = "command:touch {mark}"\n'
    (root / "channels.toml").write_text(CONFIG.format(more="") + more)
    check()
    assert not mark.exists() and not os.path.lexists(root / ".smm" / "secrets")
