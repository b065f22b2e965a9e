"""Eight runners on one calendar, each killed five times at random, the remote or the database cut off for a while.

`python tests/kill/many.py sqlite|git|postgresql [--deliveries N] [--seeds FIRST:LAST]` runs the whole measure and tells what became
of each delivery; the tests run a small one of each kind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TREE = HERE.parent.parent
RUNNERS, DEATHS = 8, 5
KINDS = ("mastodon", "bluesky", "webhook", "telegram")
"""A key that the server knows for an hour; a record's name; a receiver that drops what it has seen; a chat that cannot be asked."""
OPEN = ("planned", "sending", "retry", "held")
STEP = 400.0
SETTINGS = {
    "mastodon": 'server = "http://127.0.0.1:{port}"\nsecret = "env:M"',
    "bluesky": 'server = "http://127.0.0.1:{port}"\nidentifier = "it.test"\nsecret = "env:B"',
    "webhook": 'url = "http://127.0.0.1:{port}/in"\nsecret = "env:W"\ndedupes = true',
    "telegram": 'server = "http://127.0.0.1:{port}"\nchat = "@acme"\nsecret = "env:T"',
}
SECRETS = {
    "M": "sandbox-it",
    "B": "sandbox-it.test",
    "W": "whsec_YSBzZWNyZXQgb2YgdGhlIHNhbmRib3gsIG5vIG1vcmU=",
    "T": "sandbox-it",
}


