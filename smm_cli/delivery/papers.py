"""Receipt files written beside the sending, so that no delivery waits for another's file; all are durable when the tick ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from smm_cli.errors import LedgerError
from smm_cli.ledger.intake import note_written, write_out
from smm_cli.ledger.receipts import write_receipts
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Receipt

GATHER = 0.25
"""Seconds in which receipts come together to share what the disk is asked for. The ledger has them meanwhile."""


class Papers:
    """Writes receipts in a thread, many at once, and notes in the ledger which of them stand as files."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._pending: list[tuple[Receipt, str]] = []
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, receipt: Receipt, text: str) -> None:
        """Write `receipt`, which says `text`, soon."""
        self._pending.append((receipt, text))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._pending:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), GATHER)
            batch, self._pending = self._pending, []
            try:
                paths = await asyncio.to_thread(write_receipts, self._folder, batch)
            except OSError:
                return  # `finish` tries again one by one, and says what is wrong
            written = [(receipt.delivery, path, text) for (receipt, text), path in zip(batch, paths, strict=True)]
            await self._ledger.commit(lambda c, written=written: note_written(c, self._ledger, self._folder, written))  # type: ignore[misc]

    async def finish(self) -> None:
        """Wait until all stand. Raises LedgerError where the disk refuses: the ledger remembers them."""
        self._ending.set()
        if self._task is not None:
            await self._task
        try:
            write_out(self._ledger, self._folder)
        except OSError as error:
            raise LedgerError(f"receipts cannot be written: {error}", slug="receipt-write") from error
