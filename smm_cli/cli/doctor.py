"""smm doctor: looks for what will break, and names the command that mends it. Each look is a small function in a list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.doctor_calendar import CALENDAR_LOOKS
from smm_cli.cli.doctor_clock import CLOCK_LOOKS
from smm_cli.cli.doctor_ledger import LEDGER_LOOKS
from smm_cli.cli.doctor_machine import MACHINE_LOOKS, Patient
from smm_cli.cli.doctor_runner import RUNNER_LOOKS
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import problem_shape
from smm_cli.errors import SmmError, UsageError
from smm_cli.words.problem import Problem, errors_of

app = typer.Typer(rich_markup_mode=None)


@app.command("doctor")
def doctor_command(
    ctx: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Ask every channel's server too; nothing is published.")] = False,
    tokens: Annotated[bool, typer.Option("--tokens", help="Only which logins end before what is planned: 5 where any does.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One array of findings.")] = False,
) -> int:
    """Look for what will break: permissions, disk, clock, git, ledger, credentials. Exit code 3 where something will not work, else 0.

    Example: smm doctor --online

    Example: smm doctor --tokens
    """
    if tokens:
        from smm_cli.cli.doctor_tokens import tokens as tell_tokens

        if online:
            raise UsageError("--tokens asks no server", hint="smm channel check asks them all, and remembers what they say")
        return tell_tokens(ctx.obj, as_json=json)
    return doctor(ctx.obj, online=online, as_json=json)


def doctor(session: Session, *, online: bool = False, as_json: bool) -> int:
    """Look at everything; print what was found. Raises ConfigError only where there is no calendar at all."""
    patient = Patient(session.root, session.clock.now(), session.clock)
    found: list[Problem] = []
    calendar: Calendar | None = None
    try:
        calendar = session.calendar()
    except SmmError as error:
        found.append(Problem(error.slug, error.what, hint=error.hint or "smm check shows where"))
    found += _looked(MACHINE_LOOKS, patient)
    if calendar is not None:
        looks = (*(_online() if online else ()), *CALENDAR_LOOKS, *LEDGER_LOOKS, *RUNNER_LOOKS, *CLOCK_LOOKS)
        found += _looked(looks, calendar, patient)
    if as_json:
        output.as_json([problem_shape(problem) for problem in found])
    else:
        output.show_problems(found)
        if not found:
            output.out(f"Nothing found in {session.root}: smm {_version()} with Python {sys.version.split()[0]}.")
    return 3 if errors_of(found) else 0


def _online() -> tuple[Callable[..., Iterator[Problem]], ...]:
    from smm_cli.cli.doctor_online import ONLINE_LOOKS

    return ONLINE_LOOKS


def _looked(looks: tuple[Callable[..., Iterator[Problem]], ...], *of: object) -> list[Problem]:
    """What every look finds; one that cannot look says so, and the others go on."""
    found: list[Problem] = []
    for look in looks:
        try:
            found += look(*of)
        except SmmError as error:
            found.append(Problem(error.slug, error.what, hint=error.hint))
        except OSError as error:
            found.append(Problem("cannot-look", f"{look.__name__.replace('_', ' ')}: {error.strerror or error}"))
    return list(dict.fromkeys(found))


def _version() -> str:
    from smm_cli import __version__

    return __version__
