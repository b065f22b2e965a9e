"""What people decide about deliveries: hold, release, retry, cancel, resolve. Each is one transaction, each can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from smm_cli.errors import UsageError
from smm_cli.ledger.claims import ANEW
from smm_cli.ledger.corrections import earlier_changes
from smm_cli.ledger.engine import LOCKED, Connection
from smm_cli.ledger.journal import PUBLISH, close_intent, drop_from, forget_exchanges, part_receipt_from, part_receipt_text
from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.outcomes import keep_receipt
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import CANCELLED, PUBLISHED, SENDING, UNKNOWN, WAITING, Delivery, PartReceipt, Receipt

UNSURE = "(intent <> '' OR (public_at IS NOT NULL AND receipt = ''))"
"""Of a part: it was sent, and nobody knows what became of it, or as what it is public."""
PERHAPS_PUBLIC = (
    "EXISTS (SELECT 1 FROM part WHERE part.calendar = delivery.calendar AND part.delivery = delivery.name AND part.act = 'publish'"
    " AND part.intent <> '')"
)
"""Of a delivery: a part of it was sent without an answer."""


def hold(ledger: Ledger, deliveries: Iterable[Delivery]) -> list[str]:
    """Keep deliveries from going out until released; names of those it holds now (what is public or being sent is not)."""
    return _each(ledger, deliveries, "held = 1, released = 0", f"state NOT IN ('{PUBLISHED}', '{SENDING}', '{CANCELLED}')")


def release(ledger: Ledger, deliveries: Iterable[Delivery]) -> list[str]:
    """Let go whatever was held, cancelled or late. What is unknown needs `resolve` instead."""
    return _each(
        ledger,
        deliveries,
        "held = 0, released = 1, receipt = '', receipt_written = CASE WHEN state = 'cancelled' THEN 0 ELSE receipt_written END,"
        " state = CASE WHEN state IN ('cancelled', 'skipped', 'planned') THEN 'planned' ELSE state END",
        f"state NOT IN ('{PUBLISHED}', '{SENDING}', '{UNKNOWN}', '{WAITING}')",
    )


def retry(ledger: Ledger, deliveries: Iterable[Delivery]) -> list[str]:
    """Try failed or waiting-to-retry deliveries again at the next tick, lateness or not, with all their attempts anew.

    What no part of is public, and surely not, is composed anew from the post as it is then.
    """
    return _each(
        ledger,
        deliveries,
        f"state = 'retry', next_at = NULL, attempts = 0, released = 1, held = 0, slug = '{ANEW}'",
        "state IN ('failed', 'retry', 'planned', 'skipped')",
    )


def cancel(ledger: Ledger, deliveries: Iterable[Delivery], now: datetime) -> list[str]:
    """Never send these. A file says so, so that no other clone revives them; it names the parts that are public already.

    What was sent without an answer, so that it may be public, is not cancelled: that must be found out, or resolved, first.
    """
    done = []
    for delivery in deliveries:

        def act(c: Connection, delivery: Delivery = delivery) -> bool:
            _ensure(c, ledger, delivery)
            changed = c.execute(
                "UPDATE delivery SET state = 'cancelled', held = 0, released = 0 WHERE calendar = :calendar AND name = :name"
                f" AND state NOT IN ('published', 'sending', 'unknown', 'cancelled') AND NOT {PERHAPS_PUBLIC}",
                {"calendar": ledger.calendar, "name": delivery.name},
            )
            if changed.rowcount == 1:
                receipt = replace(_receipt(c, ledger, delivery, CANCELLED, now), parts=_public_parts(c, ledger, delivery))
                keep_receipt(c, ledger.calendar, receipt)
            return changed.rowcount == 1

        if ledger.write(act):
            done.append(delivery.name)
    return done


def resolve(ledger: Ledger, delivery: Delivery, url: str | None, now: datetime) -> None:
    """A person says how it ended: public at `url`, or surely not published (None: it is sent again at the next tick).

    Of a thread this is about the part that nobody could tell of; those after it are sent at the next tick.
    Raises UsageError where there is nothing to resolve.
    """

    def act(c: Connection) -> bool:
        _ensure(c, ledger, delivery)
        params = {"calendar": ledger.calendar, "name": delivery.name}
        row = c.execute(f"SELECT * FROM delivery WHERE calendar = :calendar AND name = :name{LOCKED}", params).fetchone()
        if row["state"] in (PUBLISHED, SENDING):
            return False
        if url is None:
            _not_published(c, ledger, delivery)
            return True
        unsure = _open_parts_public(c, ledger, delivery, url, now)
        parts = _public_parts(c, ledger, delivery) or (PartReceipt(id="", url=url, at=now),)
        if unsure and len(parts) < row["parts_total"]:
            _go_on(c, ledger, delivery, len(parts))
        else:
            receipt = replace(_receipt(c, ledger, delivery, PUBLISHED, now), parts=parts, note="said by a person")
            keep_receipt(c, ledger.calendar, receipt)
            c.execute(
                "UPDATE delivery SET state = 'published', published_at = :at, url = :url, next_at = NULL, note = '', slug = '',"
                " payload = '', held = 0 WHERE calendar = :calendar AND name = :name",
                {**params, "at": ms(now), "url": receipt.url},
            )
            forget_exchanges(c, ledger.calendar, delivery.name, PUBLISH)
        return True

    if not ledger.write(act):
        raise UsageError(f"{delivery.name} is published: there is nothing to resolve", hint=f"smm queue show {delivery.name}")


def _not_published(c: Connection, ledger: Ledger, delivery: Delivery) -> None:
    params = {"calendar": ledger.calendar, "name": delivery.name}
    unsure = f"SELECT part FROM part WHERE calendar = :calendar AND delivery = :name AND {UNSURE}"
    for row in c.execute(unsure, params).fetchall():
        key = ledger.journal.key(delivery.name, PUBLISH, row["part"])
        close_intent(c, key)
        drop_from(c, key, 0)
        c.execute(
            "UPDATE part SET public_at = NULL WHERE calendar = :calendar AND delivery = :name AND part = :part",
            {**params, "part": row["part"]},
        )
    c.execute(
        "UPDATE delivery SET state = 'retry', next_at = NULL, attempts = 0, released = 1, note = '', slug = '', receipt = '',"
        " receipt_written = 0 WHERE calendar = :calendar AND name = :name",
        params,
    )


def _open_parts_public(c: Connection, ledger: Ledger, delivery: Delivery, url: str, now: datetime) -> bool:
    """Whether there was a part of which nobody knew; it is public now."""
    receipt = part_receipt_text(PartReceipt(id=url.rstrip("/").rpartition("/")[2], url=url, at=now))
    done = c.execute(
        "UPDATE part SET intent = '', intent_at = NULL, public_at = coalesce(public_at, :at), receipt = :receipt, done = 1"
        f" WHERE calendar = :calendar AND delivery = :name AND {UNSURE}",
        {"calendar": ledger.calendar, "name": delivery.name, "at": ms(now), "receipt": receipt},
    )
    return done.rowcount > 0


def _public_parts(c: Connection, ledger: Ledger, delivery: Delivery) -> tuple[PartReceipt, ...]:
    """The receipts of the parts that are public."""
    rows = c.execute(
        "SELECT receipt, public_at FROM part WHERE calendar = :calendar AND delivery = :name AND act = :act AND public_at IS NOT NULL"
        " ORDER BY part",
        {"calendar": ledger.calendar, "name": delivery.name, "act": PUBLISH},
    ).fetchall()
    found = ((part_receipt_from(row["receipt"]) if row["receipt"] else PartReceipt(id=""), row["public_at"]) for row in rows)
    return tuple(replace(receipt, at=receipt.at or moment(at)) for receipt, at in found)


def _go_on(c: Connection, ledger: Ledger, delivery: Delivery, public: int) -> None:
    """The rest of a thread is sent at the next tick."""
    c.execute(
        "UPDATE delivery SET state = 'retry', next_at = NULL, attempts = 0, released = 1, held = 0, note = '', slug = '', receipt = '',"
        " receipt_written = 0, parts_public = :public WHERE calendar = :calendar AND name = :name",
        {"calendar": ledger.calendar, "name": delivery.name, "public": public},
    )


def _each(ledger: Ledger, deliveries: Iterable[Delivery], change: str, where: str) -> list[str]:
    wanted = list(deliveries)

    def act(c: Connection) -> list[str]:
        done = []
        for delivery in wanted:
            _ensure(c, ledger, delivery)
            changed = c.execute(
                f"UPDATE delivery SET {change} WHERE calendar = :calendar AND name = :name AND {where}",
                {"calendar": ledger.calendar, "name": delivery.name},
            )
            if changed.rowcount == 1:
                done.append(delivery.name)
        return done

    return ledger.write(act)


def _ensure(c: Connection, ledger: Ledger, delivery: Delivery) -> None:
    c.execute(
        "INSERT INTO delivery (calendar, name, post, channel, occurrence, state, due_at)"
        " VALUES (:calendar, :name, :post, :channel, :occurrence, 'planned', :due) ON CONFLICT (calendar, name) DO NOTHING",
        {
            "calendar": ledger.calendar,
            "name": delivery.name,
            "post": delivery.post,
            "channel": delivery.channel,
            "occurrence": delivery.occurrence,
            "due": ms(delivery.at or delivery.due),
        },
    )
    _free_dead(c, ledger, delivery)


def _free_dead(c: Connection, ledger: Ledger, delivery: Delivery) -> None:
    """What a process that died was sending is nobody's any more: people may decide about it."""
    params = {"calendar": ledger.calendar, "channel": delivery.channel, "name": delivery.name}
    wanted = f"SELECT owner, delivery, lease_until FROM channel WHERE calendar = :calendar AND name = :channel{LOCKED}"
    row = c.execute(wanted, params).fetchone()
    if row is None or row["delivery"] != delivery.name or not ledger.alive.holds(row["owner"], row["lease_until"]):
        c.execute("UPDATE delivery SET state = 'retry' WHERE calendar = :calendar AND name = :name AND state = 'sending'", params)


def _receipt(c: Connection, ledger: Ledger, delivery: Delivery, state: str, now: datetime) -> Receipt:
    return Receipt(
        delivery=delivery.name,
        post=delivery.post,
        channel=delivery.channel,
        network=delivery.network,
        occurrence=delivery.occurrence,
        state=state,
        at=now,
        account=delivery.handle,
        runner=ledger.runner,
        campaign=delivery.campaign,
        due=delivery.at or delivery.due,
        changes=earlier_changes(c, ledger.calendar, delivery.name),
    )
