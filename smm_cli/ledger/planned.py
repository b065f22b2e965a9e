"""What is planned of a calendar for the next hour, kept for workers: a cache, computed anew by whoever is the planner. PostgreSQL only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from smm_cli.ledger.engine import Connection, Engine, now_of
from smm_cli.ledger.moments import ms
from smm_cli.ledger.snapshots import BELL
from smm_cli.words.frozen import dataclass

COLUMNS = {
    "name": "text",
    "post": "text",
    "channel": "text",
    "occurrence": "text",
    "at": "bigint",
    "due_at": "bigint",
    "late_at": "bigint",
    "claim_at": "bigint",
    "digest": "text",
    "held": "text",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One planned delivery. `claim_at`: from when a worker may take it (None: it is held, `held` says why); `late_at`: until when.

    `sending`: somebody is at it; what stands of it stays.
    """

    name: str
    post: str
    channel: str
    occurrence: str
    at: int
    due_at: int
    late_at: int | None
    claim_at: int | None
    digest: str
    held: str = ""
    sending: bool = False


def save_plan(engine: Engine, calendar: str, version: int, lines: Iterable[Line], now: datetime, good: float) -> bool:
    """Put `lines` in the place of what was planned; good for so many seconds. False: the calendar is another by now.

    What workers set aside, or are at, stays as it is unless its time, its content or what holds it is another.
    """
    wanted = {line.name: line for line in lines}

    def act(c: Connection) -> bool:
        until = (ms(now_of(c, now)) or 0) + int(good * 1000)
        params = {"calendar": calendar, "version": version, "until": until}
        done = c.execute(
            "UPDATE desk SET planned_version = :version, good_until = :until WHERE calendar = :calendar AND version = :version", params
        )
        if done.rowcount != 1:
            return False
        rows = c.execute("SELECT * FROM planned WHERE calendar = :calendar", params).fetchall()
        known = {row["name"]: row for row in rows}
        gone = sorted(known.keys() - wanted.keys())
        new = [line for name, line in sorted(wanted.items()) if name not in known or not (line.sending or _same(line, known[name]))]
        if gone:
            c.execute("DELETE FROM planned WHERE calendar = :calendar AND name = ANY(:gone)", {**params, "gone": gone})
        if new:
            c.execute(UPSERT, {"calendar": calendar, **{name: [getattr(line, name) for line in new] for name in COLUMNS}})
        if gone or new:
            _set_lanes(c, calendar)
        return True

    return engine.write(act)


def keep_good(engine: Engine, calendar: str, version: int, now: datetime, good: float) -> bool:
    """The plan stands as it is: good for so many seconds from now. False: the calendar is another by now, or nothing was planned."""

    def act(c: Connection) -> bool:
        until = (ms(now_of(c, now)) or 0) + int(good * 1000)
        done = c.execute(
            "UPDATE desk SET good_until = :until WHERE calendar = :calendar AND version = :version AND planned_version = :version",
            {"calendar": calendar, "version": version, "until": until},
        )
        return done.rowcount == 1

    return engine.write(act)


def changes(engine: Engine) -> int:
    """A number that is another after deliveries were decided or ended, of whatever calendar."""
    return int(engine.read("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM changes")[0][0])


def ask_for_plan(engine: Engine, calendar: str) -> None:
    """Wake the planner: what is planned does not fit what is."""
    engine.write(lambda c: c.execute(f"SELECT pg_notify('{BELL}', :calendar)", {"calendar": calendar}))


def _same(line: Line, row: Mapping[str, object]) -> bool:
    """Whether this is what stands there, but for when workers try it again."""
    told = all(getattr(line, name) == row[name] for name in COLUMNS if name != "claim_at")
    return told and (line.claim_at is None) == (row["claim_at"] is None)


UPSERT = (
    f"INSERT INTO planned (calendar, {', '.join(COLUMNS)}) SELECT :calendar, f.* FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in COLUMNS.items())
    + f") AS f ({', '.join(COLUMNS)}) ON CONFLICT (calendar, name) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "name")
)


def _set_lanes(c: Connection, calendar: str) -> None:
    """A row for each channel with something planned, looked at when its first is due; whoever sleeps is woken where that is sooner."""
    params = {"calendar": calendar}
    c.execute(
        "INSERT INTO channel (calendar, name) SELECT DISTINCT calendar, channel FROM planned WHERE calendar = :calendar"
        " ON CONFLICT (calendar, name) DO NOTHING",
        params,
    )
    c.execute(
        "INSERT INTO lane (calendar, channel) SELECT DISTINCT calendar, channel FROM planned WHERE calendar = :calendar"
        " ON CONFLICT (calendar, channel) DO NOTHING",
        params,
    )
    moved = c.execute(
        "UPDATE lane SET look_at = next.look_at FROM (SELECT lane.channel,"
        " greatest(head.claim_at, CASE WHEN head.claim_at IS NOT NULL THEN greatest(channel.next_allowed_at, channel.lease_until) END)"
        " AS look_at FROM lane JOIN channel ON channel.calendar = lane.calendar AND channel.name = lane.channel"
        " LEFT JOIN (SELECT channel, min(claim_at) AS claim_at FROM planned WHERE calendar = :calendar GROUP BY channel) AS head"
        " ON head.channel = lane.channel WHERE lane.calendar = :calendar) AS next"
        " WHERE lane.calendar = :calendar AND lane.channel = next.channel AND lane.look_at IS DISTINCT FROM next.look_at",
        params,
    )
    if moved.rowcount:
        c.execute(f"SELECT pg_notify('{BELL}', :calendar)", params)
