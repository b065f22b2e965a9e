"""What a delivery will send, kept in a database that machines share: if this one dies half-way, another has the very same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smm_cli.delivery.sync import MOST
from smm_cli.errors import LedgerError
from smm_cli.ledger.snapshots import contents, freeze_files
from smm_cli.ledger.store import Ledger
from smm_cli.media.blobs import Blobs
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Blob


def keep_media(ledger: Ledger, blobs: Blobs, payload: Payload) -> None:
    """Keep the payload's files until the delivery is decided. What is larger than the database takes stays on this machine alone.

    Raises LedgerError: then nothing may be sent.
    """
    files = {blob.sha256: blob for blob in _blobs(payload) if blob.size <= MOST}
    if not files:
        return
    try:
        wanted = {sha256: (blob.size, blob.type) for sha256, blob in files.items()}
        freeze_files(ledger.db, ledger.calendar, payload.delivery, wanted, lambda sha256: blobs.read(files[sha256]))
    except OSError as error:
        raise LedgerError(f"a file to be sent cannot be read: {error}", hint="is the disk full?", slug="disk") from error


def bring_media(ledger: Ledger, blobs: Blobs, payload: Payload, folder: Path | None) -> None:
    """Lay the files of a payload that another machine froze into `blobs`, as far as the database has them, or `folder`: [ledger] files.

    Raises LedgerError.
    """
    missing = {blob.sha256: blob for blob in _blobs(payload) if not blobs.has(blob)}
    for sha256, blob in missing.items():
        found = contents(ledger.db, [sha256], folder).get(sha256)
        if found is not None:
            try:
                blobs.keep(found, blob.type)
            except OSError as error:
                raise LedgerError(f"a file cannot be kept: {error}", hint="is the disk full?", slug="disk") from error


def _blobs(payload: Payload) -> Iterator[Blob]:
    for part in payload.parts:
        for medium in part.media:
            yield from filter(None, (medium.blob, medium.thumbnail_blob))
