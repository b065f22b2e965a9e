"""Addresses that hubs and search engines are to be told of: kept until they were told, or nobody needs to hear it any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.store import Ledger

LONGEST = timedelta(hours=48)
"""What could not be told within this time is dropped: crawlers have been there by themselves."""
AGAIN = timedelta(minutes=10)


def announce_later(ledger: Ledger, channel: str, urls: Sequence[str], now: datetime) -> None:
    """Keep `urls` to be told of."""
    rows = [{"calendar": ledger.calendar, "channel": channel, "url": url, "at": ms(now)} for url in urls]
    ledger.write(
        lambda c: c.executemany(
            "INSERT INTO announcement (calendar, channel, url, since, next_at) VALUES (:calendar, :channel, :url, :at, :at)"
            " ON CONFLICT (calendar, channel, url) DO UPDATE SET since = excluded.since, next_at = excluded.next_at",
            rows,
        )
    )


def to_announce(ledger: Ledger, now: datetime) -> dict[str, list[str]]:
    """What is to be told now, by channel."""
    rows = ledger.db.read(
        "SELECT channel, url FROM announcement WHERE calendar = :calendar AND next_at <= :now ORDER BY channel, since, url",
        {"calendar": ledger.calendar, "now": ms(now)},
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["channel"], []).append(row["url"])
    return found


def next_announcement(ledger: Ledger) -> datetime | None:
    """When something is to be told next."""
    rows = ledger.db.read("SELECT min(next_at) AS at FROM announcement WHERE calendar = :calendar", {"calendar": ledger.calendar})
    return moment(rows[0]["at"])


def announced(ledger: Ledger, channel: str, urls: Sequence[str]) -> None:
    """They were told."""
    rows = [{"calendar": ledger.calendar, "channel": channel, "url": url} for url in urls]
    ledger.write(lambda c: c.executemany("DELETE FROM announcement WHERE calendar = :calendar AND channel = :channel AND url = :url", rows))


def announce_again(ledger: Ledger, channel: str, now: datetime) -> None:
    """It did not work: later, unless that has gone on for long."""
    params = {"calendar": ledger.calendar, "channel": channel, "at": ms(now + AGAIN), "old": ms(now - LONGEST), "now": ms(now)}
    ledger.write(
        lambda c: (
            c.execute("DELETE FROM announcement WHERE calendar = :calendar AND channel = :channel AND since < :old", params),
            c.execute(
                "UPDATE announcement SET next_at = :at WHERE calendar = :calendar AND channel = :channel AND next_at <= :now", params
            ),
        )
    )
