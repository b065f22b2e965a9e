"""smm trust: which `command:` references of a calendar this machine may run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from smm_cli.accounts.machine import read_machine
from smm_cli.accounts.references import parse
from smm_cli.accounts.trust import distrust, trust, trusted_commands
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.errors import SmmError, UsageError

app = typer.Typer(rich_markup_mode=None)


@app.command("trust")
def trust_command(
    ctx: typer.Context,
    command: Annotated[str, typer.Argument(help="The exact command; without it, each of the calendar is asked about.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the commands, and which are trusted here.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take trust back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --list: machine-readable.")] = False,
) -> int:
    """Let this machine run a command: reference of this calendar: the exact command, in this folder, for you alone.

    Example: smm trust "pass show smm/mastodon"
    """
    session: Session = ctx.obj
    root = session.root
    asked, trusted = commands_of(session), trusted_commands(root)
    if list_ or json:
        return show(asked, trusted, as_json=json)
    if revoke:
        return take_back(root, command, trusted, dry_run=dry_run)
    if command and command not in asked:
        raise UsageError(
            f"the calendar in {root} names no such command", hint=did_you_mean(command, asked, "smm trust --list shows those it names")
        )
    return allow(root, {command: asked[command]} if command else asked, trusted, yes=yes, dry_run=dry_run)


def commands_of(session: Session) -> dict[str, list[str]]:
    """The commands that channels.toml names, in the work tree and as published, and this machine's file; each with who uses it."""
    found: dict[str, list[str]] = {}
    for owner, reference in chain(*(references_of(calendar) for calendar in _calendars(session)), _of_machine()):
        with suppress(SmmError):
            scheme, rest = parse(reference)
            if scheme == "command" and owner not in found.setdefault(rest, []):
                found[rest].append(owner)
    return found


def _of_machine() -> Iterator[tuple[str, str]]:
    machine = read_machine()
    for reference in _texts([machine.alerts, machine.ledger, machine.networks]):
        yield "this machine's file", reference


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping | list):
        for one in said.values() if isinstance(said, Mapping) else said:
            yield from _texts(one)


def _calendars(session: Session) -> Iterator[Calendar]:
    from smm_cli.calendar.cached import load_calendar
    from smm_cli.calendar.source import open_source

    here = session.calendar()
    yield here
    with suppress(SmmError):
        yield load_calendar(here.root, open_source(here.root, here.publish_from))


def references_of(calendar: Calendar) -> Iterator[tuple[str, str]]:
    """Every reference to a secret, or to a program, in channels.toml, with whose it is."""
    for name, channel in calendar.channels.items():
        for reference in channel.secret.values() if isinstance(channel.secret, Mapping) else [channel.secret]:
            yield name, reference
    for network, table in calendar.networks.items():
        shared = table.get("secret")
        for value in (*(shared.values() if isinstance(shared, Mapping) else ()), *table.values()):
            if isinstance(value, str):
                yield f"all of {network}", value
    yield "the ledger", calendar.ledger.url
    yield "the heartbeat", calendar.alerts.heartbeat
    for recipient in (*calendar.alerts.to, *calendar.alerts.deputy):
        yield "alerts", recipient
    for reference in (calendar.media.get("host", ""), *calendar.media.get("secret", {}).values()):
        yield "[media]", reference


def show(asked: Mapping[str, list[str]], trusted: tuple[str, ...], *, as_json: bool) -> int:
    """List the commands. JSON: `command`, `used_by`, `trusted`."""
    every = {**asked, **{command: [] for command in trusted if command not in asked}}
    if as_json:
        output.as_json([{"command": c, "used_by": users, "trusted": c in trusted} for c, users in every.items()])
        return 0
    rows = [("trusted" if c in trusted else "not trusted", ", ".join(users) or "nothing any more", c) for c, users in every.items()]
    if rows:
        output.table(rows, head=("", "used by", "command"))
    else:
        output.tell("This calendar names no command: reference.")
    return 0


def take_back(root: Path, command: str, trusted: tuple[str, ...], *, dry_run: bool) -> int:
    """Trust `command` no more, or none where it is empty."""
    gone = [each for each in trusted if not command or each == command]
    if not gone:
        raise UsageError("no such command is trusted here", hint=did_you_mean(command, trusted, "smm trust --list"))
    for each in gone:
        if not dry_run:
            distrust(root, each)
        output.out(f"{'would be ' if dry_run else ''}no longer trusted  {each}")
    return 0


def allow(root: Path, asked: Mapping[str, list[str]], trusted: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Show each command that is not trusted yet exactly as it would run, ask, and remember."""
    new = [command for command in asked if command not in trusted]
    if not new:
        output.tell(
            "Nothing to trust: " + ("all its commands are trusted here." if asked else "this calendar names no command: reference.")
        )
        return 0
    for command in new:
        output.tell(f"For {', '.join(asked[command])}, in {root}, as you, each time it is needed:")
        output.tell(f"  {command}")
        if dry_run:
            continue
        if output.confirm("May it run on this machine?", yes=yes):
            trust(root, command)
            output.out(f"trusted  {command}")
            output.tell("Undo: smm trust --revoke")
        else:
            output.tell("Not trusted: what needs it stays held.")
    return 0
