"""The ledger of one calendar on this machine: records, accounts, ticks, waits. Claims, journal and people's verbs stand beside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Self, TypeVar

from smm_cli.clock import Clock
from smm_cli.errors import LedgerError
from smm_cli.ledger.alive import Alive
from smm_cli.ledger.db import Db, kept_identity
from smm_cli.ledger.engine import Connection, Engine, Row
from smm_cli.ledger.journal import Journal
from smm_cli.ledger.leases import Leases, Living, identity
from smm_cli.ledger.moments import moment, ms
from smm_cli.words.channel import Account
from smm_cli.words.delivery import RETRY, SENDING, Record
from smm_cli.words.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tick:
    """When a runner last looked at the calendar."""

    runner: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the attempt log: what was tried and how it ended."""

    delivery: str
    at: datetime
    runner: str
    part: int
    slug: str
    note: str


class Ledger:
    """Facts about the deliveries of one calendar. `machine`: this machine, on a ledger that machines share; else empty.

    `checkout`: under which key the table receipt_file knows the files of this checkout.
    """

    def __init__(self, db: Engine, calendar: str, runner: str, alive: Living, machine: str = "") -> None:
        self.db = db
        self.machine = machine
        self.checkout = f"{calendar}/{machine}" if machine else calendar
        self.calendar = calendar
        self.runner = runner
        self.alive = alive
        self.journal = Journal(db, calendar)

    @classmethod
    def open(cls, path: Path, calendar: str, runner: str) -> Self:
        """Open, making it where it is not there. Raises LedgerError when it cannot be read or is newer than this smm."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = Db(path)
            identity = next((row["value"] for row in db.read("SELECT value FROM identity")), "")
            return cls(db, calendar, f"{runner}#{identity}", Alive(path.parent / "alive", f"{runner}#{identity}"))
        except OSError as error:
            what = f"the ledger's folder cannot be written: {error}"
            raise LedgerError(what, hint="is the disk full or read-only? smm doctor looks closer", slug="ledger-unreadable") from error

    @classmethod
    def shared(cls, url: str, folder: Path, calendar: str, runner: str, clock: Clock) -> Self:
        """The ledger in the PostgreSQL database at `url`, made where it is not there; `folder` (.smm) keeps what this machine is called.

        With a SystemClock all times are the database's: see `clock`. Raises LedgerError.
        """
        need_postgres()
        from smm_cli.ledger.postgres import Postgres

        db = Postgres(url, clock)
        try:
            machine = identity(folder, kept_identity(folder / "ledger.db"))
        except OSError as error:
            db.close()
            what = f"the ledger's folder cannot be written: {error}"
            raise LedgerError(what, hint="is the disk full or read-only? smm doctor looks closer", slug="ledger-unreadable") from error
        name = f"{runner}#{machine}"
        return cls(db, calendar, name, Leases(db.clock, name), machine)

    @property
    def clock(self) -> Clock | None:
        """The clock to go by with this ledger, where it is not the machine's own."""
        return self.db.clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.db.close()
        self.alive.end()

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction, durable on return."""
        return self.db.write(act)

    async def commit(self, act: Callable[[Connection], T]) -> T:
        """Run `act` together with what else is ready; durable when it returns. Who is interrupted waiting does not undo it."""
        return await self.db.submit(act)

    # -- reading ------------------------------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Every delivery that was ever touched, by name."""
        rows = self.db.read("SELECT * FROM delivery WHERE calendar = :calendar ORDER BY name", {"calendar": self.calendar})
        busy = self._busy()
        return [record_of(row, busy) for row in rows]

    def record(self, name: str) -> Record | None:
        """What is known of one delivery."""
        rows = self.db.read("SELECT * FROM delivery WHERE calendar = :calendar AND name = :name", {"calendar": self.calendar, "name": name})
        return record_of(rows[0], self._busy()) if rows else None

    def _busy(self) -> dict[str, datetime]:
        rows = self.db.read(
            "SELECT delivery, owner, lease_until FROM channel WHERE calendar = :calendar AND owner <> ''", {"calendar": self.calendar}
        )
        found = {row["delivery"]: moment(row["lease_until"]) for row in rows if self.alive.holds(row["owner"], row["lease_until"])}
        return {delivery: until for delivery, until in found.items() if until is not None}

    def attempts(self, name: str) -> list[Attempt]:
        """The attempt log of one delivery, oldest first."""
        rows = self.db.read(
            "SELECT * FROM attempt WHERE calendar = :calendar AND delivery = :name ORDER BY at, part",
            {"calendar": self.calendar, "name": name},
        )
        return [Attempt(name, _sure(row["at"]), row["runner"], row["part"], row["slug"], row["note"]) for row in rows]

    # -- channels -----------------------------------------------------------------------------------------------------

    def account(self, channel: str) -> Account | None:
        """What the network said of the account behind `channel`, with `checked_at`."""
        rows = self.db.read(
            "SELECT account, account_at FROM channel WHERE calendar = :calendar AND name = :name AND account <> ''",
            {"calendar": self.calendar, "name": channel},
        )
        return _account(rows[0]["account"], moment(rows[0]["account_at"])) if rows else None

    def save_account(self, channel: str, account: Account, now: datetime, credential: str = "") -> None:
        """Keep what the network said; a working credential, whose fingerprint is `credential`, also lifts a stop."""
        kept = _account_text(replace(account, checked_with=credential))
        params = {"calendar": self.calendar, "name": channel, "account": kept, "at": ms(now)}
        self.write(
            lambda c: c.execute(
                "INSERT INTO channel (calendar, name, account, account_at) VALUES (:calendar, :name, :account, :at)"
                " ON CONFLICT (calendar, name) DO UPDATE SET account = excluded.account, account_at = excluded.account_at,"
                " stopped = '', stopped_for = ''",
                params,
            )
        )

    def waits_until(self, channel: str) -> datetime | None:
        """Until when the network asked the whole account to wait; None: it never did."""
        found = "SELECT next_allowed_at FROM channel WHERE calendar = :calendar AND name = :name AND next_allowed_at > 0"
        rows = self.db.read(found, {"calendar": self.calendar, "name": channel})
        return moment(rows[0]["next_allowed_at"]) if rows else None

    def lift(self, channel: str) -> None:
        """The channel's credential is another than the one that was refused: it is not stopped any more."""
        change = "UPDATE channel SET stopped = '', stopped_for = '' WHERE calendar = :calendar AND name = :name"
        self.write(lambda c: c.execute(change, {"calendar": self.calendar, "name": channel}))

    def stopped(self) -> dict[str, tuple[str, str]]:
        """Channels whose credential was refused: why, and which credential (its fingerprint)."""
        rows = self.db.read(
            "SELECT name, stopped, stopped_for FROM channel WHERE calendar = :calendar AND stopped <> ''", {"calendar": self.calendar}
        )
        return {row["name"]: (row["stopped"], row["stopped_for"]) for row in rows}

    # -- ticks and waits ----------------------------------------------------------------------------------------------

    def ticked(self, now: datetime) -> None:
        """Note that this runner looked."""
        self.write(
            lambda c: c.execute(
                "INSERT INTO tick (calendar, runner, at) VALUES (:calendar, :runner, :at)"
                " ON CONFLICT (calendar, runner) DO UPDATE SET at = excluded.at",
                {"calendar": self.calendar, "runner": self.runner, "at": ms(now)},
            )
        )

    def ticks(self) -> list[Tick]:
        """Each runner's last full look, the latest first."""
        rows = self.db.read("SELECT runner, at FROM tick WHERE calendar = :calendar ORDER BY at DESC", {"calendar": self.calendar})
        return [Tick(row["runner"], _sure(row["at"])) for row in rows]

    def waits(self) -> dict[str, tuple[bool, datetime, datetime]]:
        """What posts wait for, by post id, as last asked: met or not, when asked, since when that is so."""
        rows = self.db.read("SELECT what, met, asked_at, since FROM wait WHERE calendar = :calendar", {"calendar": self.calendar})
        return {row["what"]: (bool(row["met"]), _sure(row["asked_at"]), _sure(row["since"])) for row in rows}

    def save_wait(self, what: str, met: bool, now: datetime) -> None:
        """Keep the answer to what the post `what` waits for."""
        self.write(
            lambda c: c.execute(
                "INSERT INTO wait (calendar, what, met, asked_at, since) VALUES (:calendar, :what, :met, :at, :at)"
                " ON CONFLICT (calendar, what) DO UPDATE SET met = excluded.met, asked_at = excluded.asked_at,"
                " since = CASE WHEN wait.met = excluded.met THEN wait.since ELSE excluded.asked_at END",
                {"calendar": self.calendar, "what": what, "met": int(met), "at": ms(now)},
            )
        )

    def counter(self) -> int | None:
        """A number that every writing transaction raises: a mark for the door. None where the door cannot look."""
        return self.db.counter()


