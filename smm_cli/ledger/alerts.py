"""Who was told what: each thing once to each who hears of it, until it is mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

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


def forget(ledger: Ledger, names: Sequence[str]) -> None:
    """They are mended, or happened anew: whoever heard of them hears of them again if they come back."""
    rows = [{"calendar": ledger.calendar, "name": name} for name in names]
    if rows:
        ledger.write(lambda c: c.executemany("DELETE FROM alert WHERE calendar = :calendar AND name = :name", rows))


def add(ledger: Ledger, since: Mapping[str, datetime], recipients: Sequence[str], now: datetime) -> None:
    """Each of `recipients` is to hear of each of these, `since` when they are so."""
    rows = [
        {"calendar": ledger.calendar, "name": name, "recipient": recipient, "since": ms(at), "at": ms(now)}
        for name, at in since.items()
        for recipient in recipients
    ]
    sql = (
        "INSERT INTO alert (calendar, name, recipient, since, next_at) VALUES (:calendar, :name, :recipient, :since, :at)"
        " ON CONFLICT (calendar, name, recipient) DO NOTHING"
    )
    if rows:
        ledger.write(lambda c: c.executemany(sql, rows))


def told(ledger: Ledger, recipient: str, names: Sequence[str], now: datetime) -> None:
    """`recipient` knows of them."""
    _each(ledger, recipient, names, "told_at = :at", now)


def not_reached(ledger: Ledger, recipient: str, names: Sequence[str], now: datetime) -> datetime:
    """`recipient` could not be told; when it is tried again."""
    params = {"calendar": ledger.calendar, "recipient": recipient}
    sql = "SELECT max(tries) AS tries FROM alert WHERE calendar = :calendar AND recipient = :recipient AND told_at IS NULL"
    tries = int(ledger.db.read(sql, params)[0]["tries"] or 0)
    at = now + min(LONGEST, AGAIN * float(2 ** min(tries, 10)))
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