class World:
    """A calendar, its fakes in a process of their own, and the runners' folders. `kind` says how they share."""

    def __init__(self, folder: Path, kind: str, seed: str, deliveries: int, ports: list[int]) -> None:
        self.folder, self.kind, self.chance = folder, kind, random.Random(f"{kind}.{seed}")
        per_post = min(40, max(4, deliveries // 10))
        self.channels = {f"{KINDS[n % len(KINDS)][0]}{n:02}": (KINDS[n % len(KINDS)], ports[n]) for n in range(per_post)}
        self.posts = [f"post-{n:03}" for n in range(deliveries // per_post)]
        self.clock = folder / "ahead"
        self.clock.write_text("0")
        self.seed, self.kills, self.said = seed, 0, list[bytes]()
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "T"), ("EMAIL", "t@x.example"))}
        self.env = {**kept, **quiet, **who, **SECRETS, "HOME": str(folder), "PYTHONPATH": str(TREE), "SMM_AHEAD": str(self.clock)}
        self.fakes: subprocess.Popen | None = None

    @property
    def names(self) -> list[str]:
        return [f"{post}@{channel}" for post in self.posts for channel in self.channels]

    # -- the calendar --------------------------------------------------------------------------------------------------------

    def head(self, more: str) -> str:
        ref = "main" if self.kind == "git" else "worktree"
        told = f'[calendar]\nname = "killed"\ntimezone = "UTC"\npublish_from = "{ref}"\nmax_late = "none"\nlanguage = "en"\n{more}'
        for name, (kind, port) in self.channels.items():
            told += f'\n[channels.{name}]\nnetwork = "{kind}"\n{SETTINGS[kind].format(port=port)}\n'
        return told

    def write(self, root: Path, more: str = "") -> None:
        (root / "posts").mkdir(parents=True, exist_ok=True)
        (root / "channels.toml").write_text(self.head(more), "utf-8")
        listed = ", ".join(self.channels)
        for n, post in enumerate(self.posts):
            head = f"id: {post}\nstatus: ready\nchannels: [{listed}]\npublish_at: 2026-01-02 {9 + n // 60:02}:{n % 60:02}\n"
            (root / "posts" / f"{post}.md").write_text(f"---\n{head}---\n\nNumber {n:03}.\n", "utf-8")

    def serve(self) -> None:
        """Start the fakes, with faults of their own, and wait until they answer."""
        places = [f"{port}={kind}" for kind, port in self.channels.values()]
        command = [sys.executable, str(HERE / "fakes_server.py"), str(self.clock), *places, "--faults", self.seed]
        self.fakes = subprocess.Popen(command, env={**self.env, "FAKES_PAUSE": "0.02"}, stderr=subprocess.DEVNULL)
        for name in self.channels:
            self.posted(name)

    def posted(self, channel: str) -> list[str]:
        until = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.channels[channel][1]}/_posted", timeout=10) as answer:
                    return [one["text"] for one in json.load(answer)]
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    # -- runners -------------------------------------------------------------------------------------------------------------

    def root(self, slot: int) -> Path:
        """Where the runner `slot` works: with SQLite all of them in one folder."""
        return self.folder / "calendar" if self.kind == "sqlite" else self.folder / f"runner-{slot}"

    def start(self, slot: int) -> subprocess.Popen:
        config = self.folder / "config" / str(slot) / "smm"
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.toml").write_text(f'runner = "runner-{slot}"\n')
        (config / "config.toml").chmod(0o600)
        self.started(slot).unlink(missing_ok=True)
        env = {**self.env, "XDG_CONFIG_HOME": str(config.parent), "SMM_STARTED": str(self.started(slot))}
        command = [sys.executable, str(HERE / "once.py"), "-C", str(self.root(slot)), "publish"]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TREE)

    def started(self, slot: int) -> Path:
        """Is there once the runner `slot` begins with its work: Python has read all that it needs."""
        return self.folder / f"started-{slot}"

    def live_and_die(self, slot: int, seed: str) -> None:
        """A runner that is killed five times, each time at a random moment of its work, and started anew."""
        chance, deaths = random.Random(seed), 0
        until = time.monotonic() + 300
        while deaths < DEATHS and time.monotonic() < until:
            process = self.start(slot)
            if chance.random() > 0.1:  # one in ten dies while it starts
                while process.poll() is None and not self.started(slot).exists():
                    time.sleep(0.01)
            try:
                process.wait(chance.uniform(0.0, 3.0))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                deaths += 1
                self.kills += 1
            self.said.append(process.communicate()[0])

    def all_die(self) -> None:
        """All runners at once, and in the middle of it whatever they share is cut off for a while."""
        lives = [threading.Thread(target=self.live_and_die, args=(n, f"{self.seed}.{n}")) for n in range(RUNNERS)]
        for life in lives:
            life.start()
        time.sleep(self.chance.uniform(2, 6))
        self.cut_off(self.chance.uniform(1, 4))
        for life in lives:
            life.join()

    def cut_off(self, seconds: float) -> None:
        """The remote, or the database, is away for so long; SQLite's file cannot be written."""
        raise NotImplementedError

    def finish(self, states, most: int = 60) -> dict[str, str]:
        """Runners go on, two at a time, until nothing is open; where the clock is the machine's own, it is set ahead meanwhile."""
        ahead = float(self.clock.read_text())
        for _ in range(most):
            pair = [self.start(slot) for slot in self.chance.sample(range(RUNNERS), 2)]
            self.said += [process.communicate()[0] for process in pair]
            found = states()
            if set(found) >= set(self.names) and not [state for state in found.values() if state in OPEN]:
                return found
            ahead += STEP
            self.wait(ahead)
        raise AssertionError(f"still open after {most} rounds: {Counter(found.values())}")

    def wait(self, ahead: float) -> None:
        beside = self.clock.with_suffix(".new")
        beside.write_text(str(ahead))
        beside.replace(self.clock)

    def judge(self, found: dict[str, str]) -> Counter:
        """Every delivery once, or unknown (and at most once); none lost, none that does not belong. Raises AssertionError."""
        for said in self.said:
            assert b"Traceback" not in said, said.decode()
            assert b"this is a bug" not in said, said.decode()
        wrong = []
        for channel in self.channels:
            seen = Counter(self.posted(channel))
            for n, post in enumerate(self.posts):
                state, times = found.get(f"{post}@{channel}", "lost"), seen.pop(f"Number {n:03}.", 0)
                good = times == 1 if state == "published" else times <= 1 if state == "unknown" else False
                if not good:
                    wrong.append((f"{post}@{channel}", state, times))
            assert not seen, seen
        assert not wrong, wrong[:20]
        return Counter(found.values())

    def close(self) -> None:
        if self.fakes is not None:
            self.fakes.kill()
            self.fakes.wait()


class OneFolder(World):
    """SQLite: eight processes on one machine."""

    def prepare(self) -> None:
        self.write(self.root(0))

    def cut_off(self, seconds: float) -> None:
        import sqlite3

        ledger = self.root(0) / ".smm" / "ledger.db"
        if not ledger.exists():
            return
        connection = sqlite3.connect(ledger, isolation_level=None, timeout=20)
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    def states(self) -> dict[str, str]:
        from smm_cli.ledger.store import Ledger

        with Ledger.open(self.root(0) / ".smm" / "ledger.db", "killed", "reader") as ledger:
            return {record.delivery: record.state for record in ledger.records()}


