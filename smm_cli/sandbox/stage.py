"""The stage of a rehearsal: a copy of the calendar's state in a temporary folder, and a fake for each server that its channels name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from smm_cli.clock import SetClock
from smm_cli.delivery.runner import Runner, open_scratch
from smm_cli.sandbox.world import World, fakes

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 1 << 30
"""Free bytes from which memory is used: pictures are copied there."""
NO_SERVER = frozenset({"site"})
"""Networks that ask no server: what carries their requests is the real thing, in the temporary folder."""


@dataclass(frozen=True)
class Stage:
    """`runner` works on the copy, at `clock`; `world` answers; `unplayed` are channels whose network has no fake."""

    runner: Runner
    world: World
    clock: SetClock
    unplayed: frozenset[str]


@contextmanager
def staged(root: Path, now: datetime, *, publish_from: str = "", aside: bool = True) -> Iterator[Stage]:
    """A stage for the calendar in `root`; all of it is gone afterwards, the calendar itself is only read.

    `publish_from`: another ref than the calendar's, or worktree. `aside`: channels without a fake are composed and checked as if a
    person sent them. Raises ConfigError, LedgerError.
    """
    clock = SetClock(now)
    world = World(clock)
    with (
        tempfile.TemporaryDirectory(prefix="smm-rehearsal-", dir=_in_memory()) as folder,
        open_scratch(root, Path(folder), clock, world.app_for, publish_from) as runner,
    ):
        unplayed = _place_fakes(runner, world)
        if aside and unplayed:
            _lay_aside(runner, unplayed)
        yield Stage(runner, world, clock, unplayed)


def _in_memory() -> Path | None:
    """A folder that is no disk, where the system has one with room and nobody chose another: a rehearsal has nothing to keep."""
    try:
        free = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    except OSError:
        free = False
    return MEMORY if free and not os.environ.get("TMPDIR") else None


def _place_fakes(runner: Runner, world: World) -> frozenset[str]:
    """Let each channel's fake answer at its hosts, by the limits that its real server told; the channels that have none."""
    unplayed = set()
    for channel in runner.calendar.channels.values():
        network = runner.composer.network(channel, runner.ledger.account(channel.name))
        if channel.by_hand or network.handoff or channel.network in NO_SERVER:
            continue
        if channel.network not in fakes():
            unplayed.add(channel.name)
            continue
        for host in network.hosts():
            fake = world.place(host, channel.network)
            if fake.name == channel.network:  # another network may have taken the host first
                fake.resemble(network)
    return frozenset(unplayed)


def _lay_aside(runner: Runner, unplayed: frozenset[str]) -> None:
    channels = {name: replace(channel, by_hand=True) if name in unplayed else channel for name, channel in runner.calendar.channels.items()}
    runner.calendar = replace(runner.calendar, channels=channels)
    runner.index.calendar = runner.calendar
    runner._composer = None
