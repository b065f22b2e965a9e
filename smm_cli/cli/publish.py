"""smm publish, with its help."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.cli.publishing import publish as act

app = typer.Typer(rich_markup_mode=None)


@app.command()
def publish(
    ctx: typer.Context,
    post: Annotated[list[str] | None, typer.Option(help="Only this post (or delivery); may be given again.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Whatever its time. Asks first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the requests of this tick; send nothing.")] = False,
    fetch: Annotated[bool, typer.Option("--fetch", help="git fetch first; needs no pull, no work tree.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One array of outcomes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    through_pause: Annotated[bool, typer.Option("--through-pause", help="With --post and --now: in spite of a pause.")] = False,
) -> int:
    """Send what is due, and end. Silent on a pipe when there is nothing to do, so that cron does not mail.

    Example: smm publish --post launch --now
    """
    return act(
        ctx.obj, posts=tuple(post or ()), at_once=now, dry_run=dry_run, fetch=fetch, as_json=json, yes=yes, through_pause=through_pause
    )
