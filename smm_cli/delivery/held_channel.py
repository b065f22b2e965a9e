"""A channel held for something else than publishing: nothing else is sent on it meanwhile, by any runner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from smm_cli.calendar.source import Commit
from smm_cli.delivery.heartbeat import alive
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import receipts_of
from smm_cli.errors import Retriable
from smm_cli.ledger.claims import Claim, Gate, give_back, hold_channel
from smm_cli.ledger.progress import know_credential, slow_hash
from smm_cli.networks.base import Network
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PUBLISHED, Delivery, Receipt
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post


@dataclass(frozen=True)
class Held:
    """A channel of this runner until it lets go."""

    runner: Runner
    network: Network
    claim: Claim
    credential: str


@asynccontextmanager
async def held_channel(runner: Runner, receipt: Receipt, channel: Channel, network: Network, post: Post) -> AsyncIterator[Held]:
    """Hold `channel` for the delivery of `receipt`, here and at a shared remote. Raises Retriable where another runner has it."""
    ledger, shared = runner.ledger, runner.shared
    credential = await runner.transport.credential(network)
    name, owner = receipt.delivery, ledger.alive.owner
    if shared is not None:
        await shared.look()
        published = shared.remote.seen.get(shared.remote.published)
        if isinstance(runner.source, Commit) and shared.why is None and published != runner.source.commit:
            raise Retriable("the calendar changed at the remote a moment ago", hint="say it again", slug="changed")
        wanted = Delivery(receipt.post, channel.name, channel.network, receipt.occurrence, receipt.due, receipt.due, PUBLISHED)
        _refuse(await shared.claim(wanted, post.text_digest))
    try:
        now = runner.clock.now()
        found = await ledger.commit(
            lambda c: hold_channel(c, ledger.calendar, channel.name, name, owner, now, credential, ledger.alive.is_alive)
        )
        if isinstance(found, Gate):
            raise Retriable(found.why, hint="try again in a minute", slug=found.reason)
        if shared is not None:
            know_credential(ledger, name, credential, await asyncio.to_thread(slow_hash, credential, channel.name))
        try:
            if receipt not in receipts_of(runner, receipt.post):
                raise Retriable("it was changed a moment ago, from elsewhere", hint="say it again", slug="changed")
            async with alive(ledger, found, runner.clock):
                yield Held(runner, network, found, credential)
        finally:
            await ledger.commit(lambda c: give_back(c, found))
    finally:
        if shared is not None:
            await shared.free(channel.name)


def _refuse(gate: Gate | None) -> None:
    if gate is not None:
        raise Retriable(gate.why, hint="try again in a minute", slug=gate.reason)
