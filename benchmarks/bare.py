"""The bare loop: the same requests over as many connections, each channel's in order, and nothing else. python bare.py FILE URL"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx2


async def main(recorded: str, url: str) -> None:
    channels: dict[str, list[dict[str, Any]]] = {}
    for post in json.loads(recorded):
        channels.setdefault(post["headers"]["authorization"], []).append(post)

    async with httpx2.AsyncClient(limits=httpx2.Limits(max_connections=200, max_keepalive_connections=100)) as client:

        async def one(posts: list[dict[str, Any]]) -> None:
            for post in posts:
                answer = await client.post(url + post["path"], headers=post["headers"], content=post["body"].encode())
                answer.raise_for_status()
                answer.json()

        await asyncio.gather(*map(one, channels.values()))


asyncio.run(main(Path(sys.argv[1]).read_text("utf-8"), sys.argv[2]))
