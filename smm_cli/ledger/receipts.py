"""Receipts as files: one per delivery, so that they merge. The durable record, readable by people and by any other runner.

receipts/<post id>/<channel>.toml, for a repeated post receipts/<post id>/<channel>/<occurrence>.toml. Format 1.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smm_cli.calendar.below import files_below
from smm_cli.errors import LedgerError
from smm_cli.ledger.durable import write_together
from smm_cli.words.delivery import (
    CANCELLED,
    FAILED,
    HELD,
    PLANNED,
    PUBLISHED,
    RETRY,
    SENDING,
    SKIPPED,
    UNKNOWN,
    WAITING,
    Change,
    PartReceipt,
    Receipt,
    delivery_name,
    is_name,
)

FORMAT = 1
OCCURRENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z:+-]{0,40}")
MOST_ATTEMPTS = 1_000_000
STATES = frozenset({PLANNED, HELD, SENDING, PUBLISHED, FAILED, UNKNOWN, CANCELLED, WAITING, SKIPPED, RETRY})


def receipt_path(receipt: Receipt) -> str:
    """Where a receipt stands below the receipts folder, posix."""
    return path_of(receipt.post, receipt.channel, receipt.occurrence)


def path_of(post: str, channel: str, occurrence: str) -> str:
    """Where the receipt of a delivery stands below the receipts folder, posix."""
    return f"{post}/{channel}/{occurrence}.toml" if occurrence else f"{post}/{channel}.toml"


def write_receipt(folder: Path, receipt: Receipt) -> Path:
    """Write one receipt. Raises OSError (a full disk, a link that leads elsewhere): the ledger writes it later."""
    return write_receipts(folder, [(receipt, receipt_text(receipt))])[0]


def write_receipts(folder: Path, receipts: Sequence[tuple[Receipt, str]]) -> list[Path]:
    """Write receipts and what they say as TOML, durable on return. Raises OSError: then none of them is written."""
    paths = [folder / receipt_path(receipt) for receipt, _ in receipts]
    inside = folder.parent.resolve() / folder.name
    for parent in {path.parent for path in paths}:
        if not parent.resolve().is_relative_to(inside):
            raise PermissionError(f"{parent} leads out of the calendar through a link")
        parent.mkdir(parents=True, exist_ok=True)
    write_together([(path, text.encode()) for path, (_, text) in zip(paths, receipts, strict=True)])
    return paths


def receipt_text(receipt: Receipt) -> str:
    """The receipt as TOML."""
    import tomli_w

    return tomli_w.dumps(_table(receipt))


def _table(receipt: Receipt) -> dict[str, Any]:
    table: dict[str, Any] = {"format": FORMAT, "state": receipt.state, "post": receipt.post, "channel": receipt.channel}
    optional: dict[str, Any] = {
        "occurrence": receipt.occurrence,
        "network": receipt.network,
        "account": receipt.account,
        "at": _second(receipt.at),
        "due": _second(receipt.due),
        "digest": receipt.digest,
        "runner": receipt.runner,
        "campaign": receipt.campaign,
        "author": receipt.author,
        "approved_by": list(receipt.approved_by),
        "cost": receipt.cost,
        "attempts": receipt.attempts,
        "next_at": _second(receipt.next_at),
        "note": receipt.note,
    }
    table |= {key: value for key, value in optional.items() if value}
    if receipt.parts:
        table["parts"] = [_part_table(part) for part in receipt.parts]
    if receipt.changes:
        table["changes"] = [{"what": c.what, "at": _second(c.at), **({"why": c.why} if c.why else {})} for c in receipt.changes]
    return table


def _part_table(part: PartReceipt) -> dict[str, Any]:
    table: dict[str, Any] = {"id": part.id, "url": part.url}
    if part.at:
        table["at"] = _second(part.at)
    if part.more:
        table["more"] = {key: value for key, value in part.more.items() if value is not None}
    return table


def _second(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(microsecond=0) if moment else None


def read_receipt(data: bytes, where: str) -> Receipt:
    """The receipt in `data`. Raises LedgerError naming `where`: an unreadable receipt stops, it is never passed over."""
    import tomllib  # most ticks read no receipt

    try:
        table = tomllib.loads(data.decode("utf-8"))
        if table.get("format") != FORMAT:
            raise ValueError(f"format {table.get('format')!r}, expected {FORMAT}")
        return _checked(_receipt(table))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise LedgerError(
            f"cannot be read as a receipt: {error}",
            where=where,
            hint="a merge conflict? mend the file, or take it from git: git checkout -- " + where,
            slug="receipt-unreadable",
        ) from error


def _receipt(table: dict[str, Any]) -> Receipt:
    post, channel, occurrence = str(table["post"]), str(table["channel"]), str(table.get("occurrence", ""))
    parts = tuple(PartReceipt(str(p["id"]), str(p.get("url", "")), p.get("more", {}), p.get("at")) for p in table.get("parts", ()))
    changes = tuple(Change(str(c["what"]), c["at"], str(c.get("why", ""))) for c in table.get("changes", ()))
    return Receipt(
        delivery=delivery_name(post, channel, occurrence),
        post=post,
        channel=channel,
        occurrence=occurrence,
        network=str(table.get("network", "")),
        state=str(table["state"]),
        at=table["at"],
        account=str(table.get("account", "")),
        digest=str(table.get("digest", "")),
        runner=str(table.get("runner", "")),
        campaign=str(table.get("campaign", "")),
        author=str(table.get("author", "")),
        approved_by=tuple(table.get("approved_by", ())),
        cost=str(table.get("cost", "")),
        parts=parts,
        attempts=int(table.get("attempts", 0)),
        next_at=table.get("next_at"),
        note=str(table.get("note", "")),
        due=table.get("due"),
        changes=changes,
    )


def _checked(receipt: Receipt) -> Receipt:
    """The receipt, if nothing in it can lead out of the folder or break what reads it: a merge may bring anything. Raises ValueError."""
    if not is_name(receipt.post) or not is_name(receipt.channel):
        raise ValueError("post and channel must be names, such as launch and blog")
    if receipt.occurrence and not OCCURRENCE.fullmatch(receipt.occurrence):
        raise ValueError("occurrence must be a time, such as 2026-11-24T0900")
    if receipt.state not in STATES:
        raise ValueError(f"there is no state {receipt.state!r}")
    if not 0 <= receipt.attempts <= MOST_ATTEMPTS or not all(isinstance(part.more, dict) for part in receipt.parts):
        raise ValueError("attempts must be a count, and more a table")
    optional = [receipt.next_at, receipt.due, *(part.at for part in receipt.parts)]
    for at in (receipt.at, *(change.at for change in receipt.changes), *(at for at in optional if at is not None)):
        if not isinstance(at, datetime) or at.tzinfo is None or not 1970 <= at.year < 9999:
            raise ValueError(f"{at!s:.40} is no time of day and zone, such as 2026-11-24T09:00:00Z")
    return receipt


def receipt_files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Each receipt file below `folder`: its posix path there, and its stat. A link is none: it may lead anywhere."""
    return ((path, stat) for path, stat in files_below(folder) if path.endswith(".toml"))


def read_receipts(folder: Path) -> list[Receipt]:
    """All receipts below `folder`, by path. Raises LedgerError at the first that cannot be read."""
    return [read_receipt((folder / path).read_bytes(), f"receipts/{path}") for path, _ in sorted(receipt_files(folder))]
