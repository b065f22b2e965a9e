"""The heartbeat of a runner that shares a git remote: it tells of ticks that could ask it, and of no other."""

from __future__ import annotations

import asyncio

from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from tests.delivery.conftest import Loopback, Says


def test_a_tick_that_cannot_ask_the_remote_does_not_beat(team, monkeypatch):
    team.channel("one")
    config = team.author / "channels.toml"
    config.write_text(config.read_text() + '\n[alerts]\nheartbeat = "env:BEAT_URL"\n')
    team.push()
    machine, beats = team.clone("machine"), []
    away = team.folder / "away.git"

    async def course():
        async with Loopback(lambda seen: beats.append(seen.path) or Says(200, {})) as server:
            monkeypatch.setenv("BEAT_URL", f"{server.url}/beat")
            told = []
            for step in (None, (team.remote, away), (away, team.remote)):
                if step:
                    step[0].rename(step[1])
                with open_runner(machine.root, team.clock) as runner:
                    await tick(runner)
                told.append(len(beats))
                team.later(hours=1)
            return told

    assert asyncio.run(course()) == [1, 1, 2]
