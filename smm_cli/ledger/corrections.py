"""Corrections of what is public, written down: which content is on its way, how far it came, and what is to be sent anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import EDIT, PUBLISH, Key, answer_from, forget_exchanges, record_answer
from smm_cli.ledger.journal import Entry as Kept
from smm_cli.ledger.outcomes import keep_receipt
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Change, Receipt
from smm_cli.words.exchange import Answer

REPLY, REPLACE = "reply", "replace"
"""Acts in the journal, beside those of publishing."""
ANSWERED, REPLACED = "answered", "replaced"
"""What a receipt's `[[changes]]` say; `why` is the reply's address, or the one that was replaced."""
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


def begin_replacing(c: Connection, calendar: str, receipt: Receipt) -> None:
    """Note, before anything of it is taken down, that `receipt` is to be replaced: whoever goes on must know."""
    key = Key(calendar, receipt.delivery, REPLACE, 0)
    record_answer(c, key, Kept(MARK, str(_replaced(receipt) + 1), Answer(0, {}, _said(receipt.changes)), None))


def send_anew(c: Connection, calendar: str, receipt: Receipt, at: datetime) -> None:
    """What was taken down is to be sent again, whatever the hour, as its file has it then. Its old receipt goes; its changes stay."""
    changes = (*receipt.changes, Change(REPLACED, at, receipt.url))
    put_back(c, calendar, receipt.delivery, files=True)
    for act in (EDIT, REPLY):
        forget(c, calendar, receipt.delivery, act)
    key = Key(calendar, receipt.delivery, REPLACE, 0)
    record_answer(c, key, Kept(MARK, str(_replaced(receipt) + 1), Answer(ENDED, {}, _said(changes)), None))


def put_back(c: Connection, calendar: str, delivery: str, *, files: bool) -> None:
    """A published delivery is one to be sent again. `files`: its receipt's file is still to be taken away."""
    forget(c, calendar, delivery, PUBLISH)
    c.execute(
        "UPDATE delivery SET state = 'retry', next_at = NULL, published_at = NULL, url = '', attempts = 0, released = 1, held = 0,"
        " note = '', slug = '', payload = '', parts_public = 0, receipt = '', receipt_written = :written"
        " WHERE calendar = :calendar AND name = :name",
        {"calendar": calendar, "name": delivery, "written": int(not files)},
    )


def earlier_changes(c: Connection, calendar: str, delivery: str) -> tuple[Change, ...]:
    """What was done to what a delivery replaces; nothing where it replaces nothing."""
    params = {"calendar": calendar, "delivery": delivery, "act": REPLACE, "n": MARK}
    row = c.execute(f"SELECT answer FROM exchange {WHOLE} AND part = 0 AND n = :n", params).fetchone()
    answer = answer_from(row["answer"]) if row else None
    if answer is None or answer.status != ENDED:
        return ()
    return tuple(Change(what, datetime.fromisoformat(at), why) for what, at, why in json.loads(str(answer.body)))


def _replaced(receipt: Receipt) -> int:
    """How often it was replaced before."""
    return sum(change.what == REPLACED for change in receipt.changes)


def _said(changes: Sequence[Change]) -> str:
    return json.dumps([[change.what, change.at.isoformat(), change.why] for change in changes])


def unfinished(ledger: Ledger) -> dict[str, str]:
    """Deliveries with a correction that was begun and not ended, and its act."""
    rows = ledger.db.read(
        "SELECT delivery, act, answer FROM exchange WHERE calendar = :calendar AND part = 0 AND n = :n ORDER BY delivery, act",
        {"calendar": ledger.calendar, "n": MARK},
    )
    return {row["delivery"]: row["act"] for row in rows if answer_from(row["answer"]).status != ENDED}


def resolve_reply(ledger: Ledger, receipt: Receipt, url: str | None, now: datetime) -> None:
    """A person says what became of a reply that was begun: public at `url`, or surely not (None): then it may be said again."""
    key, begun = ledger.journal.key(receipt.delivery, REPLY, 0), on_its_way(ledger, receipt.delivery, REPLY)
    after = replace(receipt, changes=(*receipt.changes, Change(ANSWERED, now, url or "")))

    def act(c: Connection) -> None:
        if url is None:
            forget(c, key.calendar, key.delivery, REPLY)
        else:
            end(c, key, after, begun[0] if begun else "")

    ledger.write(act)
