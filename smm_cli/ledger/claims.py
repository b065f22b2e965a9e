"""Claims: at most one delivery of a channel is being sent at any time, by any process that shares this ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from smm_cli.ledger.engine import LOCKED, OFTEN, Connection, Row, later, now_of
from smm_cli.ledger.moments import moment, ms
from smm_cli.words.delivery import Delivery
from smm_cli.words.frozen import dataclass

LEASE = timedelta(seconds=180)
"""How long a claim holds without being extended: longer than any request's time-out plus its 30 s of reserve."""
RESERVE = timedelta(seconds=30)

BUSY = "busy"
"""The reason of a Gate: another runner is sending on this channel."""
ANEW = "again"
"""The slug of a delivery that a person wants tried once more."""
NOT_SENT = "'published', 'unknown', 'cancelled', 'skipped', 'waiting', 'failed'"


@dataclass(frozen=True, slots=True)
class Claim:
    """A runner's hold on a channel for one delivery. `payload` is the frozen one of an earlier attempt, or empty.

    `first`: nothing was ever written down of this delivery before. `anew`: a person asked for another try, with the post as it is now.
    `released`: it was let go before, by a person or because it was begun.
    """

    calendar: str
    channel: str
    delivery: str
    owner: str
    payload: str = ""
    attempts: int = 0
    first: bool = False
    anew: bool = False
    released: bool = False

    @property
    def runner(self) -> str:
        return runner_of(self.owner)


def lease_of(c: Connection) -> timedelta:
    """How long a claim holds in this database without being extended."""
    lease: timedelta = getattr(c, "lease", LEASE)
    return lease


def runner_of(owner: str) -> str:
    """The runner's name in a process's: `buero-pc#3f9a1c2b` of `buero-pc#3f9a1c2b.4711.0badf00d`."""
    return owner.rsplit(".", 2)[0]


@dataclass(frozen=True, slots=True)
class Gate:
    """Why a channel may not be used: another runner's hold, a rate limit, a refused credential. Until `until`."""

    why: str
    until: datetime | None
    reason: str


def take(
    c: Connection,
    calendar: str,
    delivery: Delivery,
    owner: str,
    now: datetime,
    digest: str,
    credential: str,
    is_alive: Callable[[str], bool],
) -> Claim | Gate | None:
    """Claim `delivery` for `owner`. None: its state changed since the plan, it is not to be sent. A Gate: not now.

    A hold ends with its lease, or at once when `is_alive` denies its owner.
    """
    now = now_of(c, now)
    params = {"calendar": calendar, "channel": delivery.channel, "name": delivery.name, "owner": owner, "at": ms(now)}
    if gate := _gate(_channel_row(c, params), owner, now, credential, is_alive):
        return gate
    made = c.execute(
        "INSERT INTO delivery (calendar, name, post, channel, occurrence, state, due_at, digest, runner)"
        " VALUES (:calendar, :name, :post, :channel, :occurrence, 'sending', :due, :digest, :owner)"
        " ON CONFLICT (calendar, name) DO NOTHING",
        {**params, "post": delivery.post, "occurrence": delivery.occurrence, "due": ms(delivery.at or delivery.due), "digest": digest},
    )
    first = made.rowcount == 1
    kept = ("", 0, "", 0) if first else _again(c, {**params, "digest": digest})
    if kept is None:
        return None
    c.execute(
        "UPDATE channel SET owner = :owner, delivery = :name, lease_until = :until WHERE calendar = :calendar AND name = :channel",
        {**params, "until": ms(now + lease_of(c))},
    )
    payload, attempts, slug, released = kept
    return Claim(calendar, delivery.channel, delivery.name, owner, payload, attempts, first, slug == ANEW, bool(released))


def hold_channel(
    c: Connection, calendar: str, channel: str, name: str, owner: str, now: datetime, credential: str, is_alive: Callable[[str], bool]
) -> Claim | Gate:
    """Hold a channel for something else than publishing the delivery `name`, whose state stays as it is. A Gate: not now."""
    now = now_of(c, now)
    params = {"calendar": calendar, "channel": channel, "name": name, "owner": owner, "until": ms(now + lease_of(c))}
    if gate := _gate(_channel_row(c, params), owner, now, credential, is_alive):
        return gate
    c.execute(
        "UPDATE channel SET owner = :owner, delivery = :name, lease_until = :until WHERE calendar = :calendar AND name = :channel", params
    )
    return Claim(calendar, channel, name, owner)


def _channel_row(c: Connection, params: Mapping[str, object]) -> Row:
    """The channel's row, made where there is none, and locked until the transaction ends: whoever else claims waits for that."""
    wanted = f"SELECT * FROM channel WHERE calendar = :calendar AND name = :channel{LOCKED}"
    row: Row | None = c.execute(wanted, params).fetchone()
    if row is None:
        c.execute("INSERT INTO channel (calendar, name) VALUES (:calendar, :channel) ON CONFLICT (calendar, name) DO NOTHING", params)
        row = c.execute(wanted, params).fetchone()
    assert row is not None
    return row


