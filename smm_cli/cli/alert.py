"""smm alert: who hears of what, and a trial of telling them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.errors import ConfigError, SmmError, gravest
from smm_cli.plan.alerts import HOLD, Alert

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.command("list")
def list_command(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="One array of alerts.")] = False) -> int:
    """What was told to whom, or is to be; what is mended is not in it.

    Example: smm alert list --json
    """
    from zoneinfo import ZoneInfo

    from smm_cli.cli.looking import look
    from smm_cli.ledger.alerts import tellings
    from smm_cli.plan.say import say_moment

    session: Session = ctx.obj
    with look(session) as runner:
        found, zone = tellings(runner.ledger), ZoneInfo(runner.calendar.timezone)
    if json:
        shapes = [{"name": one.name, "recipient": one.recipient, "since": iso(one.since), "told_at": iso(one.told_at)} for one in found]
        output.as_json(shapes)
    elif found:
        rows = [(say_moment(one.since, zone), one.name, one.recipient, "told" if one.told_at else "not yet told") for one in found]
        output.table(rows, head=("since", "what", "recipient", ""))
    else:
        output.tell("Nothing needs anybody. smm alert test tries whether alerts arrive.")
    return 0


@app.command("test")
def test_command(ctx: typer.Context) -> int:
    """Tell everybody of [alerts] that this is a trial, deputies and the heartbeat too. Exit code 5 where somebody was not reached.

    Example: smm alert test
    """
    import asyncio

    session: Session = ctx.obj
    return asyncio.run(try_alerts(session))


async def try_alerts(session: Session) -> int:
    """Tell each recipient a trial, one after the other. Raises ConfigError where `[alerts]` names nobody."""
    from smm_cli.delivery.alerts import alerts_here
    from smm_cli.delivery.recipients import HEARTBEAT, reach, tell

    trial = Alert("trial", HOLD, "This is a trial: alerts of this calendar arrive here", "smm alert list")
    codes: list[int] = []
    with session.runner() as runner:
        said = alerts_here(runner.calendar)
        everybody = dict.fromkeys((*said.to, *said.deputy))
        if not everybody and not said.heartbeat:
            raise _names_nobody(session, runner.calendar.publish_from)
        try:
            for recipient in everybody:
                codes.append(await _tried(recipient, tell(runner, recipient, [trial])))
            if said.heartbeat:
                codes.append(await _tried("heartbeat", reach(runner, said.heartbeat, HEARTBEAT)))
        finally:
            await runner.end()
    return gravest(codes)


def _names_nobody(session: Session, ref: str) -> ConfigError:
    """What is published has no `[alerts]`; the file that lies here may."""
    here = session.calendar().alerts
    hint = 'write [alerts] with to = ["channel:NAME"] into channels.toml: docs/how-to/alerts.md'
    if here.to or here.deputy or here.heartbeat:
        hint = f"it does in the file that lies here, but {ref} counts: git add channels.toml && git commit -m Alerts"
    return ConfigError("[alerts] names nobody", hint=hint, slug="no-alerts")


async def _tried(recipient: str, telling: Awaitable[None]) -> int:
    from smm_cli.accounts.masks import masked

    try:
        await telling
    except SmmError as error:
        output.out(f"{output.paint('not told', 'red')}  {recipient}  {masked(error.what)}")
        if error.hint:
            output.tell(f"  {error.hint}")
        return error.exit_code
    output.out(f"{output.paint('told', 'green')}  {recipient}")
    return 0
