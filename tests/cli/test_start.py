"""Where every error ends: codes, closed pipes, bugs, interruptions; and how calendars stand for monitors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from smm_cli.cli import output
from smm_cli.cli.quick import parse_quick
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.cli.status import stand
from smm_cli.clock import SetClock
from smm_cli.ledger.claims import stop_channel

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONFIG = """[calendar]
name = "try"
timezone = "UTC"
language = "en"
publish_from = "worktree"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"

[channels.hand]
network = "xing"
max_late = "2h"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG)
    return made


def post(root: Path, name: str, at: str = "2090-01-01 09:00", channels: str = "blog", status: str = "ready") -> None:
    head = f"id: {name}\nstatus: {status}\nchannels: [{channels}]\npublish_at: {at}\ntitle: {name}\n"
    (root / "posts" / f"{name}.md").write_text(f"---\n{head}---\n\nHello from {name}.\n")


@pytest.mark.parametrize("line", ["plan", "queue list", "queue list --json", "check --json", "log --csv", "schema", "--help", "status"])
def test_a_closed_pipe_ends_quietly(root: Path, line: str) -> None:
    for number in range(200):
        post(root, f"post-{number}", f"2090-01-01 {9 + number // 60:02}:{number % 60:02}")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "smm_cli", "-C", str(root), *line.split()], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_bug_leaves_a_report_and_ends_with_1(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def now(self) -> datetime:
            raise ZeroDivisionError("of ours")

    from smm_cli.cli import app

    monkeypatch.setattr(app, "Session", lambda: Session(str(root), Broken()))
    assert run(["status"]) == 1
    said = capsys.readouterr().err
    assert "this is a bug, not your mistake: ZeroDivisionError" in said
    report = Path(said.split("A report is in ")[1].split(". Please")[0])
    assert "of ours" in report.read_text()
    report.unlink()


def test_an_interruption_is_130_and_says_what_becomes_of_what_was_begun(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    from smm_cli.cli import app

    def interrupted() -> Session:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "Session", interrupted)
    assert run(["status"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "quick"),
    [
        ("publish", True),
        ("-C x publish --dry-run --json", True),
        ("publish --post a --post b --now --yes", True),
        ("publish --post", False),
        ("publish --help", False),
        ("publish a", False),
        ("queue list --json --limit 3", True),
        ("queue list --limit 3", False),
        ("queue list --json --limit", False),
        ("queue list --json --odd x", False),
        ("status", False),
    ],
)
def test_the_forms_that_scripts_use_need_no_typer(words: str, quick: bool) -> None:
    assert (parse_quick(words.split()) is not None) is quick


def test_the_quick_form_and_typer_say_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "one")
    post(root, "two", "2090-01-02 09:00")
    assert run(["-C", str(root), "queue", "list", "--json", "--limit", "1"]) == 0
    quick = capsys.readouterr().out
    assert run(["-C", str(root), "queue", "list", "--limit=1", "--json"]) == 0
    assert capsys.readouterr().out == quick
    assert [delivery["name"] for delivery in json.loads(quick)] == ["one@blog"]


# -- status --------------------------------------------------------------------------------------------------------------------


def test_status_names_what_is_next_and_what_needs_a_person(root: Path) -> None:
    post(root, "next", "2026-11-25 09:00")
    post(root, "late", "2026-11-24 06:00", "hand")
    post(root, "long-late", "2026-09-01 06:00", "hand")
    post(root, "draft", "2026-11-24 08:00", status="draft")
    with Session(str(root), SetClock(NOW)).runner() as runner:
        found = stand(runner)
    assert [delivery.name for delivery in found.coming] == ["next@blog"]
    assert [(delivery.name, delivery.reason) for delivery in found.needs] == [("late@hand", "late"), ("draft@blog", "draft")]
    assert found.late == 1, "what is long late is counted, not listed"
    assert found.exit_code == 0


