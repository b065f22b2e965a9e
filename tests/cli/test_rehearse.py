"""smm rehearse as a person runs it: what it shows, how it ends, what it leaves as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli.rehearse import show_rehearsal
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.errors import UsageError

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DEMO = Path(__file__).parents[2]
HEAD = '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "{0}"\n'
CHANNELS = (
    '\n[channels.blog]\nnetwork = "site"\noutput = "public"\naddress = "https://blog.example"\n'
    '\n[channels.toots]\nnetwork = "mastodon"\nserver = "https://social.example"\naccount = "@ada@social.example"\n'
    'secret = "command:touch ran"\n'
    '\n[channels.hand]\nnetwork = "xing"\n'
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(HEAD.format("worktree") + CHANNELS)
    return made


def post(root: Path, id: str, at: str = "2026-11-24 09:00", body: str = "Good morning.", channels: str = "toots", front: str = "") -> None:
    head = f"id: {id}\nstatus: ready\nchannels: [{channels}]\npublish_at: {at}\n{front}"
    (root / "posts" / f"{id}.md").write_text(f"---\n{head}---\n\n{body}\n")


def state_of(root: Path) -> dict[str, str]:
    """Every file below `root`, by the hash of its bytes."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()
    }


@pytest.fixture
def rehearse(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict], str]]:
    def run(place: Path | None = None, **options) -> tuple[int, list[dict], str]:
        code = show_rehearsal(Session(str(place or root), SetClock(NOW)), as_json=True, **options)
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return run


def test_the_demo_calendar_rehearses_and_is_left_as_it_was(tmp_path, rehearse):
    place = tmp_path / "demo"
    place.mkdir()
    shutil.copy(DEMO / "channels.toml", place)
    shutil.copytree(DEMO / "posts", place / "posts")
    before = state_of(place)
    code, scenes, said = rehearse(place)
    assert code == 0, said
    assert {scene["channel"] for scene in scenes} == {"blog", "mastodon", "bluesky", "shop-window", "xing"}
    assert {scene["state"] for scene in scenes} == {"published", "waiting"}
    assert [scene["at"] for scene in scenes] == sorted(scene["at"] for scene in scenes)
    assert scenes[-1]["at"] < "2030-02-01"
    thread = next(scene for scene in scenes if scene["name"] == "repair-evening@mastodon@2030-01-03T1200")
    assert len(thread["texts"]) == 2
    assert thread["media"] == ["A brick workshop with a striped awning, its door wide open, a teal bicycle inside."]
    assert thread["url"].startswith("https://mastodon.example/@")
    assert state_of(place) == before


def test_nothing_of_a_calendar_in_use_changes_and_nothing_is_left_behind(root, rehearse, monkeypatch, tmp_path, capsys):
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    tempfile.tempdir = None
    post(root, "old", "2026-11-24 07:30", body="Old.", channels="blog")
    post(root, "new", "2026-11-25 09:00", channels="blog, toots, hand")
    from smm_cli.cli.publishing import publish

    assert publish(Session(str(root), SetClock(NOW))) == 0
    capsys.readouterr()
    assert (root / "receipts" / "old").is_dir()
    before = state_of(root)
    code, scenes, _ = rehearse()
    tempfile.tempdir = None
    assert code == 0
    assert [scene["name"] for scene in scenes] == ["new@blog", "new@hand", "new@toots"], "what went out is not rehearsed again"
    assert state_of(root) == before
    assert list(temp.iterdir()) == []
    assert not (root / "ran").exists(), "command: is never run"


def test_a_published_ref_is_only_read_too(root, rehearse):
    (root / "channels.toml").write_text(HEAD.format("main") + CHANNELS)
    shutil.copytree(DEMO / "posts" / "pictures", root / "posts" / "pictures")
    picture = "media:\n  - path: posts/pictures/wheel.jpg\n    alt: A wheel.\n"
    post(root, "committed", front=picture)
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True, env={**os.environ, **who})
    post(root, "not-committed")
    before = state_of(root)
    assert [scene["post"] for scene in rehearse()[1]] == ["committed"]
    assert [scene["post"] for scene in rehearse(worktree=True)[1]] == ["committed", "not-committed"]
    assert state_of(root) == before


