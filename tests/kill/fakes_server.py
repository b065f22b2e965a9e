"""Fakes on loopback in a process of their own, which outlives every runner: `python fakes_server.py CLOCK PORT…=NETWORK… [--faults SEED]`.

CLOCK is a file that holds how many seconds the clock is ahead. GET /_posted tells what was posted. Each answer takes 70 ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.world import load_fake

SECRETS = {"mastodon": "ELEPHANT", "bluesky": "BLUE", "webhook": "HOOK"}
"""What a server was told, by its network; it cannot know what others were."""
KINDS = ("silence_after", "silence_before", "status", "done", "half", "rate_limit")


class AheadClock:
    """The time, so many seconds ahead as a file says."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text() or 0))

    def elapsed(self):
        return asyncio.get_event_loop().time()

    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.05))


def faults(seed, network):
    chance = random.Random(seed)
    found = []
    for _ in range(10):
        kind = chance.choice(KINDS)
        fault = Fault("status" if kind == "done" else kind, commits=True, skip=chance.randrange(1, 8), seconds=1.0)
        fault.body = {"error": f"what is {os.environ.get(SECRETS.get(network, ''), '')}?"}  # it repeats what it was told
        fault.status, fault.done = chance.choice((500, 502, 503)), kind == "done"
        found.append(fault)
    found.append(Fault("status", method="POST", path="media|upload", status=503, skip=2, times=2))
    return found


def told(fake):
    async def app(scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/_posted":
            kept = [{"text": p.text, "id": p.id, "reply_to": p.reply_to, "media": p.media, "account": p.account} for p in fake.public]
            content = json.dumps(kept).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
            await send({"type": "http.response.body", "body": content})
            return
        if scope["type"] == "http":
            await asyncio.sleep(float(os.environ.get("FAKES_PAUSE", "0.07")))
        await fake(scope, receive, send)

    return app


async def main(clock_file, places, seed):
    clock, servers = AheadClock(Path(clock_file)), []
    for n, place in enumerate(places):
        port, _, network = place.partition("=")
        fake = load_fake(network)(clock)
        fake.faults += faults(f"{seed}.{n}", network) if seed is not None else []
        config = uvicorn.Config(told(fake), host="127.0.0.1", port=int(port), log_level="critical", lifespan="off", ws="none")
        servers.append(uvicorn.Server(config).serve())
    await asyncio.gather(*servers)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    seed = None
    if "--faults" in arguments:
        at = arguments.index("--faults")
        seed = arguments[at + 1]
        del arguments[at : at + 2]
    asyncio.run(main(arguments[0], arguments[1:], seed))
