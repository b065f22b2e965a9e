"""Wrong command lines: never a traceback, always a way on. And every command's help."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from smm_cli.cli.app import COMMANDS, app
from smm_cli.cli.start import run

CONFIG = """[calendar]
name = "try"
timezone = "UTC"
language = "en"
publish_from = "worktree"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"

[campaigns.winter]
title = "Winter"
"""
POST = "---\nid: hello\nstatus: ready\nchannels: blog\npublish_at: 2090-01-01 09:00\ntitle: Hello\n---\n\nGood morning.\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SMM_CALENDAR", raising=False)
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG)
    (made / "posts" / "hello.md").write_text(POST)
    monkeypatch.chdir(made)
    return made


WRONG = [
    ("chekc", 2, "did you mean check?"),
    ("--jsn", 2, "--help"),
    ("-C", 2, "--help"),
    ("-C /nowhere/at/all status", 3, "smm init"),
    ("-C /nowhere/at/all publish", 3, "smm init"),
    ("check nowhere.md", 2, "smm check"),
    ("check posts/helo.md", 2, "did you mean posts/hello.md?"),
    ("check /etc/hostname", 2, "smm -C DIR check"),
    ("check --watch --json", 2, "smm check --watch"),
    ("check --commit", 2, "--fix"),
    ("check --fxi", 2, "--fix"),
    ("plan --until yesterdayish", 2, "tomorrow 9am"),
    ("plan --until 2020-01-01", 2, "smm log"),
    ("plan --limit 0", 2, "--help"),
    ("plan --limit many", 2, "--help"),
    ("plan --channel blgo", 2, "did you mean blog?"),
    ("plan --campaign wintr", 2, "did you mean winter?"),
    ("plan hello", 2, "--help"),
    ("preview", 2, "--help"),
    ("preview helo", 2, "did you mean hello?"),
    ("preview hello --channel blgo", 2, "did you mean blog?"),
    ("log --channel nothing", 2, "blog"),
    ("log --campaign spring", 2, "winter"),
    ("log --json --csv", 2, "smm log --csv"),
    ("log --since 2026-12-01 --until 2026-11-01", 2, "smm log --since"),
    ("log --since 31.02.2026", 2, ""),
    ("schema psot", 2, "did you mean post?"),
    ("publish --now", 2, "smm publish --post"),
    ("publish --post helo", 2, "did you mean hello?"),
    ("publish --post", 2, "--help"),
    ("publish --post hello --now", 2, "--yes"),
    ("publish hello", 2, "--help"),
    ("queue", 2, "Commands"),
    ("queue hodl hello", 2, "--help"),
    ("queue list --limit x --json", 2, "smm queue list --limit 20"),
    ("queue list --state plannd --json", 2, "did you mean planned?"),
    ("queue list --until never", 2, ""),
    ("queue show helo@blog", 2, "did you mean hello@blog?"),
    ("queue show hello@blgo", 2, "did you mean hello@blog?"),
    ("queue hold", 2, "smm queue hold POST@CHANNEL"),
    ("queue hold helo", 2, "did you mean hello?"),
    ("queue hold --channel blog", 2, "--yes"),
    ("queue release nothing", 2, "smm queue list"),
    ("queue retry --state faild --yes", 2, "did you mean failed?"),
    ("queue cancel --campaign winter", 2, "smm queue list"),
    ("queue resolve hello@blog", 2, "smm queue show"),
    ("queue resolve hello@blog --published nowhere", 2, "https://"),
    ("queue resolve hello@blog --published https://x.example --not-published", 2, "smm queue show"),
    ("channel remove blgo", 2, "did you mean blog?"),
    ("network show mastodn", 2, "did you mean mastodon?"),
    ("runner install crn", 2, "did you mean cron?"),
    ("trust --remove nothing", 2, ""),
]
"""A command line, its exit code, and what helps."""


@pytest.mark.parametrize(("line", "code", "help_"), WRONG, ids=[line for line, _, _ in WRONG])
def test_a_wrong_line_is_refused_with_a_way_on(root: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, help_: str) -> None:
    found = run(shlex.split(line))
    said = capsys.readouterr()
    told = said.out + said.err
    assert "Traceback" not in told
    assert "this is a bug" not in told
    assert found == code, told
    assert help_ in told
    assert len(said.err.splitlines()) >= 2 or help_ == "Commands", "what is wrong, and what to do"


def calls() -> Iterator[list[str]]:
    group = typer.main.get_command(app)
    for name in COMMANDS:
        command = group.get_command(None, name)  # type: ignore[attr-defined, arg-type]
        inner = getattr(command, "commands", None)
        yield from ([name, verb] for verb in inner) if inner else [[name]]


@pytest.mark.parametrize("call", list(calls()), ids=" ".join)
def test_every_command_has_help_with_an_example(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*call, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    example = said.partition("Example: smm ")[2].partition(" Options:")[0].partition(" Arguments:")[0]
    assert " ".join(call) in example


def test_help_itself_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(about in " ".join(said.split()) for _, about in COMMANDS.values())