def test_a_delivery_that_does_not_fit_ends_with_4_and_the_others_are_played(root, rehearse):
    post(root, "long", body="word " * 200)
    post(root, "short", "2026-11-24 10:00")
    code, scenes, _ = rehearse()
    assert code == 4
    assert [(scene["post"], scene["state"]) for scene in scenes] == [("long", "held"), ("short", "published")]
    assert "500" in scenes[0]["error"]


def test_limits_that_channels_toml_tells_are_those_of_the_fake(root, rehearse):
    path = root / "channels.toml"
    path.write_text(path.read_text().replace('secret = "command:touch ran"', 'secret = "env:X"\nlimits = { text = 2000 }'))
    post(root, "long", body="word " * 200)
    code, (scene,), _ = rehearse()
    assert (code, scene["state"]) == (0, "published"), scene


def test_what_is_held_is_told_when_its_time_comes(root, rehearse):
    path = root / "channels.toml"
    path.write_text(path.read_text() + '\n[[pause]]\nreason = "flood"\nfrom = 2026-11-25T00:00:00Z\nuntil = 2026-11-26T00:00:00Z\n')
    post(root, "before")
    post(root, "during", "2026-11-25 09:00", body="Another text.")
    code, scenes, _ = rehearse()
    assert code == 0
    assert [(s["post"], s["state"], s["reason"], s["at"]) for s in scenes][:2] == [
        ("before", "published", None, "2026-11-24T09:00:00Z"),
        ("during", "held", "paused", "2026-11-25T09:00:00Z"),
    ]


def test_an_endless_rule_ends_four_weeks_after_the_first_thing_to_come(root, rehearse):
    post(root, "weekly", "2027-03-01 09:00", front="repeat: FREQ=WEEKLY\n")
    _, scenes, said = rehearse()
    assert [scene["at"][:10] for scene in scenes] == ["2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22"]
    assert "4 published" in said


def test_until_and_limit_end_it_earlier(root, rehearse):
    post(root, "daily", front="repeat: FREQ=DAILY\n")
    assert len(rehearse(until="2026-11-27")[1]) == 3
    assert len(rehearse(limit=2)[1]) == 2
    with pytest.raises(UsageError, match="that is over"):
        rehearse(until="2026-11-01")


def test_one_post_can_be_asked_for(root, rehearse):
    post(root, "one")
    post(root, "two", "2026-11-24 10:00", body="Other words.")
    assert [scene["post"] for scene in rehearse(posts=("two",))[1]] == ["two"]
    with pytest.raises(UsageError, match="there is no post three"):
        rehearse(posts=("three",))


def test_what_waits_for_an_address_is_told_and_asks_nobody(root, rehearse):
    post(root, "waits", front="wait_for: {url: 'https://nowhere.example/ready', limit: 14d}\n")
    post(root, "later", "2026-11-26 10:00", body="Other words.")
    _, scenes, _ = rehearse()
    assert [(scene["post"], scene["state"], scene["reason"]) for scene in scenes] == [
        ("waits", "held", "waiting"),
        ("later", "published", None),
    ]


def test_a_post_that_waits_for_another_follows_it(root, rehearse):
    post(root, "first")
    post(root, "second", body="Other words.", front="wait_for: {post: first, limit: 48h}\n")
    scenes = rehearse()[1]
    assert [(scene["post"], scene["state"]) for scene in scenes if scene["state"] == "published"] == [
        ("first", "published"),
        ("second", "published"),
    ]


def test_the_same_text_twice_is_warned_of(root, rehearse):
    post(root, "one")
    post(root, "two", "2026-11-24 09:01")
    _, _, said = rehearse()
    assert "warning" in said
    assert "two" in said


def test_for_people_it_tells_when_where_and_what_in_order(root, capsys):
    post(root, "hello", channels="blog, toots, hand", body="Good morning, all of you, wherever you are.")
    assert show_rehearsal(Session(str(root), SetClock(NOW))) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "Tue 24 Nov 2026 09:00 UTC"
    assert [line.split()[:3] for line in lines if line.startswith("  ") and not line.startswith("   ")] == [
        ["published", "hello", "blog"],
        ["by", "hand", "hello"],
        ["published", "hello", "toots"],
    ]
    assert "https://social.example/@ada/" in said.out
    assert "Nothing was sent, nothing changed." in said.err


def test_an_empty_calendar_says_so(root, capsys):
    assert show_rehearsal(Session(str(root), SetClock(NOW))) == 0
    assert "Nothing is to come" in capsys.readouterr().err
