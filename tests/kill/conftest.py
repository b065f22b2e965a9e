"""A calendar whose servers run in another process, and runners that are killed."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HEAD = '[calendar]\nname = "killed"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n'
OVER = ("published", "failed", "unknown", "cancelled")


def _servers():
    spec = importlib.util.spec_from_file_location("smm_test_servers", HERE.parent / "servers" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SERVERS = _servers()
pds = SERVERS.pds


@dataclass
class Arena:
    """A calendar in a folder in memory, its servers, its runners, its dead."""

    root: Path
    env: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    server: subprocess.Popen | None = None
    kills: int = 0

    @property
    def calendar(self) -> Path:
        return self.root / "calendar"

    @property
    def clock(self) -> Path:
        """Holds how many seconds the servers' clock is ahead."""
        return self.calendar / "ahead"

    def write(self, channels: str, posts: dict[str, str]) -> None:
        (self.calendar / "posts").mkdir(parents=True, exist_ok=True)
        (self.calendar / "channels.toml").write_text(HEAD + channels, "utf-8")
        for id, text in posts.items():
            self.post(id, text)

    def post(self, id: str, text: str) -> None:
        (self.calendar / "posts" / f"{id}.md").write_text(text, "utf-8")

    def picture(self, name: str) -> None:
        from PIL import Image

        Image.new("RGB", (60, 40), (10, 200, 30)).save(self.calendar / "posts" / name)

    def serve(self, networks: dict[str, str], faults: str | None) -> None:
        """Start the fakes: channel name to network."""
        self.ports = {name: SERVERS.free_port() for name in networks}
        places = [f"{self.ports[name]}={network}" for name, network in networks.items()]
        more = ["--faults", faults] if faults is not None else []
        self.calendar.mkdir(exist_ok=True)
        self.clock.write_text("0")
        self.server = subprocess.Popen(
            [sys.executable, str(HERE / "fakes_server.py"), str(self.clock), *places, *more], env=self.env, stderr=subprocess.DEVNULL
        )

    def posted(self, name: str) -> list[dict]:
        until = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/_posted", timeout=10) as answer:
                    return json.load(answer)
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    # -- runners -------------------------------------------------------------------------------------------------------------

    def start(self, *, ahead: float | None = None) -> subprocess.Popen:
        command = [sys.executable, "-m", "smm_cli", "-C", str(self.calendar), "publish"]
        if ahead is not None:
            self.clock.write_text(str(ahead))
            command = [sys.executable, str(HERE / "ahead.py"), str(self.calendar), str(ahead)]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=HERE.parent.parent)

    def kill_one(self, chance: random.Random, *, ahead: float | None = None, longest: float = 0.3) -> bool:
        """Start a runner and kill it at a random moment: one in eight while it starts, the others once it holds the ledger.

        False: it had ended before.
        """
        process = self.start(ahead=ahead)
        if chance.random() < 0.125:
            time.sleep(chance.uniform(0, 0.6))
        else:
            self._wait_for_life(process)
            time.sleep(chance.uniform(0, longest))
        killed = process.poll() is None
        if killed:
            process.send_signal(signal.SIGKILL)
            self.kills += 1
        said = process.communicate()[0].decode(errors="replace")
        assert "Traceback" not in said, said
        assert "this is a bug" not in said, said
        assert not [secret for secret in self.secrets if secret in said], "a secret is told"
        return killed

    def _wait_for_life(self, process: subprocess.Popen) -> None:
        folder, mark = self.calendar / ".smm" / "alive", f".{process.pid}."
        until = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < until:
            if folder.is_dir() and any(mark in name for name in os.listdir(folder)):
                return
            time.sleep(0.005)

    @property
    def secrets(self) -> list[str]:
        return [self.env[name] for name in ("ELEPHANT", "BLUE", "HOOK") if name in self.env]

    def tell_tales(self) -> list[str]:
        """Files below the calendar in which a secret stands, but for the tokens' own."""
        files = [path for path in self.calendar.rglob("*") if path.is_file() and "tokens" not in path.parts]
        return [f"{path.name}: {secret}" for path in files for secret in self.secrets if secret.encode() in path.read_bytes()]

    def states(self) -> dict[str, str]:
        from smm_cli.ledger.store import Ledger

        with Ledger.open(self.calendar / ".smm" / "ledger.db", "killed", "reader") as ledger:
            return {record.delivery: record.state for record in ledger.records()}

    def finish(self, ahead: float, most: int = 40) -> dict[str, str]:
        """Tick on, 400 s further each time, until nothing is open."""
        ran = subprocess.run(
            [sys.executable, str(HERE / "ahead.py"), str(self.calendar), str(ahead), str(most)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return self.states()


def counts(states: dict[str, str]) -> dict[str, int]:
    return dict(Counter(states.values()))


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="smm-kill-", dir=shm if os.access(shm, os.W_OK) else tmp_path))
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    made = Arena(folder, {**kept, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "PYTHONPATH": str(HERE.parent.parent)})
    yield made
    if made.server is not None:
        made.server.kill()
        made.server.wait()
    shutil.rmtree(folder, ignore_errors=True)