class OneRemote(World):
    """Claims through git: eight clones that share nothing but a remote."""

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def git(self, *arguments: str, at: Path | None = None) -> str:
        ran = subprocess.run(["git", "-C", str(at or self.folder), *arguments], env=self.env, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def prepare(self) -> None:
        first = self.folder / "first"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        self.git("clone", "--quiet", str(self.remote), str(first))
        self.git("checkout", "--quiet", "-B", "main", at=first)
        self.write(first, '\n[ledger]\nclaims = "git"\n')
        self.git("add", "channels.toml", "posts", at=first)
        self.git("commit", "--quiet", "-m", "The calendar", at=first)
        self.git("push", "--quiet", "origin", "main", at=first)
        for slot in range(RUNNERS):
            depth = ["--depth=1"] if slot % 2 else []
            self.git("clone", "--quiet", *depth, f"file://{self.remote}", str(self.root(slot)))

    def cut_off(self, seconds: float) -> None:
        away = self.folder / "away.git"
        self.remote.rename(away)
        time.sleep(seconds)
        away.rename(self.remote)

    def states(self) -> dict[str, str]:
        """What the receipts on the remote's branch say: all that a stranger can know."""
        import tomllib

        found = {}
        listed = (
            self.git("ls-tree", "-r", "--name-only", "smm", at=self.remote).splitlines()
            if "smm" in self.git("branch", at=self.remote)
            else []
        )
        for path in (path for path in listed if path.startswith("receipts/")):
            said = tomllib.loads(self.git("cat-file", "blob", f"smm:{path}", at=self.remote))
            post, channel = path.removeprefix("receipts/").removesuffix(".toml").split("/")[:2]
            found[f"{post}@{channel}"] = said["state"]
        return found


class OneDatabase(World):
    """PostgreSQL: eight machines, each with files of its own, and one database."""

    cluster: Any = None

    def prepare(self) -> None:
        programs = cluster_module()
        self.cluster = programs.Cluster(programs.programs())
        self.url = self.cluster.make_database()
        for slot in range(RUNNERS):
            self.write(self.root(slot), '\n[ledger]\nurl = "env:LEDGER_URL"\n')
        self.env["LEDGER_URL"] = self.url

    def cut_off(self, seconds: float) -> None:
        self.cluster.stop("immediate")
        time.sleep(seconds)
        self.cluster.start()

    def states(self) -> dict[str, str]:
        return dict(self.cluster.ask("SELECT name, state FROM smm.delivery WHERE calendar = 'killed' ORDER BY name", self.url))

    def close(self) -> None:
        super().close()
        if self.cluster is not None:
            self.cluster.remove()


def cluster_module() -> Any:
    import importlib.util

    spec = importlib.util.spec_from_file_location("smm_test_cluster", HERE.parent / "postgres" / "cluster.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KINDS_OF_CLAIMS = {"sqlite": OneFolder, "git": OneRemote, "postgresql": OneDatabase}


def once(kind: str, seed: str, deliveries: int, ports: list[int], parent: Path) -> tuple[Counter, int, float]:
    """One whole run: how the deliveries ended, how often a runner was killed, seconds. Raises AssertionError."""
    folder = Path(tempfile.mkdtemp(prefix=f"smm-many-{kind}-", dir=parent))
    started = time.monotonic()
    world = KINDS_OF_CLAIMS[kind](folder, kind, seed, deliveries, ports)
    try:
        world.prepare()
        world.serve()
        world.all_die()
        ended = world.judge(world.finish(world.states))
        return ended, world.kills, time.monotonic() - started
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    import socket

    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS_OF_CLAIMS))
    parser.add_argument("--deliveries", type=int, default=0)
    parser.add_argument("--seeds", default="0:1")
    told = parser.parse_args()
    first, last = map(int, told.seeds.split(":"))
    deliveries = told.deliveries or (200 if told.kind == "git" else 2000)
    parent = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path(tempfile.gettempdir())
    failed = 0
    for seed in range(first, last):
        try:
            ended, kills, seconds = once(told.kind, str(seed), deliveries, free_ports(40), parent)
            print(f"{told.kind} seed {seed}: {dict(ended)}, {kills} kills, {seconds:.0f} s", flush=True)
        except AssertionError as wrong:
            failed += 1
            print(f"{told.kind} seed {seed}: FAILED {str(wrong)[:3000]}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
