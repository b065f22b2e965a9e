"""What people decide about deliveries: hold, release, retry, cancel, resolve. Each is one transaction, each can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from smm_cli.errors import UsageError
from smm_cli.ledger.journal import PUBLISH, close_intent, drop_from, forget_exchanges, part_receipt_text
from smm_cli.ledger.moments import ms
from smm_cli.ledger.outcomes import keep_receipt
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import CANCELLED, PUBLISHED, SENDING, UNKNOWN, WAITING, Delivery, PartReceipt, Receipt


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
    """Try failed or waiting-to-retry deliveries again at the next tick, lateness or not, with all their attempts anew."""
    return _each(
        ledger,
        deliveries,
        "state = 'retry', next_at = NULL, attempts = 0, released = 1, held = 0",
        "state IN ('failed', 'retry', 'planned', 'skipped')",
    )


def cancel(ledger: Ledger, deliveries: Iterable[Delivery], now: datetime) -> list[str]:
    """Never send these. A file says so, so that no other clone revives them."""
    done = []
    for delivery in deliveries:

        def act(c: sqlite3.Connection, delivery: Delivery = delivery) -> bool:
            _ensure(c, ledger, delivery)
            changed = c.execute(
                "UPDATE delivery SET state = 'cancelled', held = 0, released = 0 WHERE calendar = :calendar AND name = :name"
                " AND state NOT IN ('published', 'sending', 'unknown', 'cancelled')",
                {"calendar": ledger.calendar, "name": delivery.name},
            )
            if changed.rowcount == 1:
                keep_receipt(c, ledger.calendar, _receipt(ledger, delivery, CANCELLED, now))
            return changed.rowcount == 1

        if ledger.write(act):
            done.append(delivery.name)
    return done


def resolve(ledger: Ledger, delivery: Delivery, url: str | None, now: datetime) -> None:
    """A person says how it ended: public at `url`, or surely not published (None: it is sent again at the next tick).

    Raises UsageError where there is nothing to resolve.
    """

    def act(c: sqlite3.Connection) -> bool:
        _ensure(c, ledger, delivery)
        params = {"calendar": ledger.calendar, "name": delivery.name}
        row = c.execute("SELECT * FROM delivery WHERE calendar = :calendar AND name = :name", params).fetchone()
        if row["state"] in (PUBLISHED, SENDING):
            return False
        if url is None:
            _not_published(c, ledger, delivery)
        else:
            receipt = _receipt(ledger, delivery, PUBLISHED, now)
            keep_receipt(c, ledger.calendar, replace(receipt, parts=(PartReceipt(id="", url=url, at=now),), note="said by a person"))
            _open_parts_public(c, ledger, delivery, url, now)
            c.execute(
                "UPDATE delivery SET state = 'published', published_at = :at, url = :url, next_at = NULL, note = '', slug = '',"
                " payload = '' WHERE calendar = :calendar AND name = :name",
                {**params, "at": ms(now), "url": url},
            )
            forget_exchanges(c, ledger.calendar, delivery.name, PUBLISH)
        return True

    if not ledger.write(act):
        raise UsageError(f"{delivery.name} is published: there is nothing to resolve", hint=f"smm queue show {delivery.name}")


def _not_published(c: sqlite3.Connection, ledger: Ledger, delivery: Delivery) -> None:
    params = {"calendar": ledger.calendar, "name": delivery.name}
    for row in c.execute("SELECT part FROM part WHERE calendar = :calendar AND delivery = :name AND intent <> ''", params).fetchall():
        key = ledger.journal.key(delivery.name, PUBLISH, row["part"])
        close_intent(c, key)
        drop_from(c, key, 0)
    c.execute(
        "UPDATE delivery SET state = 'retry', next_at = NULL, attempts = 0, released = 1, note = '', slug = '', receipt = '',"
        " receipt_written = 0 WHERE calendar = :calendar AND name = :name",
        params,
    )


def _open_parts_public(c: sqlite3.Connection, ledger: Ledger, delivery: Delivery, url: str, now: datetime) -> None:
    receipt = part_receipt_text(PartReceipt(id="", url=url, at=now))
    c.execute(
        "UPDATE part SET intent = '', intent_at = NULL, public_at = :at, receipt = :receipt, done = 1"
        " WHERE calendar = :calendar AND delivery = :name AND intent <> ''",
        {"calendar": ledger.calendar, "name": delivery.name, "at": ms(now), "receipt": receipt},
    )


def _each(ledger: Ledger, deliveries: Iterable[Delivery], change: str, where: str) -> list[str]:
    wanted = list(deliveries)

    def act(c: sqlite3.Connection) -> list[str]:
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


def _ensure(c: sqlite3.Connection, ledger: Ledger, delivery: Delivery) -> None:
    c.execute(
        "INSERT INTO delivery (calendar, name, post, channel, occurrence, state, due_at)"
        " VALUES (:calendar, :name, :post, :channel, :occurrence, 'planned', :due) ON CONFLICT DO NOTHING",
        {
            "calendar": ledger.calendar,
            "name": delivery.name,
            "post": delivery.post,
            "channel": delivery.channel,
            "occurrence": delivery.occurrence,
            "due": ms(delivery.at or delivery.due),
        },
    )


def _receipt(ledger: Ledger, delivery: Delivery, state: str, now: datetime) -> Receipt:
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
    )
