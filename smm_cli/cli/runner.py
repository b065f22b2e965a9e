"""smm runner: who publishes this calendar, taking it over, and the line that lets this machine publish it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.cli.status import last_ticks
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.ledger.intake import Foreign, accept_all, foreign, take_in
from smm_cli.plan.phrase import say_moment

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Who publishes this calendar.")
LATER = ("github", "gitlab", "forgejo")
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


@app.command("list")
def list_(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> int:
    """Who published this calendar, and who looked at it last.

    Example: smm runner list --json
    """
    session: Session = ctx.obj
    with session.runner() as runner:
        take_in(runner.ledger, runner.calendar.receipts)
        shapes, zone = runners_of(runner), ZoneInfo(runner.calendar.timezone)
    if json:
        output.as_json([{**shape, "last_tick": iso(shape["last_tick"])} for shape in shapes])
        return 0
    rows = [
        (
            shape["runner"] + (" (here)" if shape["here"] else ""),
            say_moment(shape["last_tick"], zone) if shape["last_tick"] else "never seen here",
            f"{shape['receipts_not_taken']} receipts not taken over: smm runner take" if shape["receipts_not_taken"] else "",
        )
        for shape in shapes
    ]
    output.table(rows, head=("runner", "last looked", ""))
    if not any(shape["last_tick"] for shape in shapes):
        output.tell("Nobody looked yet: smm runner install cron lets this machine publish.")
    return 0


def runners_of(runner: Runner) -> list[dict[str, Any]]:
    """Runners: `runner`, `here` (this machine's ledger), `last_tick`, `receipts_not_taken`."""
    ticks: dict[str, datetime] = last_ticks(runner)
    others = {other.runner: other.count for other in foreign(runner.ledger)}
    names = dict.fromkeys([runner.ledger.runner, *ticks, *others])
    return [
        {
            "runner": name.split("#")[0],
            "here": name == runner.ledger.runner,
            "last_tick": ticks.get(name),
            "receipts_not_taken": others.get(name, 0),
        }
        for name in names
    ]


@app.command()
def take(ctx: typer.Context, yes: Yes = False, dry_run: DryRun = False) -> int:
    """Take over from another machine: what it published counts as published here, and this machine goes on.

    Example: smm runner take
    """
    session: Session = ctx.obj
    with session.runner() as runner:
        take_in(runner.ledger, runner.calendar.receipts)
        others = foreign(runner.ledger)
        if not others:
            output.tell("Nothing to take over: every receipt is this machine's, or taken over already.")
            return 0
        for other in others:
            output.tell(f"  {_told(other)}")
        output.tell("Two machines that both publish post twice: stop the other one first (its cron line, its timer).")
        if dry_run:
            return 0
        if not output.confirm("Does it publish no more, and shall this machine go on?", yes=yes):
            output.tell("Nothing was taken over.")
            return 0
        count = accept_all(runner.ledger)
    output.out(f"taken over  {count} receipt{'s' if count != 1 else ''}")
    return 0


def _told(other: Foreign) -> str:
    until = f", the last of {other.until}" if other.until else ""
    return f'{other.count} receipt{"s" if other.count != 1 else ""} of "{other.runner.split("#")[0]}"{until}'


@app.command()
def install(
    ctx: typer.Context,
    where: Annotated[str, typer.Argument(help="cron or systemd.")],
    every: Annotated[str, typer.Option(help="How often: 1m, 5m, 1h.")] = "1m",
    write: Annotated[bool, typer.Option("--write", help="Install it; without this it is only shown.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """The line that lets this machine publish: shown, or with --write installed. Absolute paths, so that it works from cron.

    Example: smm runner install cron --every 5m --write
    """
    from smm_cli.cli import runner_cron, runner_systemd

    session: Session = ctx.obj
    if where in LATER:
        raise UsageError(f"smm runner install {where} comes later", hint="smm runner install cron, on a machine that is always on")
    if where not in ("cron", "systemd"):
        from smm_cli.calendar.near import did_you_mean

        raise UsageError(f"there is no runner {where}", hint=did_you_mean(where, ("cron", "systemd", *LATER), "cron or systemd"))
    put = runner_cron.install if where == "cron" else runner_systemd.install
    return put(session.root, session.calendar().name, every, write=write and not dry_run, yes=yes)
