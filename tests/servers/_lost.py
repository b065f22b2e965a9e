"""The whole way from a file to a server, where the answer to the request that publishes is lost, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smm_cli.clock import SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from smm_cli.delivery.transport import Silence, Transport
from smm_cli.ledger.receipts import read_receipts

HEAD = '[calendar]\nname = "acme"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n\n[channels.it]\n'


class Later(SystemClock):
    """The machine's clock, some time on."""

    def __init__(self, by: timedelta) -> None:
        super().__init__()
        self.by = by

    def now(self) -> datetime:
        return super().now() + self.by


class Losing(Transport):
    """Carries everything, and loses the first answer to a request that publishes."""

    lost = 0

    async def send(self, network, request, vault, prefix):
        answer = await super().send(network, request, vault, prefix)
        if request.commits and not self.lost:
            self.lost += 1
            raise Silence("the answer was lost", reached=True)
        return answer


class Lost:
    """A calendar with one channel and one post. `states`: of its delivery after each tick; `receipt`: what is known at last."""

    def __init__(self, root: Path, channel: str, title: str, png: bytes) -> None:
        self.root = root
        self.states: list[str] = []
        (root / "posts").mkdir(parents=True)
        (root / "channels.toml").write_text(f"{HEAD}{channel}\n", "utf-8")
        yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        front = f"id: launch\ntitle: {title}\nstatus: ready\nchannels: [it]\npublish_at: {yesterday} 09:00\ntags: [one, two words]\n"
        media = "media:\n  - path: dots.png\n    alt: two dots\n"
        (root / "posts/launch.md").write_text(f"---\n{front}{media}---\n\nThe *text*.\n", "utf-8")
        (root / "posts/dots.png").write_bytes(png)

    def publish(self) -> Lost:
        """One tick that loses the answer, one ten minutes later, one after a day."""
        for clock, kind in ((SystemClock(), Losing), (Later(timedelta(minutes=10)), Transport), (Later(timedelta(days=1)), Transport)):
            self.states += [outcome.state for outcome in self._tick(clock, kind)]
        return self

    def _tick(self, clock, kind):
        async def one(runner):
            try:
                return (await tick(runner)).outcomes
            finally:
                await runner.end()

        with open_runner(self.root, clock) as runner:
            runner._transport = kind(runner.calendar, clock)
            return asyncio.run(one(runner))

    @property
    def receipt(self):
        (found,) = read_receipts(self.root / "receipts")
        return found
