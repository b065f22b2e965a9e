"""When nobody looked at a calendar, as far as it still matters: known to all that share the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.store import Ledger
from smm_cli.words.outage import Outage

KEPT = timedelta(days=366)
"""How long after its end an outage is remembered: what it held may wait that long for a person."""


def outages(ledger: Ledger) -> list[Outage]:
    """All that are remembered, the last one last."""
    rows = ledger.db.read("SELECT since, until FROM outage WHERE calendar = :calendar ORDER BY until", {"calendar": ledger.calendar})
    return [Outage(_sure(row["since"]), _sure(row["until"])) for row in rows]


def remember(ledger: Ledger, outage: Outage) -> None:
    """Remember it; of two runners that find out in the same moment the first is right."""
    params = {"calendar": ledger.calendar, "since": ms(outage.since), "until": ms(outage.until), "old": ms(outage.until - KEPT)}
    ledger.write(
        lambda c: (
            c.execute("DELETE FROM outage WHERE calendar = :calendar AND until < :old", params),
            c.execute(
                "INSERT INTO outage (calendar, since, until) VALUES (:calendar, :since, :until) ON CONFLICT (calendar, since) DO NOTHING",
                params,
            ),
        )
    )


def _sure(milliseconds: int) -> datetime:
    found = moment(milliseconds)
    assert found is not None
    return found
