"""The journal: the exchanges of each part, its intent, its receipt. Writes take a connection, so that several share a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from smm_cli.ledger.engine import OFTEN, Connection, Engine, Row, later
from smm_cli.ledger.moments import moment, ms
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.post import Blob

if TYPE_CHECKING:
    from smm_cli.words.exchange import Answer

PUBLISH, EDIT, WITHDRAW = "publish", "edit", "withdraw"


@dataclass(frozen=True, slots=True)
class Key:
    """Which part's journal: calendar, delivery, act, part."""

    calendar: str
    delivery: str
    act: str
    part: int

    @property
    def params(self) -> dict[str, Any]:
        return {"calendar": self.calendar, "delivery": self.delivery, "act": self.act, "part": self.part}


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept exchange: the `n`-th request's fingerprint and its answer, good until `keeps_until`."""

    n: int
    fingerprint: str
    answer: Answer
    keeps_until: datetime | None


@dataclass
class PartState:
    """What is kept of one part. `intent` is the stored committing request (JSON), open while its outcome is not known."""

    entries: dict[int, Entry] = field(default_factory=dict)
    intent: str = ""
    intent_n: int = 0
    intent_at: datetime | None = None
    first_intent_at: datetime | None = None
    credential: str = ""
    public_at: datetime | None = None
    receipt: PartReceipt | None = None
    done: bool = False
    wait_step: int | None = None
    wait_until: datetime | None = None


WHERE = "calendar = :calendar AND delivery = :delivery AND act = :act AND part = :part"


class Journal:
    """Reads what is kept of a delivery, and writes it down, step by step."""

    def __init__(self, db: Engine, calendar: str) -> None:
        self._db = db
        self._calendar = calendar

    def load(self, delivery: str, act: str) -> dict[int, PartState]:
        """The state of each part that was ever touched."""
        params = {"calendar": self._calendar, "delivery": delivery, "act": act}
        parts: dict[int, PartState] = {}
        for row in self._db.read(
            "SELECT * FROM part WHERE calendar = :calendar AND delivery = :delivery AND act = :act ORDER BY part", params
        ):
            parts[row["part"]] = _part_state(row)
        for row in self._db.read(
            "SELECT * FROM exchange WHERE calendar = :calendar AND delivery = :delivery AND act = :act ORDER BY part, n", params
        ):
            entry = Entry(row["n"], row["fingerprint"], answer_from(row["answer"]), moment(row["keeps_until"]))
            parts.setdefault(row["part"], PartState()).entries[row["n"]] = entry
        return parts

    def key(self, delivery: str, act: str, part: int) -> Key:
        return Key(self._calendar, delivery, act, part)


def record_answer(c: Connection, key: Key, entry: Entry) -> None:
    """Keep an expected answer, so that it is never asked for again."""
    later(
        c,
        "INSERT INTO exchange (calendar, delivery, act, part, n, fingerprint, answer, keeps_until)"
        " VALUES (:calendar, :delivery, :act, :part, :n, :fingerprint, :answer, :keeps_until)"
        " ON CONFLICT (calendar, delivery, act, part, n) DO UPDATE SET fingerprint = excluded.fingerprint,"
        " answer = excluded.answer, keeps_until = excluded.keeps_until",
        {
            **key.params,
            "n": entry.n,
            "fingerprint": entry.fingerprint,
            "answer": answer_text(entry.answer),
            "keeps_until": ms(entry.keeps_until),
        },
    )


def drop_from(c: Connection, key: Key, n: int) -> None:
    """Forget the exchanges of a part from the `n`-th on, and its waits; never while an intent is open."""
    later(c, f"DELETE FROM exchange WHERE {WHERE} AND n >= :n", {**key.params, "n": n})
    later(c, f"UPDATE part SET wait_step = NULL, wait_until = NULL WHERE {WHERE}", key.params)


