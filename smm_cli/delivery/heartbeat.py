"""While a conversation runs, its claim is kept alive: on a ledger that machines share nobody else could tell that this one lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from smm_cli.clock import Clock
from smm_cli.errors import LedgerError
from smm_cli.ledger.claims import Claim, beat
from smm_cli.ledger.store import Ledger


@asynccontextmanager
async def alive(ledger: Ledger, claim: Claim, clock: Clock) -> AsyncIterator[None]:
    """Extend `claim` now and then until the block ends. A claim that is lost stays lost: who sends finds out before it commits."""
    if ledger.db.beat is None:
        yield
        return
    beating = asyncio.create_task(_beat(ledger, claim, clock, ledger.db.beat))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(ledger: Ledger, claim: Claim, clock: Clock, seconds: float) -> None:
    held = True
    while held:
        await clock.sleep(seconds)
        with suppress(LedgerError):  # the database is away for a moment: the conversation will find out what that means
            held = await ledger.commit(lambda c: beat(c, claim, clock.now()))
