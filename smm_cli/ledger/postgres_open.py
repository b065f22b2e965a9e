"""A connection to PostgreSQL, and the ledger's tables there: numbered migrations, one process at a time."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from smm_cli.errors import LedgerError
from smm_cli.ledger.db import statements
from smm_cli.ledger.postgres_sql import Row, rows

MIGRATIONS = (
    "0001_ledger.postgresql.sql",
    "0002_announce.postgresql.sql",
    "0003_alert.postgresql.sql",
    "0004_workers.postgresql.sql",
    "0005_writer.postgresql.sql",
    "0006_outage.postgresql.sql",
)
"""What makes a ledger, in order; the table `migration` has a row for each that it had. SQLite counts its own; the next is 0006."""
VERSION = len(MIGRATIONS)
SCHEMA = "smm"
LOCK = 0x736D6D31
"""The advisory lock that a migration holds: "smm1"."""
DEFAULTS = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""So that a cut cable is found out within half a minute; what the address itself says goes first."""
SESSION = (
    f"SET search_path TO {SCHEMA}; SET lock_timeout TO '20s'; SET idle_in_transaction_session_timeout TO '60s';"
    " SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; SET tcp_keepalives_count TO 3; SET tcp_user_timeout TO 20000;"
    " SET enable_seqscan TO off; SET jit TO off;"
    " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""Durable on COMMIT, and nobody's dead machine keeps a row locked, or plans, for ever: the server, too, finds out within half a minute
that a cable was cut. Rows are sought by their keys even where a table was small when a statement was planned, for it may be large when the
plan is used again."""
ADDRESS = "write postgresql://USER@HOST:PORT/DATABASE; in a password, @ is %40, : is %3A and / is %2F"
Pg = psycopg.Connection[Row]


def connected(url: str) -> Pg:
    """A connection to the database at `url`, committing each statement by itself. Raises LedgerError, which never shows a password."""
    try:
        said = conninfo_to_dict(url)
    except psycopg.Error:
        raise LedgerError("the ledger's address cannot be read", hint=ADDRESS, slug="ledger-address") from None
    if not str(said.get("port", "")).replace(",", "").isdecimal() and said.get("port"):
        raise LedgerError("the ledger's address cannot be read", hint=ADDRESS, slug="ledger-address")
    more = {name: value for name, value in DEFAULTS.items() if name not in said}
    try:
        connection: Pg = psycopg.connect(
            url,
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
            row_factory=rows,
            application_name="smm",
            client_encoding="utf8",
            **more,  # type: ignore[arg-type]
        )
        connection.execute(SESSION)
    except psycopg.Error as error:
        what = f"the ledger on {place_of(url)} cannot be reached: {_reason(error, said)}"
        hint = "is PostgreSQL running there, and is this machine let in? Nothing is sent without the ledger"
        raise LedgerError(what, hint=hint, slug="ledger-unreachable") from None
    return connection


def place_of(url: str) -> str:
    """Where the database is, for people: host and database, never user or password."""
    try:
        said: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.Error:
        return "PostgreSQL"
    host, port = str(said.get("host") or said.get("hostaddr") or "this machine"), said.get("port")
    if not re.fullmatch(r"[\w.,:/\[\]-]+|this machine", host):
        return "PostgreSQL"
    return f"{host}{f':{port}' if port else ''}{f'/{name}' if (name := said.get('dbname')) else ''}"


def _reason(error: psycopg.Error, said: dict[str, Any]) -> str:
    """What the server or the network said, in one line, without the password or what an unescaped one left in the host's name."""
    if "@" in str(said.get("host", "")):
        return "its address names no host (in a password, write %40 for @)"
    lines = [line for line in str(error).splitlines() if line.strip() and not line.strip().startswith("Is the server running")]
    text = " ".join(" ".join(lines).split()).removeprefix("connection failed: ")
    password = said.get("password")
    return text.replace(str(password), "***") if password else text


def has_password(url: str) -> bool:
    """Whether an address carries a password, in whatever place."""
    try:
        return bool(urlsplit(url).password) or bool(conninfo_to_dict(url).get("password"))
    except (psycopg.Error, ValueError):
        return True


def migrate(connection: Pg, place: str) -> None:
    """Make the ledger's tables, or bring them up to date; two processes that do so at once wait for each other.

    Raises LedgerError where the database was written by a newer smm, or may not be changed by this user.
    """
    try:
        if (had := _version(connection)) != VERSION:
            _refuse_newer(had, place)
            # The lock comes before the transaction: one that began earlier may not see what was made while it waited.
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            try:
                with connection.transaction():
                    _bring_up(connection, place)
            finally:
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
    except psycopg.Error as error:
        what = f"the ledger on {place} cannot be prepared: {error.diag.message_primary or error}"
        hint = "run the command again: two that make tables wait for each other"
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            hint = f"its user needs the schema {SCHEMA}: CREATE SCHEMA {SCHEMA} AUTHORIZATION theuser;"
        raise LedgerError(what, hint=hint, slug="ledger-unreadable") from None


def is_made(url: str) -> bool:
    """Whether the ledger's tables are there, of whatever version; changes nothing. Raises LedgerError."""
    with connected(url) as connection:
        return _version(connection) > 0


def _version(connection: Pg) -> int:
    found = connection.execute(f"SELECT to_regclass('{SCHEMA}.migration') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM migration").fetchone()
    return int(row[0]) if row else 0


def _refuse_newer(had: int, place: str) -> None:
    if had > VERSION:
        what = f"the ledger on {place} was written by a newer smm (format {had}, this one knows {VERSION})"
        raise LedgerError(what, hint="pip install --upgrade smm-cli", slug="ledger-newer")


def _bring_up(connection: Pg, place: str) -> None:
    had = _version(connection)
    _refuse_newer(had, place)
    row = connection.execute("SELECT current_setting('server_encoding')").fetchone()
    if row is not None and row[0] != "UTF8":
        what = f"the database on {place} keeps texts as {row[0]}"
        raise LedgerError(what, hint="createdb --encoding UTF8 --template template0 smm", slug="ledger-encoding")
    made = connection.execute(f"SELECT to_regnamespace('{SCHEMA}') IS NOT NULL").fetchone()
    if not (made and made[0]):
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for number, name in enumerate(MIGRATIONS[had:], had + 1):
        for statement in statements(name):
            connection.execute(statement.replace(" TEXT ", ' TEXT COLLATE "C" ').encode())
        connection.execute("INSERT INTO migration (number, name) VALUES (%s, %s)", (number, name))
