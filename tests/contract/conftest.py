"""A stage for the contract: one channel of a network, its fake, a clock, and crashes on demand."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.clock import SetClock
from smm_cli.delivery.prepare import Composer
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.tick import Ticked, tick
from smm_cli.delivery.transport import Transport
from smm_cli.ledger.receipts import read_receipts
from smm_cli.ledger.store import Ledger
from smm_cli.networks import load
from smm_cli.networks.base import Network
from smm_cli.sandbox.base import Fake, Fault, Posted
from smm_cli.sandbox.world import World, load_fake
from smm_cli.words.delivery import Record
from smm_cli.words.exchange import Request

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process died here."""


@dataclass
class Deaths:
    """Where to die: at the `at`-th step (1-based); counts steps when 0. A step is a request (before, after) or a durable write."""

    at: int = 0
    seen: int = 0
    names: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.seen += 1
        self.names.append(name)
        if self.seen == self.at:
            raise Killed(name)


class DyingTransport(Transport):
    """The real transport, in a process that may die around each request."""

    deaths: Deaths

    async def send(self, network, request, vault, prefix):
        self.deaths.step(f"before {request.method} {request.url}")
        answer = await super().send(network, request, vault, prefix)
        self.deaths.step(f"after {request.method} {request.url}")
        return answer


class DyingLedger(Ledger):
    """The real ledger, in a process that may die around each write."""

    deaths: Deaths

    async def commit(self, act):
        self.deaths.step("before a write")
        result = await super().commit(act)
        self.deaths.step("after a write")
        return result


class Upgrading(Composer):
    """Composes with another version of the adapter."""

    version = ""

    def network(self, channel, account=None):
        made = self._networks.get(channel.name)
        if made is None or made.account != account:
            made = self._networks[channel.name] = upgraded(load(channel.network), self.version)(channel, account)
        return made


def upgraded(kind: type[Network], version: str) -> type[Network]:
    """Another version of an adapter."""
    if not version:
        return kind

    class Upgraded(kind):
        def publish(self, payload, part):
            if version == "request":
                where = f"https://{self.hosts()[0]}/api/v1/instance" if self.hosts() else "file:nothing.json"
                yield Request("GET", where, reads="any", may_fail=True, auth="")
            conversation, told = super().publish(payload, part), None
            while True:
                try:
                    step = conversation.send(told)
                except StopIteration as stop:
                    return stop.value
                if isinstance(step, Request) and version == "field":
                    step = replace(step, headers={**step.headers, "x-version": "2"})
                told = yield step

    return Upgraded


