"""smm preview: what each network will get, counted."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli import output
from smm_cli.cli.preview import preview
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.errors import PostError, UsageError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DEMO = Path(__file__).parents[2]
PRESENT = {"name", "channel", "network", "account", "due", "state", "reason", "by_hand", "share_link", "fields", "problems", "parts"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo, of which nothing went out."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "demo"
    shutil.copytree(DEMO / "posts", made / "posts")
    shutil.copy(DEMO / "channels.toml", made)
    return made


@pytest.fixture
def previewed(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict]]]:
    def look(name: str, **options) -> tuple[int, list[dict]]:
        code = preview(Session(str(root), SetClock(NOW)), name, as_json=True, **options)
        return code, json.loads(capsys.readouterr().out)

    return look


def test_each_part_is_as_sent_and_counted_against_each_limit(previewed):
    code, views = previewed("repair-evening")
    assert code == 0
    assert set(views[0]) == PRESENT
    sky = next(view for view in views if view["channel"] == "bluesky")
    assert sky["account"] == "tailwind.example"
    assert sky["due"] == "2030-01-03T11:00:00Z"
    first, second = sky["parts"]
    assert "@mira.tailwind.example beside you" in first["text"]
    assert [(count["name"], count["maximum"], count["unit"]) for count in first["counts"]] == [
        ("text", 300, "graphemes"),
        ("bytes", 3000, "bytes"),
    ]
    assert first["counts"][0]["used"] == len(first["text"])
    assert second["text"].endswith("#repair #bicycles")
    assert second["card"] == "https://tailwind.example/open-door/"
    (picture,) = first["media"]
    assert (picture["width"], picture["height"], picture["type"]) == (1200, 750, "image/png")
    assert picture["alt"].startswith("A brick workshop")


def test_a_handoff_shows_its_prefilled_address(previewed):
    _, (view,) = previewed("company-bikes")
    assert view["by_hand"]
    assert view["share_link"].startswith("https://www.xing.com/")


def test_a_draft_without_time_is_shown_too(previewed):
    code, views = previewed("spring-sale", channel="social")
    assert code == 0
    assert {(view["channel"], view["state"], view["reason"], view["due"]) for view in views} == {
        ("mastodon", "held", "draft", None),
        ("bluesky", "held", "draft", None),
    }


def test_what_does_not_fit_is_shown_with_its_problem_and_ends_with_4(root, previewed):
    path = root / "posts" / "spring-sale.md"
    path.write_text(path.read_text() + "word " * 80)
    code, views = previewed("spring-sale")
    assert code == 4
    assert {view["channel"]: [problem["slug"] for problem in view["problems"]] for view in views} == {
        "blog": [],
        "mastodon": ["too-long"],
        "bluesky": ["too-long"],
        "shop-window": [],
    }


def test_a_file_names_a_post_too(root, previewed):
    assert previewed("posts/spring-sale.md", channel="blog")[1][0]["name"] == "spring-sale@blog"


def test_names_that_are_not_there_are_refused_with_the_nearest(root, previewed):
    for options, said in ((("spring-sal",), "spring-sale"), (("spring-sale", "blgo"), "blog"), (("spring-sale", "xing"), "mastodon")):
        with pytest.raises(UsageError) as caught:
            previewed(options[0], **({"channel": options[1]} if len(options) > 1 else {}))
        assert said in caught.value.hint
    (root / "posts" / "broken.md").write_text("---\ntitle: a: b\n---\n")
    with pytest.raises(PostError, match="put it in quotes"):
        previewed("broken")


def test_on_a_pipe_it_is_plain_text(root, capsys):
    assert preview(Session(str(root), SetClock(NOW)), "repair-evening") == 0
    said = capsys.readouterr().out
    assert "part 1 of 2  142 of 500 characters" in said
    assert "1200 x 750 px, image/png" in said
    assert "card of https://tailwind.example/open-door/" in said
    assert "│" not in said
    assert "\x1b" not in said


def shown_at(columns: int, root: Path, **more: str) -> str:
    """What a terminal of this width gets."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm", **more}
    call = [sys.executable, "-m", "smm_cli", "-C", str(root), "preview", "repair-evening"]
    process = subprocess.Popen(call, stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait() == 0
    return said.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [60, 200])
def test_on_a_terminal_it_is_framed_and_fits(root, columns):
    lines = shown_at(columns, root, NO_COLOR="1").splitlines()
    assert lines[0].startswith("╭─ mastodon  Mastodon")
    assert {output.width(line) for line in lines} == {min(columns, 100)}


def test_on_a_very_narrow_one_there_is_no_frame_and_colours_can_be_had(root):
    said = shown_at(30, root)
    assert "╭" not in said
    assert "\x1b[1m" in said