def open_intent(c: Connection, key: Key, n: int, request: str, at: datetime, credential: str) -> None:
    """The mark made, and made durable, before a request that publishes leaves."""
    later(
        c,
        "INSERT INTO part (calendar, delivery, act, part, intent, intent_n, intent_at, credential, first_intent_at)"
        " VALUES (:calendar, :delivery, :act, :part, :request, :n, :at, :credential, :at)"
        " ON CONFLICT (calendar, delivery, act, part) DO UPDATE SET intent = :request, intent_n = :n, intent_at = :at,"
        " credential = :credential, first_intent_at = coalesce(part.first_intent_at, :at)",
        {**key.params, "request": request, "n": n, "at": ms(at), "credential": credential},
    )


def close_intent(c: Connection, key: Key) -> None:
    """What was about to be sent is surely not public."""
    later(
        c,
        f"UPDATE part SET intent = '', intent_n = NULL, intent_at = NULL, first_intent_at = NULL, credential = '' WHERE {WHERE}",
        key.params,
    )


def publish_part(c: Connection, key: Key, at: datetime, receipt: PartReceipt | None, done: bool) -> None:
    """The part is public; its receipt as far as it is known; `done`: no finishing touch is left. The intent ends here."""
    later(
        c,
        "INSERT INTO part (calendar, delivery, act, part, public_at, receipt, done)"
        " VALUES (:calendar, :delivery, :act, :part, :at, :receipt, :done)"
        " ON CONFLICT (calendar, delivery, act, part) DO UPDATE SET public_at = coalesce(part.public_at, :at),"
        " receipt = CASE WHEN :receipt = '' THEN part.receipt ELSE :receipt END, done = :done, intent = '', intent_at = NULL",
        {**key.params, "at": ms(at), "receipt": part_receipt_text(receipt) if receipt else "", "done": int(done)},
    )


def record_wait(c: Connection, key: Key, step: int, until: datetime) -> None:
    """Remember that the conversation waits at its `step`-th step."""
    later(
        c,
        "INSERT INTO part (calendar, delivery, act, part, wait_step, wait_until) VALUES (:calendar, :delivery, :act, :part, :step, :until)"
        " ON CONFLICT (calendar, delivery, act, part) DO UPDATE SET wait_step = :step, wait_until = :until",
        {**key.params, "step": step, "until": ms(until)},
    )


def forget_exchanges(c: Connection, calendar: str, delivery: str, act: str) -> None:
    """A finished delivery keeps its receipt only: no bodies, no capabilities."""
    params = {"calendar": calendar, "delivery": delivery, "act": act}
    later(c, f"{OFTEN}DELETE FROM exchange WHERE calendar = :calendar AND delivery = :delivery AND act = :act", params)
    later(c, f"{OFTEN}DELETE FROM capability WHERE calendar = :calendar AND delivery = :delivery", params)


def answer_text(answer: Answer) -> str:
    """An answer as JSON."""
    body: Any = answer.body
    if isinstance(body, Blob):
        body = {"sha256": body.sha256, "size": body.size, "type": body.type}
        return json.dumps({"status": answer.status, "headers": dict(answer.headers), "blob": body})
    return json.dumps({"status": answer.status, "headers": dict(answer.headers), "body": body})


def answer_from(text: str) -> Answer:
    """The answer that `answer_text` wrote."""
    from smm_cli.words.exchange import Answer

    kept = json.loads(text)
    body = Blob(**kept["blob"]) if "blob" in kept else kept["body"]
    return Answer(kept["status"], kept["headers"], body)


def part_receipt_text(receipt: PartReceipt) -> str:
    return json.dumps({"id": receipt.id, "url": receipt.url, "more": dict(receipt.more), "at": ms(receipt.at)})


def part_receipt_from(text: str) -> PartReceipt:
    kept: Mapping[str, Any] = json.loads(text)
    return PartReceipt(kept["id"], kept["url"], kept["more"], moment(kept["at"]))


def _part_state(row: Row) -> PartState:
    return PartState(
        intent=row["intent"],
        intent_n=row["intent_n"] or 0,
        intent_at=moment(row["intent_at"]),
        first_intent_at=moment(row["first_intent_at"]),
        credential=row["credential"],
        public_at=moment(row["public_at"]),
        receipt=part_receipt_from(row["receipt"]) if row["receipt"] else None,
        done=bool(row["done"]),
        wait_step=row["wait_step"],
        wait_until=moment(row["wait_until"]),
    )
