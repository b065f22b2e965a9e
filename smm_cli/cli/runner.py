"""smm runner: who publishes this calendar, taking it over, and the line that lets this machine publish it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.model import GIT
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.cli.shared_claims import hear, published_by
from smm_cli.cli.status import last_ticks
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.ledger.intake import Foreign, accept_all, foreign, take_in
from smm_cli.plan.say import say_moment

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Who publishes this calendar.")
HOSTS = ("github", "gitlab", "forgejo")
PLACES = ("cron", "systemd", *HOSTS)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


@app.command("list")
def list_(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> int:
    """Who published this calendar, and who looked at it last.

    Example: smm runner list --json
    """
    session: Session = ctx.obj
    with session.runner() as runner:
        hear(runner)
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
    if runner.calendar.ledger.claims == GIT:
        ticks |= {name: at for name, at in published_by(runner).items() if name not in ticks}
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
    where: Annotated[str, typer.Argument(help="cron, systemd, github, gitlab or forgejo.")],
    every: Annotated[str, typer.Option(help="How often: 1m, 5m, 1h. By default 1m, on a git host 1h.")] = "",
    hours: Annotated[str, typer.Option(help="Git hosts: when, as in Mo-Fr 07:00-19:00. By default outside of quiet hours.")] = "",
    requirement: Annotated[str, typer.Option(help="Git hosts: what pip installs. By default this version of smm.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Install it; without this it is only shown.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """What lets this machine, or a git host, publish: shown, or with --write installed.

    cron and systemd get absolute paths. On a git host three jobs come: look at proposals, publish in office hours, act by hand.

    Example: smm runner install cron --every 5m --write

    Example: smm runner install github --hours "Mo-Fr 08:00-18:00" --write
    """
    session: Session = ctx.obj
    if where in HOSTS:
        from smm_cli.cli import runner_ci

        return runner_ci.install(session.root, session.calendar(), where, every, hours, requirement, write=write and not dry_run, yes=yes)
    from smm_cli.cli import runner_cron, runner_systemd

    if where not in PLACES:
        from smm_cli.calendar.near import did_you_mean

        raise UsageError(f"there is no runner {where}", hint=did_you_mean(where, PLACES, ", ".join(PLACES)))
    if hours or requirement:
        raise UsageError("--hours and --requirement are for git hosts", hint=f"smm runner install {where} --every 5m")
    put = runner_cron.install if where == "cron" else runner_systemd.install
    return put(session.root, session.calendar().name, every or "1m", write=write and not dry_run, yes=yes)


@app.command()
def act(ctx: typer.Context) -> int:
    """For the job by hand of a git host: do what SMM_ACT says, with SMM_POST, SMM_CHANNEL, SMM_REASON, SMM_UNTIL, SMM_ADDRESS, SMM_SEEN.

    Example: smm runner act, in a job whose environment says SMM_ACT=pause and SMM_REASON=…
    """
    from smm_cli.cli.runner_act import act as do

    return do(ctx.obj)


@app.command()
def site(
    ctx: typer.Context,
    act: Annotated[str, typer.Argument(help="restore or keep.")],
    branch: Annotated[str, typer.Option(help="Where the pages are kept, at the remote.")] = "smm-pages",
) -> int:
    """For jobs of git hosts, whose folder does not last: bring the site's pages from a branch, or keep them there.

    Example: smm runner site restore --branch pages
    """
    from smm_cli.cli import runner_site

    if act not in ("restore", "keep"):
        raise UsageError(f"smm runner site {act}: there is restore and keep", hint="smm runner site keep")
    return runner_site.restore(ctx.obj, branch) if act == "restore" else runner_site.keep(ctx.obj, branch)