@dataclass
class Stage:
    """A calendar with one channel, whose server is a fake that outlives the runner's deaths."""

    root: Path
    network: str
    settings: str
    host: str
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    fake: Any = None
    version: str = ""
    """Which version of the adapter is at work: "" as it is, "field" sends one field more, "request" asks one thing more at first."""
    database: str = ""
    """Where the ledger lives, if not in a file."""
    name: str = "stage"
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.clock)
        if self.fake is not None:
            self.fake.clock = self.clock
            self.world.place(self.host, self.fake)
        elif self.host:
            self.fake = self.world.place(self.host, self.network)
        (self.root / "posts").mkdir(parents=True)
        (self.root / "channels.toml").write_text(
            f'[calendar]\nname = "{self.name}"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n'
            f'\n[media]\nhost = "https://media.example/bucket"\n\n[channels.it]\nnetwork = "{self.network}"\n{self.settings}\n',
        )

    def post(self, id: str, body: str, front: str = "") -> None:
        front = f"{front}{self._demanded(id, front)}"
        least = next((limit.minimum for limit in load(self.network).text if limit.name == "title"), 0)
        title = id.title() if len(id) >= least else f"About {id}"
        text = f"---\nid: {id}\ntitle: {title}\nstatus: ready\nchannels: it\npublish_at: 2026-11-24 08:00\n{front}---\n\n{body}\n"
        (self.root / "posts" / f"{id}.md").write_text(text, "utf-8")

    def _titled(self, id: str) -> str:
        """A title as long as this network wants one at least."""
        least = next((limit.minimum for limit in load(self.network).text if limit.name == "title"), 0)
        return id.title() + " and so on" * (least > len(id)) + " on" * max(0, -(-(least - len(id) - 10) // 3))

    def _demanded(self, id: str, front: str) -> str:
        """What this network wants in every post."""
        demands = load(self.network).demands
        link = f"link: https://example.org/about/{id}\n" if "link" in demands and "link:" not in front else ""
        kind = "b.mp4" if "video" in demands else "a.png" if demands & {"media", "image"} else ""
        if not kind or "media:" in front:
            return link
        (self.root / "posts" / kind).exists() or (self.film(kind) if kind == "b.mp4" else self.picture(kind))
        return f"{link}media:\n  - path: {kind}\n    alt: something to see\n"

    def film(self, name: str) -> None:
        """Two seconds of grey, made once in a run."""
        made = Path(tempfile.gettempdir()) / f"smm-test-film-{os.getuid()}.mp4"
        if not made.exists():
            beside = made.with_suffix(f".{os.getpid()}.mp4")
            source = ["-f", "lavfi", "-i", "color=gray:s=720x1280:d=4:r=24", "-f", "lavfi", "-i", "anullsrc", "-shortest"]
            subprocess.run(["ffmpeg", "-v", "error", "-y", *source, "-pix_fmt", "yuv420p", beside], check=True)
            beside.replace(made)
        shutil.copy(made, self.root / "posts" / name)

    def picture(self, name: str, colour: tuple[int, int, int] = (200, 30, 30)) -> None:
        from PIL import Image

        Image.new("RGB", (40, 30), colour).save(self.root / "posts" / name)

    def runner(self, deaths: Deaths | None = None) -> Runner:
        calendar = load_calendar(self.root)
        deaths = deaths or Deaths()
        if self.database:
            ledger = DyingLedger.shared(self.database, calendar.state, calendar.name, "stage", self.clock)
        else:
            ledger = DyingLedger.open(calendar.state / "ledger.db", calendar.name, "stage")
        ledger.deaths = deaths
        transport = DyingTransport(calendar, self.clock, apps=self.world.app_for)
        transport.deaths = deaths
        source = WorkTree(self.root)
        composer = Upgrading(calendar, source, lambda: read_receipts(calendar.receipts))
        composer.version = self.version
        return Runner(calendar, source, ledger, Index(calendar), self.clock, self.world.app_for, transport, composer)

    def tick(self, deaths: Deaths | None = None) -> Ticked | None:
        """One tick; None where the process died in it."""
        with self.runner(deaths) as runner, suppress(Killed):
            return asyncio.run(tick(runner))
        return None

    def settle(self, step: timedelta = timedelta(minutes=6), most: int = 30) -> None:
        """Tick on, with time passing, until nothing is being tried any more."""
        for _ in range(most):
            self.tick()
            if all(record.state in ("published", "failed", "unknown", "cancelled") for record in self.records()):
                return
            self.clock.set(self.clock.now() + step)

    def records(self) -> list[Record]:
        with self.runner() as runner:
            return runner.ledger.records()

    def states(self) -> dict[str, str]:
        return {record.delivery: record.state for record in self.records()}

    def public(self) -> list[Posted]:
        if self.network == "site":
            pages = [found.with_name("index.html") for found in sorted((self.root / ".smm" / "rehearsal").rglob("post.json"))]
            return [Posted("site", "", page.parent.name, "", page.read_text("utf-8"), START) for page in pages]
        return [posted for posted in self.fake.posted if not posted.deleted]

    def receipts(self) -> list[Any]:
        return read_receipts(self.root / "receipts")

    def fault(self, **what: Any) -> None:
        self.fake.faults.append(Fault(**what))


def settings_of(network: str) -> tuple[str, str]:
    """The keys of a channel of `network`, as its fake names them, with a secret for each that it asks for; and its host."""
    if network == "site":
        return 'output = "public"\naddress = "https://blog.example"', ""
    kind, fake = load(network), load_fake(network)
    names = kind.auth.secrets
    kept = "file" if kind.auth.rotates else "env"
    told = ", ".join(f'{name} = "{kept}:X_{name.upper()}"' for name in names) if len(names) > 1 else ""
    secret = f"secret = {{ {told} }}" if told else f'secret = "{kept}:X"' if names else ""
    return f"{fake.channel}\n{secret}", fake.place or fake.hosts[0]


@pytest.fixture
def dying() -> type[Deaths]:
    """Makes a death at a step."""
    return Deaths


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: these tests write to disk thousands of times, durably each time."""
    shm = Path("/dev/shm")
    if not (shm.is_dir() and os.access(shm, os.W_OK)):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="smm-test-", dir=shm))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stage_of(quick_path: Path) -> Callable[..., Stage]:
    made = []

    def make(network: str, fake: Fake | None = None, settings: str = "") -> Stage:
        told, host = settings_of(network)
        made.append(1)
        return Stage(quick_path / f"calendar{len(made)}", network, f"{told}\n{settings}", host, fake=fake)

    return make