def need_postgres() -> ModuleType:
    """What opens PostgreSQL. Raises LedgerError where psycopg is not installed."""
    try:
        from smm_cli.ledger import postgres_open
    except ImportError:
        what = "a ledger in PostgreSQL needs psycopg, which is not installed here"
        raise LedgerError(what, hint="pip install 'smm-cli[postgres]'", slug="no-psycopg") from None
    return postgres_open


def record_of(row: Row, busy: dict[str, datetime]) -> Record:
    """A row as a Record; one left in the middle by a dead process is to be taken up again at once."""
    state, next_at = row["state"], moment(row["next_at"])
    if state == SENDING:
        state, next_at = (SENDING, busy[row["name"]]) if row["name"] in busy else (RETRY, next_at)
    return Record(
        delivery=row["name"],
        post=row["post"],
        channel=row["channel"],
        state=state,
        occurrence=row["occurrence"],
        next_at=next_at,
        at=moment(row["published_at"]),
        attempts=row["attempts"],
        note=row["note"],
        slug=row["slug"],
        url=row["url"],
        digest=row["digest"],
        released=bool(row["released"]),
        held_by_you=bool(row["held"]),
        parts_public=row["parts_public"],
        parts_total=row["parts_total"],
        by=row["runner"],
        due=moment(row["due_at"]),
    )


def _sure(milliseconds: int) -> datetime:
    found = moment(milliseconds)
    assert found is not None
    return found


def _account_text(account: Account) -> str:
    kept: dict[str, Any] = {
        "handle": account.handle,
        "id": account.id,
        "name": account.name,
        "url": account.url,
        "software": account.software,
        "version": account.version,
        "limits": dict(account.limits),
        "expires_at": ms(account.expires_at),
        "facts": dict(account.facts),
        "checked_with": account.checked_with,
    }
    return json.dumps(kept)


def _account(text: str, checked_at: datetime | None) -> Account:
    kept = json.loads(text)
    return replace(Account(**{**kept, "expires_at": moment(kept["expires_at"])}), checked_at=checked_at)
