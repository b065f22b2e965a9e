"""Calendars whose runners have nothing in common but a git remote: clones of one bare repository, fakes that outlive the runners."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.clock import SetClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from smm_cli.ledger.receipts import read_receipt
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.world import World

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HEAD = (
    '[calendar]\nname = "shared"\ntimezone = "UTC"\npublish_from = "main"\nmax_late = "none"\nlanguage = "en"\n\n[ledger]\nclaims = "git"\n'
)


def git(folder, *arguments, check=True):
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


class Killed(BaseException):
    """The process died here."""


@dataclass
class Deaths:
    """Where to die: at the `at`-th step, counted from 1."""

    at: int = 0
    names: list[str] = field(default_factory=list)

    def step(self, name):
        self.names.append(name)
        if len(self.names) == self.at:
            raise Killed(name)


@dataclass
class Team:
    """A remote, its clones, and the servers."""

    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    channels: dict[str, str] = field(default_factory=dict)
    git = staticmethod(git)
    start = START

    def __post_init__(self):
        self.world = World(self.clock)
        self.remote = self.folder / "remote.git"
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        git(self.folder, "clone", "--quiet", str(self.remote), str(self.folder / "author"))
        self.author = self.folder / "author"
        git(self.author, "switch", "--quiet", "-c", "main")
        (self.author / "posts").mkdir()
        (self.author / ".gitignore").write_text(".smm/\n")

    def channel(self, name, network="mastodon"):
        keys = {
            "mastodon": f'server = "https://{name}.example"\nsecret = "env:X"',
            "webhook": f'url = "https://{name}.example/in"\nsecret = "env:X"',
            "bluesky": f'server = "https://{name}.example"\nidentifier = "it.test"\nsecret = "env:X"',
        }
        self.channels[name] = f'\n[channels.{name}]\nnetwork = "{network}"\n{keys[network]}\n'
        (self.author / "channels.toml").write_text(HEAD + "".join(self.channels.values()))
        return self.world.place(f"{name}.example", network)

    def post(self, id, text="Hello.", channels=None, front=""):
        names = ", ".join(channels or self.channels)
        head = f"---\nid: {id}\ntitle: {id}\nstatus: ready\nchannels: [{names}]\npublish_at: 2026-11-24 08:00\n{front}---\n\n"
        (self.author / "posts" / f"{id}.md").write_text(head + text + "\n")

    def push(self, message="change"):
        git(self.author, "add", "-A")
        git(self.author, "commit", "--quiet", "-m", message)
        git(self.author, "push", "--quiet", "origin", "main")

    def clone(self, name, *options, url=""):
        git(self.folder, "clone", "--quiet", *options, url or self.remote.as_uri(), str(self.folder / name))
        return Clone(self, self.folder / name)

    def public(self, channel):
        return [posted for posted in self.world.by_host[f"{channel}.example"].posted if not posted.deleted]

    def refs(self, under="refs/smm/"):
        said = git(self.remote, "for-each-ref", "--format=%(refname)", under)
        return said.split()

    def receipts(self):
        """What the receipts branch has: path and receipt."""
        paths = git(self.remote, "ls-tree", "-r", "-z", "--name-only", "smm", check=False).split("\0")
        return {path: read_receipt(git(self.remote, "show", f"smm:{path}").encode(), path) for path in paths if path.endswith(".toml")}

    def progress(self):
        return [path for path in git(self.remote, "ls-tree", "-r", "--name-only", "smm", check=False).split() if path.endswith(".json")]

    def later(self, **how):
        self.clock.set(self.clock.now() + timedelta(**how))


@dataclass
class Clone:
    """One machine."""

    team: Team
    root: Path
    clock: SetClock = None

    def runner(self, deaths=None):
        runner = open_runner(self.root, self.clock or self.team.clock)
        runner.apps = self.team.world.app_for
        if deaths is not None:
            dying(runner, deaths)
        return runner

    def tick(self, deaths=None, **how):
        """One tick; None where the process died in it."""
        with self.runner(deaths) as runner, suppress(Killed):
            return asyncio.run(tick(runner, **how))
        return None

    def states(self):
        with self.runner() as runner:
            return {record.delivery: record.state for record in runner.ledger.records()}

    def smm(self, *arguments, env=None):
        from smm_cli.__main__ import __file__ as main

        command = [os.sys.executable, main, "-C", str(self.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "X": "sandbox-it", **(env or {})})


def dying(runner, deaths):
    """Let the process die around each exchange with the remote and each request, as often as `deaths` says."""
    from smm_cli.delivery.transport import Transport

    class DyingTransport(Transport):
        async def send(self, network, request, vault, prefix):
            deaths.step(f"before {request.method} {request.url}")
            answer = await super().send(network, request, vault, prefix)
            deaths.step(f"after {request.method} {request.url}")
            return answer

    remote = runner.shared.remote
    kind = type(remote)

    class DyingRemote(kind):
        def _push(self, moves):
            deaths.step("before a push")
            said = super()._push(moves)
            deaths.step("after a push")
            return said

        def _push_each(self, moves):
            deaths.step("before a claim")
            said = super()._push_each(moves)
            deaths.step("after a claim")
            return said

    remote.__class__ = DyingRemote
    runner._transport = DyingTransport(runner.calendar, runner.clock, apps=runner.apps)


@pytest.fixture
def make_team():
    shm, folders = Path("/dev/shm"), []

    def make():
        folders.append(Path(tempfile.mkdtemp(prefix="smm-shared-", dir=shm if os.access(shm, os.W_OK) else None)))
        return Team(folders[-1])

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def team(make_team):
    return make_team()


@pytest.fixture
def dies():
    return Deaths


@pytest.fixture
def fault(team):
    def make(channel, **what):
        team.world.by_host[f"{channel}.example"].faults.append(Fault(**what))

    return make
