"""smm ledger move: from the file in .smm to PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from smm_cli.accounts.machine import read_machine
from smm_cli.calendar.model import GIT, Calendar
from smm_cli.cli import output
from smm_cli.cli.ledger_files import deliveries
from smm_cli.cli.session import Session
from smm_cli.clock import Clock
from smm_cli.delivery.ledgers import SCHEMES, address_of
from smm_cli.errors import ConfigError, UsageError
from smm_cli.ledger.carrying import Rows, counts
from smm_cli.ledger.db import moved_to
from smm_cli.ledger.moving import look_over, move
from smm_cli.ledger.store import Ledger, need_postgres


def move_now(session: Session, to: str, *, dry_run: bool, as_json: bool) -> int:
    """Carry the ledger over. JSON: `to`, `rows` by table, `already` (it stood there before), `write` (the line for channels.toml)."""
    calendar, file = session.calendar(), session.root / ".smm" / "ledger.db"
    if calendar.ledger.claims == GIT:
        what = "with claims through git each runner has a ledger of its own: there is none to move"
        raise ConfigError(what, hint='take claims = "git" out of channels.toml first', slug="claims")
    said = to or calendar.ledger.url
    if not said:
        raise UsageError("where to?", hint="smm ledger move --to postgresql://USER@HOST/DATABASE   (or --to env:SMM_LEDGER)")
    if not file.exists():
        hint = "a calendar that was never published from here needs no move: write the url into channels.toml"
        raise UsageError(f"there is no ledger in {file.parent}", hint=hint)
    address = address_of(said, calendar.root)
    if (there := moved_to(file)) and there == need_postgres().place_of(address):
        if as_json:
            output.as_json({"to": there, "rows": {}, "already": True, "dry_run": dry_run, "write": ""})
        else:
            output.out(f"this machine's ledger was moved to {there} already")
        return 0
    place, rows, already = _move(calendar, file, address, session.clock, dry_run=dry_run)
    line = f'url = "{said if said == calendar.ledger.url or not _has_password(said) else "env:SMM_LEDGER"}"'
    if as_json:
        output.as_json({"to": place, "rows": counts(rows), "already": already, "dry_run": dry_run, "write": line})
        return 0
    _tell(counts(rows), place, already=already, dry_run=dry_run)
    if not dry_run and calendar.ledger.url != line.removeprefix('url = "').removesuffix('"'):
        output.tell(f"Write into channels.toml, and commit it:\n\n[ledger]\n{line}\n")
        if "env:SMM_LEDGER" in line and not said.startswith("env:"):
            output.tell("and put the address, which has a password, into the environment variable SMM_LEDGER of whoever runs smm.")
    return 0


def _move(calendar: Calendar, file: Path, address: str, clock: Clock, *, dry_run: bool) -> tuple[str, Rows, bool]:
    shared = need_postgres()
    place = shared.place_of(address)
    if dry_run and not shared.is_made(address):
        return place, look_over(file, calendar.name), False
    with Ledger.shared(address, calendar.state, calendar.name, read_machine().runner, clock) as target:
        return place, *move(file, target, place, dry_run=dry_run)


def _has_password(said: str) -> bool:
    return said.startswith(SCHEMES) and bool(need_postgres().has_password(said))


def _tell(rows: dict[str, int], place: str, *, already: bool, dry_run: bool) -> None:
    many = f"{deliveries(rows['delivery'])}, {sum(rows.values()):,} rows in all"
    if already:
        output.out(f"{place} has it all already: {many}")
    else:
        output.out(f"{'would move' if dry_run else 'moved'} to {place}: {many}{'' if dry_run else '; each row compared'}")
