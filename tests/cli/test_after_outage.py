"""A runner that was away: what fell due meanwhile goes out one after the other; status and queue show tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.cli.queue_show import show_delivery
from smm_cli.cli.status import _shape, stand
from smm_cli.clock import SetClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from smm_cli.sandbox.server import Sandbox
from tests.serving import serving

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HEAD = '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "worktree"\nmax_late = "6h"\n'


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serving("mastodon") as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three posts between nine and ten; a runner looked at eight."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SMM_SANDBOX_MASTODON", "sandbox-me")
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(HEAD + sandbox.lines["mastodon"])
    for name, at in (("a", "09:00"), ("b", "09:10"), ("c", "09:20")):
        front = f"id: {name}\nstatus: ready\nchannels: my-mastodon\npublish_at: 2026-11-24 {at}\n"
        (folder / "posts" / f"{name}.md").write_text(f"---\n{front}---\n\nHello {name}.\n")
    look(folder, 0)
    return folder


def look(root: Path, minutes: int) -> list[str]:
    """One tick so many minutes after eight; what it published."""
    with open_runner(root, SetClock(START + timedelta(minutes=minutes))) as runner:
        mark = root / ".smm" / "tick"
        if mark.exists():  # as touched by a tick of that time
            at = (START + timedelta(minutes=minutes) - timedelta(days=1)).timestamp()
            __import__("os").utime(mark, (at, at))
        ticked = asyncio.run(tick(runner))
    return [outcome.delivery for outcome in ticked.outcomes if outcome.state == "published"]


def test_after_two_hours_away_they_go_out_five_minutes_apart(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look(root, 120) == ["a@my-mastodon"]
    with open_runner(root, SetClock(START + timedelta(minutes=121))) as runner:
        standing = stand(runner)
        said = "nobody looked between Tue 24 Nov 2026 08:00 UTC and Tue 24 Nov 2026 10:00 UTC"
        assert standing.outage == f"{said}; 2 deliveries spread until Tue 24 Nov 2026 10:10 UTC"
        assert _shape(standing)["outage"] == standing.outage
        assert not standing.needs, "they go out by themselves"
        held = next(d for d in _all(runner) if d.post == "b")
        capsys.readouterr()
        show_delivery(runner, held, as_json=False)
        told = capsys.readouterr()
        assert "held (spread)" in told.out and "by itself, Tue 24 Nov 2026 10:05 UTC" in told.out
        assert "smm queue release b@my-mastodon" in told.err
    assert look(root, 121) == []
    assert look(root, 125) == ["b@my-mastodon"]
    assert look(root, 126) == []
    assert look(root, 130) == ["c@my-mastodon"]
    with open_runner(root, SetClock(START + timedelta(minutes=131))) as runner:
        assert stand(runner).outage == ""


def _all(runner):
    from smm_cli.cli.planned import plan_of

    return plan_of(runner).plan.deliveries


def test_the_door_wakes_for_the_next_one(root: Path) -> None:
    look(root, 120)
    with open_runner(root, SetClock(START + timedelta(minutes=120))) as runner:
        assert float(runner.index.read_wake()["wake_at"]) == (START + timedelta(minutes=125)).timestamp()


def test_a_runner_that_looks_every_hour_was_not_away(root: Path) -> None:
    assert look(root, 60) == ["a@my-mastodon"]
    assert look(root, 120) == ["b@my-mastodon", "c@my-mastodon"]


def test_a_first_look_ever_is_no_outage(root: Path) -> None:
    (root / ".smm" / "ledger.db").unlink()
    (root / ".smm" / "tick").unlink(missing_ok=True)
    assert look(root, 120) == ["a@my-mastodon", "b@my-mastodon", "c@my-mastodon"]


def test_held_ones_wait_for_a_person(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "channels.toml").read_text()
    (root / "channels.toml").write_text(text.replace('max_late = "6h"\n', 'max_late = "6h"\nafter_outage = "hold"\n'))
    assert look(root, 120) == []
    with open_runner(root, SetClock(START + timedelta(minutes=121))) as runner:
        assert "3 held: smm queue release --state held" in stand(runner).outage
        from smm_cli.ledger.people import release

        release(runner.ledger, [d for d in _all(runner) if d.post == "a"])
    assert look(root, 122) == ["a@my-mastodon"]


def test_held_ones_wait_for_a_person_for_days_and_through_another_outage(root: Path) -> None:
    text = (root / "channels.toml").read_text()
    (root / "channels.toml").write_text(text.replace('max_late = "6h"\n', 'max_late = "5d"\nafter_outage = "hold"\n'))
    assert look(root, 120) == []
    for hours in (12, 30, 54):
        assert look(root, hours * 60) == [], "nobody released them"
    with open_runner(root, SetClock(START + timedelta(hours=54))) as runner:
        said = "nobody looked between Tue 24 Nov 2026 08:00 UTC and Tue 24 Nov 2026 10:00 UTC"
        assert stand(runner).outage == f"{said}; 3 held: smm queue release --state held"


def test_while_the_remote_cannot_be_asked_nobody_looks(root: Path, tmp_path: Path) -> None:
    remote, away = tmp_path / "remote.git", tmp_path / "away.git"
    text = (root / "channels.toml").read_text().replace('"worktree"', '"main"')
    (root / "channels.toml").write_text(text + '\n[ledger]\nclaims = "git"\n')
    (root / ".gitignore").write_text(".smm/\n")
    _git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "all")
    _git(root, "remote", "add", "origin", remote.as_uri())
    _git(root, "push", "-q", "origin", "main")
    assert look(root, 5) == []
    remote.rename(away)
    for minutes in range(20, 160, 20):
        assert look(root, minutes) == []
    away.rename(remote)
    assert look(root, 161) == ["a@my-mastodon"]
    assert look(root, 165) == []
    assert look(root, 166) == ["b@my-mastodon"]
    assert not (root / ".smm" / "outage.since").exists()


def _git(folder: Path, *words: str) -> None:
    import subprocess

    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
