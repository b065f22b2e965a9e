"""Corrections of what is public, written down: which content is on its way, how far it came, and what is to be sent anew."""

from __future__ import annotations

from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import EDIT, PUBLISH, Key, forget_exchanges, record_answer
from smm_cli.ledger.journal import Entry as Kept
from smm_cli.ledger.outcomes import keep_receipt
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Receipt
from smm_cli.words.exchange import Answer

MARK = -1
"""The number of the entry, of the first part, that names the content which is on its way."""
ENDED = 1
"""The status of that entry where all of it is done: so that the same words, said again after a crash, are known."""
WHOLE = "WHERE calendar = :calendar AND delivery = :delivery AND act = :act"


def on_its_way(ledger: Ledger, delivery: str, act: str) -> tuple[str, str] | None:
    """What was begun of an act and not ended: the digest and the text that were noted. None: nothing."""
    mark = _mark(ledger, delivery, act)
    return (mark.fingerprint, str(mark.answer.body or "")) if mark and mark.answer.status != ENDED else None


def ended_with(ledger: Ledger, delivery: str, act: str) -> str:
    """The digest of what an act ended with last, where that is kept; else empty."""
    mark = _mark(ledger, delivery, act)
    return mark.fingerprint if mark and mark.answer.status == ENDED else ""


def _mark(ledger: Ledger, delivery: str, act: str) -> Kept | None:
    part = ledger.journal.load(delivery, act).get(0)
    return part.entries.get(MARK) if part else None


def begin(c: Connection, key: Key, content: str, text: str = "") -> bool:
    """Note that `content` (a digest, beside its `text`) is on its way; what is kept of another one is forgotten.

    False: of another one it is not known whether it arrived. Then nothing changes here: that must be found out first.
    """
    found = c.execute(f"SELECT fingerprint FROM exchange {WHOLE} AND part = 0 AND n = :n", {**key.params, "n": MARK}).fetchone()
    if found is not None and found["fingerprint"] == content:
        return True
    if c.execute(f"SELECT 1 FROM part {WHOLE} AND intent <> ''", {k: v for k, v in key.params.items() if k != "part"}).fetchone():
        return False
    forget(c, key.calendar, key.delivery, key.act)
    record_answer(c, key, Kept(MARK, content, Answer(0, {}, text), None))
    return True


def finish(c: Connection, calendar: str, receipt: Receipt, *, whole: bool) -> None:
    """Keep what a correction came to; when it is `whole`, nothing else of it stays."""
    keep_receipt(c, calendar, receipt)
    if whole:
        forget(c, calendar, receipt.delivery, EDIT)


def end(c: Connection, key: Key, receipt: Receipt, content: str) -> None:
    """Keep what a reply came to, and that it said `content` (a digest)."""
    keep_receipt(c, key.calendar, receipt)
    forget(c, key.calendar, key.delivery, key.act)
    record_answer(c, key, Kept(MARK, content, Answer(ENDED), None))


def forget(c: Connection, calendar: str, delivery: str, act: str) -> None:
    """Nothing stays of an act: no exchange, no part."""
    forget_exchanges(c, calendar, delivery, act)
    c.execute(f"DELETE FROM part {WHOLE}", {"calendar": calendar, "delivery": delivery, "act": act})


def send_anew(c: Connection, calendar: str, delivery: str) -> None:
    """What was taken down is to be sent again, whatever the hour, as its file has it then. Its old receipt goes."""
    for act in (PUBLISH, EDIT):
        forget(c, calendar, delivery, act)
    c.execute(
        "UPDATE delivery SET state = 'retry', next_at = NULL, published_at = NULL, url = '', attempts = 0, released = 1, held = 0,"
        " note = '', slug = '', payload = '', parts_public = 0, receipt = '', receipt_written = 0"
        " WHERE calendar = :calendar AND name = :name",
        {"calendar": calendar, "name": delivery},
    )
