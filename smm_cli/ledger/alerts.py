"""Who was told what: each thing once to each who hears of it, until it is mended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from smm_cli.ledger.db import Connection
from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.store import Ledger
from smm_cli.words.frozen import dataclass

AGAIN, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""When to try again to tell somebody who could not be reached: each time twice as long, up to the second."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing and one recipient: since when it is so, when to try next, when it was told (None: not yet)."""

    name: str
    recipient: str
    since: datetime
    next_at: datetime
    told_at: datetime | None


def tellings(ledger: Ledger) -> list[Telling]:
    """All that was told, or is to be, of what is not mended."""
    sql = "SELECT name, recipient, since, next_at, told_at FROM alert WHERE calendar = :calendar ORDER BY since, name, recipient"
    rows = ledger.db.read(sql, {"calendar": ledger.calendar})
    return [Telling(row["name"], row["recipient"], _sure(row["since"]), _sure(row["next_at"]), moment(row["told_at"])) for row in rows]


def keep(ledger: Ledger, names: Sequence[str], anew: Collection[str], recipients: Sequence[str], now: datetime) -> None:
    """What needs somebody now: `names`. What is mended is forgotten; what happened `anew` is told again."""
    known = tellings(ledger)
    gone = {one.name for one in known if one.name not in names or (one.name in anew and one.told_at is not None)}
    left = {(one.name, one.recipient) for one in known if one.name not in gone}
    since = {one.name: one.since for one in known if one.name not in gone}
    new = [(name, recipient) for name in names for recipient in recipients if (name, recipient) not in left]
    if not gone and not new:
        return

    def act(c: Connection) -> None:
        for name in sorted(gone):
            c.execute("DELETE FROM alert WHERE calendar = :calendar AND name = :name", {"calendar": ledger.calendar, "name": name})
        for name, recipient in new:
            c.execute(
                "INSERT INTO alert (calendar, name, recipient, since, next_at) VALUES (:calendar, :name, :recipient, :since, :at)"
                " ON CONFLICT (calendar, name, recipient) DO NOTHING",
                {
                    "calendar": ledger.calendar,
                    "name": name,
                    "recipient": recipient,
                    "since": ms(since.get(name, now)),
                    "at": ms(now),
                },
            )

    ledger.write(act)


def told(ledger: Ledger, recipient: str, names: Sequence[str], now: datetime) -> None:
    """`recipient` knows of them."""
    _each(ledger, recipient, names, "told_at = :at", now)


def not_reached(ledger: Ledger, recipient: str, names: Sequence[str], now: datetime) -> datetime:
    """`recipient` could not be told; when it is tried again."""
    params = {"calendar": ledger.calendar, "recipient": recipient}
    sql = "SELECT max(tries) AS tries FROM alert WHERE calendar = :calendar AND recipient = :recipient AND told_at IS NULL"
    tries = ledger.db.read(sql, params)[0]["tries"] or 0
    at = now + min(LONGEST, AGAIN * 2 ** min(tries, 10))
    _each(ledger, recipient, names, "tries = tries + 1, next_at = :at", at)
    return at


def _each(ledger: Ledger, recipient: str, names: Sequence[str], change: str, at: datetime) -> None:
    rows = [{"calendar": ledger.calendar, "recipient": recipient, "name": name, "at": ms(at)} for name in names]
    sql = f"UPDATE alert SET {change} WHERE calendar = :calendar AND name = :name AND recipient = :recipient"
    ledger.write(lambda c: c.executemany(sql, rows))


def _sure(milliseconds: int) -> datetime:
    found = moment(milliseconds)
    assert found is not None
    return found
