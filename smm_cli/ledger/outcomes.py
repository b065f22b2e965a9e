"""How an attempt ended, written down: published, to be tried again, refused, perhaps published. Writes take a connection."""

from __future__ import annotations

from datetime import datetime

from smm_cli.ledger.claims import Claim, give_back, holds
from smm_cli.ledger.engine import OFTEN, Connection, later
from smm_cli.ledger.journal import PUBLISH, forget_exchanges
from smm_cli.ledger.moments import ms
from smm_cli.ledger.receipts import read_receipt, receipt_text
from smm_cli.words.delivery import Receipt

RECEIPT = "receipt = :receipt, receipt_written = 0, digest = CASE WHEN :digest = '' THEN digest ELSE :digest END"
"""A receipt as columns: kept until its file is written."""


def keep_receipt(c: Connection, calendar: str, receipt: Receipt, text: str = "") -> None:
    """Keep a receipt in the ledger until its file is written; it stays there as what the file must say (`text`, if made already)."""
    later(
        c,
        f"{OFTEN}UPDATE delivery SET {RECEIPT} WHERE calendar = :calendar AND name = :name",
        {"calendar": calendar, "name": receipt.delivery, "receipt": text or receipt_text(receipt), "digest": receipt.digest},
    )


def published(c: Connection, claim: Claim, receipt: Receipt, parts: int, note: str = "", text: str = "") -> None:
    """Every part is public: the channel is free, the receipt (`text`, if made already) is kept, bodies and capabilities are forgotten."""
    later(
        c,
        f"{OFTEN}UPDATE delivery SET state = 'published', published_at = :at, url = :url, next_at = NULL, note = :note, slug = '',"
        f" payload = '', parts_public = :parts, parts_total = :parts, {RECEIPT} WHERE calendar = :calendar AND name = :name",
        {
            "calendar": claim.calendar,
            "name": claim.delivery,
            "at": ms(receipt.at),
            "url": receipt.url,
            "note": note,
            "parts": parts,
            "receipt": text or receipt_text(receipt),
            "digest": receipt.digest,
        },
    )
    forget_exchanges(c, claim.calendar, claim.delivery, PUBLISH)
    give_back(c, claim)


def ended(
    c: Connection,
    claim: Claim,
    state: str,
    *,
    next_at: datetime | None = None,
    counted: bool = False,
    slug: str = "",
    note: str = "",
    public: int = 0,
    total: int = 0,
) -> None:
    """The attempt ended without all parts being public: `state`, when next, whether it counts as one of five.

    Where another runner took the delivery over meanwhile, here or with a receipt that came in, what becomes of it is its to say.
    """
    if not holds(c, claim):
        return
    later(
        c,
        "UPDATE delivery SET state = :state, next_at = :next_at, attempts = attempts + :counted, note = :note, slug = :slug,"
        " parts_public = :public, parts_total = :total WHERE calendar = :calendar AND name = :name AND state = 'sending'",
        {
            "calendar": claim.calendar,
            "name": claim.delivery,
            "state": state,
            "next_at": ms(next_at),
            "counted": int(counted),
            "note": note,
            "slug": slug,
            "public": public,
            "total": total,
        },
    )
    give_back(c, claim)


def freeze(c: Connection, claim: Claim, payload: str) -> None:
    """From the first intent on the payload stays as it is, and lateness is no reason any more to stop half-way."""
    later(
        c,
        "UPDATE delivery SET payload = :payload, released = 1 WHERE calendar = :calendar AND name = :name",
        {"calendar": claim.calendar, "name": claim.delivery, "payload": payload},
    )


def thaw(c: Connection, claim: Claim) -> None:
    """As before `freeze`: nothing left under the intent that froze it."""
    later(
        c,
        "UPDATE delivery SET payload = '', released = :released WHERE calendar = :calendar AND name = :name",
        {"calendar": claim.calendar, "name": claim.delivery, "released": int(claim.released)},
    )


def log_attempt(c: Connection, claim: Claim, at: datetime, part: int, slug: str, note: str) -> None:
    """A line of the attempt log; `note` is already masked."""
    later(
        c,
        f"{OFTEN}INSERT INTO attempt (calendar, delivery, at, runner, part, slug, note)"
        " VALUES (:calendar, :name, :at, :runner, :part, :slug, :note)",
        {
            "calendar": claim.calendar,
            "name": claim.delivery,
            "at": ms(at),
            "runner": claim.runner,
            "part": part,
            "slug": slug,
            "note": note,
        },
    )


def receipt_in(c: Connection, calendar: str, name: str) -> Receipt | None:
    """The receipt that the ledger keeps of a delivery."""
    params = {"calendar": calendar, "name": name}
    row = c.execute("SELECT receipt FROM delivery WHERE calendar = :calendar AND name = :name", params).fetchone()
    return read_receipt(row["receipt"].encode(), name) if row and row["receipt"] else None
