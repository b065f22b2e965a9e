"""smm resume, with its help."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.calendar.model import Pause
from smm_cli.cli.channel_file import Keeping

app = typer.Typer(rich_markup_mode=None)


@app.command()
def resume(
    ctx: typer.Context,
    channel: Annotated[str, typer.Option(help="Only the pause of this channel.")] = "",
    group: Annotated[str, typer.Option(help="Only that of this group.")] = "",
    network: Annotated[str, typer.Option(help="Only that of this network.")] = "",
    campaign: Annotated[str, typer.Option(help="Only that of this campaign.")] = "",
    go_on: Annotated[bool, typer.Option("--go-on", help="What fell due goes out at once, where it is not too late.")] = False,
    keep_held: Annotated[bool, typer.Option("--keep-held", help="What fell due stays held until you release it.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit channels.toml.")] = False,
    push: Annotated[bool, typer.Option("--push", help="Commit and push it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
) -> int:
    """Begin again after a pause. What fell due meanwhile is listed, and stays held unless you say otherwise.

    Example: smm resume --keep-held
    """
    from smm_cli.cli.pausing import resume as act

    scope = Pause(channel=channel, group=group, network=network, campaign=campaign)
    return act(ctx.obj, scope, go_on=go_on, keep_held=keep_held, keeping=Keeping(dry_run, commit, push))
