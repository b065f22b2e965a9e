"""Which delivery a worker takes next: one statement, whatever is planned, on however many channels. PostgreSQL only.

A lane is a channel as workers see it: `look_at` says when to look at it next (its first planned delivery, a lease's end, a rate limit's
end; kept by triggers). A claim locks lane and channel, so that nobody waits for anybody, and checks in the same statement that the
delivery may be sent at all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from smm_cli.ledger.claims import ANEW, NOT_SENT, Claim, give_back, holds, lease_of
from smm_cli.ledger.engine import OFTEN, Connection, Engine, Row, now_of
from smm_cli.ledger.moments import moment, ms
from smm_cli.words.delivery import RETRY
from smm_cli.words.frozen import dataclass

CLAIM = f"""{OFTEN}
WITH head AS (
    SELECT lane.calendar, lane.channel, next.name, next.post, next.occurrence, next.at, next.due_at, next.late_at, next.digest
    FROM lane JOIN channel ON channel.calendar = lane.calendar AND channel.name = lane.channel
    CROSS JOIN LATERAL (
        SELECT * FROM planned WHERE planned.calendar = lane.calendar AND planned.channel = lane.channel AND planned.claim_at <= :now
        ORDER BY planned.claim_at, planned.due_at, planned.name LIMIT 1
    ) AS next
    WHERE lane.calendar = :calendar AND lane.look_at <= :now AND NOT lane.channel = ANY(:shut)
    AND channel.lease_until <= :now AND channel.next_allowed_at <= :now
    AND EXISTS (
        SELECT 1 FROM desk WHERE desk.calendar = :calendar AND desk.version = :version AND desk.planned_version = :version
        AND desk.good_until > :now
    )
    ORDER BY lane.look_at LIMIT :most
    FOR UPDATE OF lane, channel SKIP LOCKED
), begun AS (
    INSERT INTO delivery (calendar, name, post, channel, occurrence, state, due_at, digest, runner)
    SELECT calendar, name, post, channel, occurrence, 'sending', at, digest, :owner FROM head
    ON CONFLICT (calendar, name) DO UPDATE SET state = 'sending', runner = excluded.runner, digest = excluded.digest
    WHERE delivery.state NOT IN ({NOT_SENT}) AND delivery.held = 0 AND (delivery.next_at IS NULL OR delivery.next_at <= :now)
    RETURNING calendar, channel, name, payload, attempts, slug, released, xmax = 0 AS first
)
UPDATE channel SET owner = :owner, delivery = begun.name, lease_until = :until
FROM begun JOIN head ON head.calendar = begun.calendar AND head.name = begun.name
WHERE channel.calendar = begun.calendar AND channel.name = begun.channel
RETURNING begun.*, head.post, head.occurrence, head.at, head.due_at, head.late_at, head.digest, channel.stopped, channel.stopped_for
"""
LOOK = "SELECT look_at FROM lane WHERE calendar = :calendar AND look_at IS NOT NULL AND NOT channel = ANY(:shut) ORDER BY look_at LIMIT 1"


@dataclass(frozen=True, slots=True)
class Taken:
    """A claimed delivery as it was planned. `late_at`: from then on it would be too late; `stopped`: this credential was refused."""

    claim: Claim
    post: str
    occurrence: str
    at: datetime | None
    due: datetime | None
    late_at: datetime | None
    digest: str
    stopped: str
    stopped_for: str


def claim_due(
    c: Connection, calendar: str, version: int, owner: str, now: datetime, *, most: int, shut: Collection[str] = ()
) -> list[Taken]:
    """Claim what is due: at most one delivery of a channel, the channel's first, at most `most`; nothing of channels in `shut`.

    `version` is that of the snapshot that this worker has: where the calendar, or what was planned from it, is another, nothing.
    """
    now = now_of(c, now)
    params = {
        "calendar": calendar,
        "version": version,
        "owner": owner,
        "now": ms(now),
        "until": ms(now + lease_of(c)),
        "most": most,
        "shut": list(shut),
    }
    rows = c.execute(CLAIM, params).fetchall()
    return [_taken(calendar, owner, row) for row in sorted(rows, key=lambda row: (row["due_at"], row["name"]))]


def _taken(calendar: str, owner: str, row: Row) -> Taken:
    first, anew, released = bool(row["first"]), row["slug"] == ANEW, bool(row["released"])
    return Taken(
        claim=Claim(calendar, row["channel"], row["name"], owner, row["payload"], row["attempts"], first, anew, released),
        post=row["post"],
        occurrence=row["occurrence"],
        at=moment(row["at"]),
        due=moment(row["due_at"]),
        late_at=moment(row["late_at"]),
        digest=row["digest"],
        stopped=row["stopped"],
        stopped_for=row["stopped_for"],
    )


def next_look(engine: Engine, calendar: str, shut: Collection[str] = ()) -> datetime | None:
    """When the next lane wants to be looked at; None: nothing is planned."""
    rows = engine.read(LOOK, {"calendar": calendar, "shut": list(shut)})
    return moment(rows[0]["look_at"]) if rows else None


def put_back(c: Connection, claim: Claim, until: datetime | None = None) -> None:
    """Nothing was sent: the delivery is as it was before, its channel free. `until`: no worker takes it before; None: as planned.

    Where the claim ended already, only `until` counts. What was begun earlier stays to be ended.
    """
    held = holds(c, claim)
    if held:
        c.execute(
            "UPDATE delivery SET state = :was WHERE calendar = :calendar AND name = :name AND state = 'sending'",
            {"calendar": claim.calendar, "name": claim.delivery, "was": "planned" if claim.first else RETRY},
        )
    if until is not None:
        c.execute(
            "UPDATE planned SET claim_at = :until WHERE calendar = :calendar AND name = :name AND claim_at < :until",
            {"calendar": claim.calendar, "name": claim.delivery, "until": ms(until)},
        )
    if held:
        give_back(c, claim)
    elif until is not None:
        look_again(c, claim.calendar, claim.channel)


def look_again(c: Connection, calendar: str, channel: str) -> None:
    """Set a free channel's lane by what is planned on it now."""
    c.execute(
        "UPDATE lane SET look_at = greatest(next.claim_at, CASE WHEN next.claim_at IS NOT NULL THEN next.gate END) FROM (SELECT ("
        " SELECT claim_at FROM planned WHERE planned.calendar = :calendar AND planned.channel = :channel AND claim_at IS NOT NULL"
        " ORDER BY claim_at, due_at, name LIMIT 1) AS claim_at, greatest(channel.next_allowed_at, channel.lease_until) AS gate"
        " FROM channel WHERE channel.calendar = :calendar AND channel.name = :channel) AS next"
        " WHERE lane.calendar = :calendar AND lane.channel = :channel",
        {"calendar": calendar, "channel": channel},
    )


def rest(c: Connection, calendar: str, channel: str, until: datetime) -> None:
    """Nobody looks at this channel before `until`, unless its credential changes: it was refused."""
    params = {"calendar": calendar, "channel": channel, "until": ms(until)}
    c.execute("UPDATE lane SET look_at = :until WHERE calendar = :calendar AND channel = :channel AND look_at < :until", params)
