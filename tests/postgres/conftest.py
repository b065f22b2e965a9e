"""Calendars in a database, a server that takes what is posted, and workers as processes that may be killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from smm_cli.cli.session import Session

TREE = Path(__file__).parent.parent.parent
HEAD = '[calendar]\nname = "{name}"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "worktree"\nmax_late = "none"\n'


def until(met, seconds=40.0):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


class Server:
    """A fake Mastodon in a process of its own, which outlives every worker."""

    def __init__(self, folder: Path, pause: float) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        clock = folder / "ahead"
        clock.write_text("0")
        env = {**os.environ, "PYTHONPATH": str(TREE), "FAKES_PAUSE": str(pause)}
        program = TREE / "tests" / "kill" / "fakes_server.py"
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(clock), f"{self.port}=mastodon"], env=env, stderr=subprocess.DEVNULL
        )
        until(lambda: self.posted() is not None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def posted(self):
        """What is public, oldest first; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/_posted", timeout=10) as answer:
                return json.load(answer)
        except OSError:
            return None

    def texts(self) -> list[str]:
        return [one["text"] for one in self.posted()]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


class Calendar:
    """A checkout whose ledger is a database. `accounts`: channel names; each is an account of its own."""

    def __init__(self, root: Path, url: str, server: Server, name: str, accounts) -> None:
        self.root, self.url, self.server, self.name, self.accounts = root, url, server, name, list(accounts)
        (root / "posts").mkdir(parents=True)
        self.settings()

    def settings(self, more: str = "", ledger: str = "") -> None:
        told = HEAD.format(name=self.name) + f'[ledger]\nurl = "{self.url}"\n{ledger}' + more
        for account in self.accounts:
            told += f'[channels.{account}]\nnetwork = "mastodon"\nserver = "{self.server.url}"\nsecret = "env:TOKEN_{account.upper()}"\n'
        (self.root / "channels.toml").write_text(told)

    def post(self, id: str, text: str = "", at: str = "2026-01-02 09:00", channels=(), more: str = "") -> None:
        listed = ", ".join(channels or self.accounts)
        front = f"id: {id}\nstatus: ready\nchannels: [{listed}]\npublish_at: {at}\n{more}"
        (self.root / "posts" / f"{id}.md").write_text(f"---\n{front}---\n\n{text or id}\n")

    def runner(self):
        return Session(str(self.root)).runner()

    def states(self) -> dict[str, str]:
        with self.runner() as runner:
            return {record.delivery: record.state for record in runner.ledger.records()}


class Crew:
    """Worker processes, in a home of their own: no checkout, no configuration."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.running = folder, url, []
        self.env = {
            **os.environ,
            "PYTHONPATH": str(TREE),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"),
        }

    def token(self, account: str) -> None:
        self.env[f"TOKEN_{account.upper()}"] = f"sandbox-{account}"

    def smm(self, *words: str, calendar: Calendar | None = None, code: int = 0) -> str:
        place = ["-C", str(calendar.root)] if calendar else []
        done = subprocess.run(
            [sys.executable, "-m", "smm_cli", *place, *words], env=self.env, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *calendars: str, home: str = "", url: str = "") -> subprocess.Popen:
        env = {**self.env, "SMM_TEST_LEDGER": url or self.url}
        if home:
            env["XDG_STATE_HOME"] = str(self.folder / home)
        words = ["run", "--workers", "1", "--ledger", "env:SMM_TEST_LEDGER", *(w for name in calendars for w in ("--calendar", name))]
        with (self.folder / f"said-{len(self.running):02}").open("wb") as said:
            process = subprocess.Popen([sys.executable, "-m", "smm_cli", *words], env=env, cwd=self.folder, stdout=said, stderr=said)
        self.running.append(process)
        return process

    def said(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("said-*")))

    def kill(self, process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        said = self.said()
        assert "Traceback" not in said, said
        assert "this is a bug" not in said, said
        assert "sandbox-" not in said, "a secret is told"


@pytest.fixture(name="until")
def _until():
    return until


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path, 0.02)
    yield made
    made.end()


@pytest.fixture
def crew(tmp_path, database):
    made = Crew(tmp_path, database)
    yield made
    made.end()


@pytest.fixture
def calendar(tmp_path, database, server, crew, monkeypatch):
    """Makes a calendar; its tokens are known to workers and to this process."""

    def make(name="acme", accounts=("one", "two"), folder=""):
        for account in accounts:
            crew.token(account)
            monkeypatch.setenv(f"TOKEN_{account.upper()}", f"sandbox-{account}")
        return Calendar(tmp_path / (folder or name), database, server, name, accounts)

    return make


@pytest.fixture
def pass_time(cluster, database):
    """Lets the leases of processes that died end, as if so many seconds had passed."""

    def passed(*dead, seconds=100):
        for process in dead:
            said = f"UPDATE smm.channel SET lease_until = lease_until - {seconds * 1000} WHERE owner LIKE '%.{process.pid}.%'"
            cluster.ask(said, database)

    return passed


@pytest.fixture
def settle(cluster, database):
    """Lets pass what smm waits for after an answer that was lost, as if that had been seven minutes ago."""

    def passed():
        ago, recent = 420_000, int(time.time() * 1000) - 400_000
        for said in (
            f"UPDATE smm.part SET intent_at = intent_at - {ago}, first_intent_at = first_intent_at - {ago} WHERE intent_at > {recent}",
            f"UPDATE smm.delivery SET next_at = next_at - {ago} WHERE state = 'retry' AND next_at > {recent}",
        ):
            cluster.ask(said, database)

    return passed
