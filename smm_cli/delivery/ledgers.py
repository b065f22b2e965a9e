"""The ledger of a calendar, wherever channels.toml says that it lives."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from smm_cli.accounts.machine import read_machine
from smm_cli.accounts.masks import remember
from smm_cli.accounts.references import parse, resolve
from smm_cli.calendar.model import Calendar
from smm_cli.clock import Clock
from smm_cli.delivery.lasting import in_a_job
from smm_cli.errors import ConfigError
from smm_cli.ledger.db import copy_db
from smm_cli.ledger.store import Ledger

SCHEMES = ("postgresql://", "postgres://")


def open_ledger(calendar: Calendar, clock: Clock) -> Ledger:
    """The ledger that `[ledger]` names: the database at `url`, else the file in .smm; a rehearsal's is always a file.

    Raises LedgerError, ConfigError where a reference cannot be followed.
    """
    runner = read_machine().runner
    if calendar.ledger.url and calendar.scratch is None:
        return Ledger.shared(address_of(calendar.ledger.url, calendar.root), calendar.state, calendar.name, runner, clock)
    return Ledger.open(calendar.state / "ledger.db", calendar.name, runner)


def copy_ledger(calendar: Calendar, root: Path, path: Path, clock: Clock) -> None:
    """What the calendar in `root` knows, as a SQLite file of its own at `path`. Raises LedgerError, ConfigError.

    In a job of CI, which may look at a stranger's proposal, no database is asked that the proposal names: that is what receipts say.
    So it is where the database's address is a secret that is not here.
    """
    if not calendar.ledger.url:
        copy_db(root / ".smm" / "ledger.db", path)
        return
    from smm_cli.ledger.carrying import copy_rows

    if in_a_job():
        return
    try:
        ledger = open_ledger(replace(calendar, scratch=None), clock)
    except ConfigError as error:
        if error.slug != "secret-missing":
            raise
        return
    with ledger:
        copy_rows(ledger, path)


def address_of(url: str, root: Path) -> str:
    """The address that `url` is, or refers to; what is secret in it is masked from now on. Raises ConfigError, never with the address."""
    found = url if url.startswith(SCHEMES) else _referred(url, root)
    with suppress(ValueError):
        if password := urlsplit(found).password:
            remember(password)
            remember(unquote(password))
    return found


def _referred(url: str, root: Path) -> str:
    try:
        parse(url)
    except ConfigError:
        what = "this is neither an address of a PostgreSQL database nor a reference to one"
        raise ConfigError(what, hint="postgresql://USER@HOST/DATABASE   or env:SMM_LEDGER", slug="ledger-address") from None
    try:
        found = resolve(url, root, name="[ledger] url").strip()
    except ConfigError as error:
        error.hint = "" if error.hint.startswith("smm channel login") else error.hint
        raise
    if not found.startswith(SCHEMES):
        what = "[ledger] url refers to something that is no address of a PostgreSQL database"
        raise ConfigError(what, hint="it begins with postgresql://", slug="ledger-address")
    return found


def is_known(calendar: Calendar) -> bool:
    """Whether there is a ledger to look into yet, on this machine or in a database."""
    return bool(calendar.ledger.url) or (calendar.state / "ledger.db").exists()