def _again(c: Connection, params: dict[str, object]) -> tuple[str, int, str, int] | None:
    """What an earlier attempt left: payload, attempts, slug, released. None: the delivery is not to be sent any more, or not yet."""
    kept = c.execute(
        "UPDATE delivery SET state = 'sending', runner = :owner, digest = :digest WHERE calendar = :calendar AND name = :name"
        f" AND state NOT IN ({NOT_SENT}) AND held = 0 AND (next_at IS NULL OR next_at <= :at) RETURNING payload, attempts, slug, released",
        params,
    ).fetchone()
    return None if kept is None else tuple(kept)


def _gate(row: Row, owner: str, now: datetime, credential: str, is_alive: Callable[[str], bool]) -> Gate | None:
    at = ms(now) or 0
    if row["lease_until"] > at and row["owner"] != owner and is_alive(row["owner"]):
        return Gate(f"{row['delivery']} is being sent by {runner_of(row['owner'])}", moment(row["lease_until"]), BUSY)
    if row["next_allowed_at"] > at:
        return Gate("the network asked to wait", moment(row["next_allowed_at"]), "rate-limit")
    if row["stopped"] and row["stopped_for"] == credential:
        return Gate(row["stopped"], None, "stopped")
    return None


def renew(c: Connection, claim: Claim, now: datetime, needs: timedelta) -> bool:
    """Extend a claim by compare-and-swap. False: it is lost, or was not ours any more; nothing may be sent."""
    now = now_of(c, now)
    done = c.execute(
        "UPDATE channel SET lease_until = :until WHERE calendar = :calendar AND name = :channel AND owner = :owner"
        " AND delivery = :delivery AND lease_until > :at",
        {
            "calendar": claim.calendar,
            "channel": claim.channel,
            "owner": claim.owner,
            "delivery": claim.delivery,
            "at": ms(now),
            "until": ms(now + max(lease_of(c), needs + RESERVE)),
        },
    )
    return done.rowcount == 1


def beat(c: Connection, claim: Claim, now: datetime) -> bool:
    """A sign of life: the claim holds at least one lease longer from now. False: it is lost."""
    now = now_of(c, now)
    done = c.execute(
        "UPDATE channel SET lease_until = CASE WHEN lease_until > :until THEN lease_until ELSE :until END"
        " WHERE calendar = :calendar AND name = :channel AND owner = :owner AND delivery = :delivery AND lease_until > :at",
        {
            "calendar": claim.calendar,
            "channel": claim.channel,
            "owner": claim.owner,
            "delivery": claim.delivery,
            "at": ms(now),
            "until": ms(now + lease_of(c)),
        },
    )
    return done.rowcount == 1


def holds(c: Connection, claim: Claim) -> bool:
    """Whether the claim is still this runner's, however late it is: nobody has taken it over, or does so in this transaction's time."""
    row = c.execute(
        f"SELECT owner, delivery FROM channel WHERE calendar = :calendar AND name = :channel{LOCKED}",
        {"calendar": claim.calendar, "channel": claim.channel},
    ).fetchone()
    return row is not None and row["owner"] == claim.owner and row["delivery"] == claim.delivery


def give_back(c: Connection, claim: Claim) -> None:
    """Let the channel go; what the delivery became is written in the same transaction by the caller."""
    later(
        c,
        f"{OFTEN}UPDATE channel SET owner = '', delivery = '', lease_until = 0 WHERE calendar = :calendar AND name = :channel"
        " AND owner = :owner AND delivery = :delivery",
        {"calendar": claim.calendar, "channel": claim.channel, "owner": claim.owner, "delivery": claim.delivery},
    )


def close_gate(c: Connection, claim: Claim, until: datetime) -> None:
    """The network asked the whole account to wait."""
    later(
        c,
        "UPDATE channel SET next_allowed_at = :until WHERE calendar = :calendar AND name = :channel",
        {"calendar": claim.calendar, "channel": claim.channel, "until": ms(until)},
    )


def stop_channel(c: Connection, calendar: str, channel: str, why: str, credential: str) -> None:
    """The credential was refused: nothing is sent on this channel until it changes."""
    later(
        c,
        "INSERT INTO channel (calendar, name, stopped, stopped_for) VALUES (:calendar, :channel, :why, :credential)"
        " ON CONFLICT (calendar, name) DO UPDATE SET stopped = excluded.stopped, stopped_for = excluded.stopped_for",
        {"calendar": calendar, "channel": channel, "why": why, "credential": credential},
    )
