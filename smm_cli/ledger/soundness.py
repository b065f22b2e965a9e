"""What does not hold together in a ledger, though its file is whole: told, never mended here."""

from __future__ import annotations

from datetime import datetime

from smm_cli.ledger.moments import ms
from smm_cli.ledger.store import Ledger
from smm_cli.words.frozen import dataclass

ORPHANS = (
    "SELECT DISTINCT {table}.delivery AS name FROM {table} LEFT JOIN delivery ON delivery.calendar = {table}.calendar"
    " AND delivery.name = {table}.delivery WHERE {table}.calendar = :calendar AND delivery.name IS NULL ORDER BY {table}.delivery"
)


@dataclass(frozen=True, slots=True)
class Oddities:
    """Names of deliveries, each for one thing that is wrong; `others` are calendars that this file knows too, with how much of them."""

    lost_intents: tuple[str, ...] = ()
    """Something was sent and its answer never heard, and no row says which delivery it was."""
    orphans: tuple[str, ...] = ()
    """Parts or exchanges of deliveries that there are not."""
    left: tuple[str, ...] = ()
    """Being sent, by nobody alive."""
    others: tuple[tuple[str, int], ...] = ()


def oddities(ledger: Ledger, now: datetime) -> Oddities:
    """All that is odd in `ledger` at `now`. Raises LedgerError where it cannot be read."""

    def names(query: str) -> tuple[str, ...]:
        return tuple(row["name"] for row in ledger.db.read(query, {"calendar": ledger.calendar}))

    orphans = {name for table in ("part", "exchange", "capability") for name in names(ORPHANS.format(table=table))}
    lost = set(names(ORPHANS.format(table="part").replace(" ORDER BY", " AND part.intent <> '' ORDER BY")))
    return Oddities(
        lost_intents=tuple(sorted(lost)),
        orphans=tuple(sorted(orphans - lost)),
        left=_left(ledger, now),
        others=tuple(
            (row["calendar"], row["many"])
            for row in ledger.db.read("SELECT calendar, count(*) AS many FROM delivery GROUP BY calendar ORDER BY calendar")
            if row["calendar"] != ledger.calendar
        ),
    )


def _left(ledger: Ledger, now: datetime) -> tuple[str, ...]:
    """Deliveries that a claim names whose runner is dead and whose lease is over: the next tick goes on with them."""
    rows = ledger.db.read(
        "SELECT channel.delivery AS name, channel.owner AS owner, channel.lease_until AS lease_until FROM channel"
        " JOIN delivery ON delivery.calendar = channel.calendar AND delivery.name = channel.delivery"
        " WHERE channel.calendar = :calendar AND channel.owner <> '' AND delivery.state = 'sending' AND channel.lease_until < :now"
        " ORDER BY channel.delivery",
        {"calendar": ledger.calendar, "now": ms(now)},
    )
    return tuple(row["name"] for row in rows if not ledger.alive.holds(row["owner"], row["lease_until"]))
