"""All fake networks at one clock: which of them answers at which host."""

from __future__ import annotations

import importlib
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Fake, Posted

ENTRY_POINTS = "smm.fakes"


@cache
def fakes() -> tuple[str, ...]:
    """Names of the networks that have a fake, sorted: smm's own, and those that installed packages bring (they replace none)."""
    here = Path(__file__).parent / "fakes"
    own = {path.stem.replace("_", "-") for path in here.glob("*.py") if not path.name.startswith("_")}
    return tuple(sorted(own | {point.name for point in entry_points(group=ENTRY_POINTS)}))


def load_fake(network: str) -> type[Fake]:
    """The fake's class. Raises ModuleNotFoundError where there is none."""
    name = network.replace("-", "_")
    found: type[Fake]
    if not (Path(__file__).parent / "fakes" / f"{name}.py").exists():
        for point in entry_points(group=ENTRY_POINTS, name=network):
            found = point.load()
            return found
    found = importlib.import_module(f"smm_cli.sandbox.fakes.{name}").FAKE
    return found


class World:
    """Fakes by host. One fake for each host of one's own (each Mastodon server), one for all hosts of a central network."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.by_host: dict[str, Fake] = {}
        self._central: dict[str, Fake] = {}

    def place(self, host: str, network: str | Fake) -> Fake:
        """Let the fake of `network` (or this one) answer at `host` ("example.social", with port where there is one)."""
        if isinstance(network, Fake):
            self.by_host[host.lower()] = network
        elif host.lower() not in self.by_host:
            self.by_host[host.lower()] = self._made(network, host)
        return self.by_host[host.lower()]

    def app_for(self, host: str) -> Fake | None:
        """The fake that answers at `host`, or None."""
        host = host.lower()
        if host in self.by_host:
            return self.by_host[host]
        for network in fakes():
            if _answers(load_fake(network), host):
                return self.place(host, network)
        return None

    @property
    def fakes(self) -> tuple[Fake, ...]:
        """Each fake once, in the order of their hosts."""
        return tuple({id(fake): fake for _, fake in sorted(self.by_host.items())}.values())

    @property
    def posted(self) -> list[Posted]:
        """What was posted anywhere, the oldest first."""
        return sorted((posted for fake in self.fakes for posted in fake.posted), key=lambda posted: posted.at)

    def _made(self, network: str, host: str) -> Fake:
        kind = load_fake(network)
        if not _answers(kind, host.lower()):
            return kind(self.clock)
        if network not in self._central:
            self._central[network] = kind(self.clock)
        return self._central[network]


def _answers(kind: type[Fake], host: str) -> bool:
    """Whether `host` is one of the fake's own; "*.example" stands for all below it."""
    return any(host == own or (own.startswith("*.") and host.endswith(own[1:])) for own in kind.hosts)
