"""Receipt files written beside the sending, so that no delivery waits for another's file; all are durable when the tick ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smm_cli.errors import LedgerError
from smm_cli.ledger.intake import note_written, write_out
from smm_cli.ledger.receipts import receipt_text, write_receipt
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Receipt


class Papers:
    """Writes receipts in a thread, and notes in the ledger which of them stand as files."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._pending: list[Receipt] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, receipt: Receipt) -> None:
        """Write `receipt` soon."""
        self._pending.append(receipt)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            written = await asyncio.to_thread(self._write_batch, batch)
            await self._ledger.commit(lambda c, written=written: note_written(c, self._ledger, self._folder, written))  # type: ignore[misc]

    def _write_batch(self, batch: list[Receipt]) -> list[tuple[str, Path | None, str]]:
        written: list[tuple[str, Path | None, str]] = []
        for receipt in batch:
            try:
                written.append((receipt.delivery, write_receipt(self._folder, receipt), receipt_text(receipt)))
            except OSError:
                break  # `finish` tries the rest again and says what is wrong
        return written

    async def finish(self) -> None:
        """Wait until all stand. Raises LedgerError where the disk refuses: the ledger remembers them."""
        if self._task is not None:
            await self._task
        try:
            write_out(self._ledger, self._folder)
        except OSError as error:
            raise LedgerError(f"receipts cannot be written: {error}", slug="receipt-write") from error
