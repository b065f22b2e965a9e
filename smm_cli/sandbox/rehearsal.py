"""The rehearsal: the whole calendar published against the fakes, at the speed of the processor, by the calendar's own clock."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from smm_cli.clock import SetClock
from smm_cli.delivery.planning import plan_posts
from smm_cli.delivery.runner import Runner, open_scratch
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.tick import tick
from smm_cli.delivery.waits import known_waits
from smm_cli.plan.plan import SENDABLE
from smm_cli.sandbox.base import Posted
from smm_cli.sandbox.world import World, fakes
from smm_cli.words.channel import Channel

STEP = timedelta(seconds=1)
MOST_TICKS = 20_000
"""A rehearsal ends here even if the calendar never does."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One outcome of the rehearsal, and when it came about."""

    at: datetime
    channel: str
    outcome: Outcome


@dataclass
class Rehearsed:
    """What would appear where and when (`scenes`, by time), what the fakes show (`posted`), where the rehearsal stopped."""

    scenes: list[Scene] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    until: datetime | None = None


async def rehearse(
    runner: Runner, until: datetime, limit: int | None = None, progress: Callable[[datetime], None] = lambda _: None
) -> Rehearsed:
    """Publish everything due before `until`, `limit` deliveries at most, against fakes. Nothing of the calendar changes."""
    clock = SetClock(runner.clock.now())
    world = stage(runner, clock)
    found = Rehearsed(until=until)
    seen: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory(prefix="smm-rehearsal-") as folder,
        open_scratch(runner, Path(folder), clock, world.app_for) as scratch,
    ):
        for _ in range(MOST_TICKS):
            ticked = await tick(scratch)
            for outcome in ticked.outcomes:
                if seen.get(outcome.delivery) != outcome.state:
                    seen[outcome.delivery] = outcome.state
                    found.scenes.append(Scene(clock.now(), outcome.delivery.split("@")[1], outcome))
            if limit is not None and len(found.scenes) >= limit:
                del found.scenes[limit:]
                break
            coming = _next(scratch, clock.now())
            if coming is None or coming >= until:
                break
            clock.set(max(coming, clock.now() + STEP))
            progress(clock.now())
    found.posted = world.posted
    return found


def stage(runner: Runner, clock: SetClock) -> World:
    """All fakes that the calendar's channels need, each server at its own host."""
    world = World(clock)
    for channel in runner.calendar.channels.values():
        if channel.network in fakes() and not channel.by_hand:
            for host in hosts_of(runner, channel):
                world.place(host, channel.network)
    return world


def hosts_of(runner: Runner, channel: Channel) -> tuple[str, ...]:
    """The hosts that a channel speaks to, with their ports."""
    network = runner.composer.network(channel)
    return tuple(host for host in (urlsplit(h).netloc if "//" in h else h for h in network.hosts()) if host)


def _next(scratch: Runner, now: datetime) -> datetime | None:
    """When the next delivery is to be sent, or tried again."""
    posts = scratch.index.posts(scratch.source).posts
    plan = plan_posts(scratch.calendar, scratch.source, posts, scratch.history(), now, waits=known_waits(scratch))
    coming = [d.due for d in plan.deliveries if d.due is not None and d.due > now and d.state in SENDABLE]
    waking = [d.wake for d in plan.deliveries if d.wake is not None and d.wake > now]
    return min([*coming, *waking], default=None)
