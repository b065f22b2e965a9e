"""Playing one channel's conversations over the real transport, without ledger or journal."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SystemClock
from smm_cli.delivery.sending import ask
from smm_cli.delivery.transport import Transport
from smm_cli.networks.base import Facts
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Earlier, Wait
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media, Post


class Talk:
    """One channel at one server. `asked` lists its requests; `pages` are hosts ("127.0.0.1:port") that link cards may be fetched from."""

    def __init__(self, root: Path, kind, channel: Channel, pages: tuple[str, ...] = ()) -> None:
        calendar = Calendar(root=root, name="acme", channels={channel.name: channel})
        self.kind, self.channel, self.calendar = kind, channel, calendar
        self.transport = Transport(calendar, SystemClock(), allow_private=pages)
        self.network = kind(channel)
        self.asked: list[Request] = []

    async def play(self, conversation, earlier=None):
        """What the conversation returns. Raises what an answer means."""
        told, vault = None, {}
        while True:
            try:
                step = conversation.send(told)
            except StopIteration as end:
                return end.value
            told = None
            if isinstance(step, Request):
                self.asked.append(step)
                told = await ask(step, self.network, self.transport, vault, str(len(self.asked)))
            elif isinstance(step, Earlier):
                told = earlier
            elif isinstance(step, Wait):
                await asyncio.sleep(min(step.seconds, 0.2))

    def run(self, conversation, earlier=None):
        async def whole():
            try:
                return await self.play(conversation, earlier)
            finally:
                await self.transport.close()

        return asyncio.run(whole())

    def verify(self) -> Account:
        """Bind the network to the account that the server tells of."""
        account = self.run(self.network.verify())
        self.network = self.kind(self.channel, account)
        return account

    def composed(self, body: str, *, receipts=None, people=None, media=(), at=None, **fields):
        """A sealed payload of a post."""
        facts = Facts(
            "acme", f"launch@{self.channel.name}", at or datetime.now(UTC), receipts=receipts or {}, people=people or {}, language="en"
        )
        payload = self.network.compose(Post("launch", "posts/launch.md", body, media=tuple(media), **fields), facts)
        key = hashlib.sha256(f"{payload.at.isoformat()}{payload.parts!r}".encode()).hexdigest()
        return replace(payload, key=key)

    def publish(self, payload):
        """All parts in order; their receipts."""
        receipts = []
        for number in range(len(payload.parts)):
            receipts.append(self.run(self.network.publish(payload, number), receipts[-1] if receipts else None))
        return receipts

    def picture(self, content: bytes, type: str = "image/png", **fields) -> Media:
        blob = self.transport.blobs.keep(content, type)
        return Media("posts/picture", blob=blob, **fields)
