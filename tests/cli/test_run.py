"""smm run: the daemon, as a coroutine and as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.cli.run import Daemon, read_every
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.errors import UsageError

CONFIG = '[calendar]\nname = "t"\ntimezone = "UTC"\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG)
    return folder


def post(root: Path, name: str, at: str) -> None:
    (root / "posts" / f"{name}.md").write_text(f"---\nid: {name}\nchannels: blog\nstatus: ready\npublish_at: {at}\n---\n\nHallo, {name}\n")


async def until(met: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.02)


def serve(root: Path, every: float, story: Callable[[Daemon], object]) -> Daemon:
    """Run the daemon while `story` (a coroutine function) goes on, then stop it."""

    async def both() -> Daemon:
        daemon = Daemon(Session(str(root)), every)
        task = asyncio.create_task(daemon.serve())
        try:
            await story(daemon)  # type: ignore[misc]
        finally:
            daemon.stop()
            await task
        return daemon

    return asyncio.run(both())


def test_what_is_due_goes_out_at_once_and_later_posts_are_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "a", "2026-01-01 10:00")

    async def story(daemon: Daemon) -> None:
        await until((root / "public" / "a" / "index.html").exists)
        post(root, "b", "2026-01-02 10:00")
        await until((root / "public" / "b" / "index.html").exists)

    serve(root, 1, story)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1:3] for line in lines] == [["published", "a@blog"], ["published", "b@blog"]]


def test_it_wakes_when_the_next_post_is_due_not_at_the_next_look(root: Path) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=3)).replace(microsecond=0)
    post(root, "a", f"{due:%Y-%m-%d %H:%M:%S}")

    async def story(daemon: Daemon) -> None:
        await until((root / "public" / "a" / "index.html").exists)

    serve(root, 3600, story)
    assert datetime.now(UTC) >= due


def test_an_error_is_told_once_and_the_daemon_goes_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "channels.toml").write_text("x = ")

    async def story(daemon: Daemon) -> None:
        await until(lambda: daemon.ticks >= 2)
        (root / "channels.toml").write_text(CONFIG)
        post(root, "a", "2026-01-01 10:00")
        await until((root / "public" / "a" / "index.html").exists)

    serve(root, 1, story)
    assert capsys.readouterr().err.count("no TOML") == 1


def test_asked_to_end_it_finishes_the_delivery_and_begins_no_other(root: Path) -> None:
    for n in range(200):
        post(root, f"p{n:03}", "2026-01-01 10:00")

    async def story(daemon: Daemon) -> None:
        await until((root / "public" / "p000" / "index.html").exists)

    serve(root, 3600, story)
    done = len(list((root / "public").glob("p*/index.html")))
    assert 1 <= done < 200
    assert len(list((root / "receipts").glob("p*/blog.toml"))) == done, "something is public without its receipt"
    assert run(["-C", str(root), "publish"]) == 0
    assert len(list((root / "public").glob("p*/index.html"))) == 200


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly(number: signal.Signals, root: Path) -> None:
    post(root, "a", "2026-01-01 10:00")
    command = [sys.executable, "-m", "smm_cli", "-C", str(root), "run", "--every", "1s"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (root / "receipts" / "a" / "blog.toml").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "published  a@blog" in out and "Ended." in err and "Traceback" not in err


@pytest.mark.parametrize("every", ["0s", "0.5s", "2d", "none", "soon"])
def test_spans_that_make_no_sense_are_refused(every: str) -> None:
    with pytest.raises(UsageError):
        read_every(every)


def test_without_a_calendar_it_does_not_wait_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "run"]) == 3
    assert "smm init" in capsys.readouterr().err
