"""smm pause, with its help."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.calendar.model import Pause
from smm_cli.cli.channel_file import Keeping

app = typer.Typer(rich_markup_mode=None)


@app.command()
def pause(
    ctx: typer.Context,
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
    group: Annotated[str, typer.Option(help="Only this group of channels.")] = "",
    network: Annotated[str, typer.Option(help="Only this network.")] = "",
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    reason: Annotated[str, typer.Option(help="Why; every runner says it.")] = "",
    until: Annotated[str, typer.Option(help="When it ends by itself: tomorrow 9am.")] = "",
    exempt: Annotated[list[str] | None, typer.Option("--except", metavar="POST", help="A post that goes out all the same.")] = None,
    machine: Annotated[bool, typer.Option("--machine", help="All calendars on this machine, and no other machine.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit channels.toml.")] = False,
    push: Annotated[bool, typer.Option("--push", help="Commit and push it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
) -> int:
    """Stop everything, or a part of it, at once: on this machine, and by git on all others. Nothing is lost.

    Example: smm pause --reason "The server is down" --until "tomorrow 9am"
    """
    from smm_cli.cli.pausing import pause as act

    wanted = Pause(reason, channel, group, network, campaign, exempt=tuple(exempt or ()))
    return act(ctx.obj, wanted, until=until, machine=machine, keeping=Keeping(dry_run, commit, push))