def test_what_is_due_and_still_here_is_in_status_and_queue_show_with_what_keeps_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "good", "2020-01-06 09:00")
    post(root, "broken", "2020-01-06 09:00")
    with (root / "posts" / "broken.md").open("a") as file:
        file.write("\n@{nobody} was there.\n")
    with Session(str(root), SetClock(NOW)).runner() as runner:
        found = stand(runner)
    assert [delivery.name for delivery in found.due] == ["good@blog"]
    assert [(delivery.name, delivery.why) for delivery in found.needs] == [("broken@blog", "there is no person nobody")]

    assert run(["-C", str(root), "status"]) == 0
    said = capsys.readouterr().out
    assert "due        Mon 6 Jan 2020 09:00 UTC  good@blog   smm publish sends it, or says why not" in said
    assert "broken@blog: held (error)   smm queue show broken@blog" in said
    assert run(["-C", str(root), "queue", "show", "broken"]) == 0
    told = capsys.readouterr()
    assert "why      there is no person nobody" in told.out
    assert "declare her in channels.toml: [people.nobody]" in told.err


def test_what_waits_for_a_login_says_so(root: Path) -> None:
    post(root, "good", "2026-11-24 09:00")
    with Session(str(root), SetClock(NOW)).runner() as runner:
        runner.ledger.write(lambda c: stop_channel(c, runner.calendar.name, "blog", "401: no", "key"))
        found = stand(runner)
    assert found.due == ()
    assert [(delivery.name, delivery.why, delivery.hint) for delivery in found.needs] == [
        ("good@blog", "401: no", "smm channel login blog")
    ]
    assert found.exit_code == 3


def test_status_makes_no_picture_smaller(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "wide", "2020-01-06 09:00")
    post(root, "lost", "2020-01-06 09:00")
    Image.new("RGB", (64, 64)).save(root / "wide.png")
    for name, picture in (("wide", "wide.png"), ("lost", "lost.png")):
        with (root / "posts" / f"{name}.md").open("a") as file:
            file.write(f"\n![A wheel]({picture})\n")
    assert run(["-C", str(root), "status"]) == 0
    said = capsys.readouterr().out
    assert "wide@blog   smm publish sends it" in said
    assert "lost@blog: held (error)" in said
    assert not list((root / ".smm").rglob("frozen/*"))


def test_a_post_that_cannot_be_read_is_in_status(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "new", "2090-01-01 09:00")
    path = root / "posts" / "new.md"
    path.write_text(path.read_text().replace("title: new", "title: New: the catalogue"))
    assert run(["-C", str(root), "status"]) == 0
    assert capsys.readouterr().out == 'unread  posts/new.md: "New: the catalogue" has a colon: put it in quotes   smm check\n'


def test_status_as_json_has_its_documented_keys(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(root), "status", "--json"]) == 0
    keys = "now paused next due needs_you unread long_late outage not_published "
    keys += "stopped ending runners foreign uncommitted_receipts changed_since unfinished claims exit_code"
    assert set(json.loads(capsys.readouterr().out)) == set(keys.split())


def test_bare_smm_is_status(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "next")
    assert run(["-C", str(root)]) == 0
    bare = capsys.readouterr().out
    assert run(["-C", str(root), "status"]) == 0
    assert capsys.readouterr().out == bare
    assert "next@blog" in bare


# -- output --------------------------------------------------------------------------------------------------------------------


def test_lines_are_cut_at_columns_not_at_signs_and_colours_end_where_they_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "terminal_width", lambda: 10)
    assert output.fitted("0123456789") == "0123456789"
    assert output.fitted("0123456789x") == "012345678…"
    assert output.fitted("日本語日本語") == "日本語日…"
    assert output.fitted("\x1b[31m0123456789x\x1b[0m") == "\x1b[31m012345678\x1b[0m…"


def test_without_a_terminal_nothing_is_cut_nor_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([["x" * 300, "held (late)"]], colours={"held": "yellow"})
    assert capsys.readouterr().out == "x" * 300 + "  held (late)\n"
