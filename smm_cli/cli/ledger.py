"""smm ledger: the record of what went out, and the database that machines share."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.cli.session import Session

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def group() -> None:
    """The record of what went out, and the database that machines share."""


@app.command("sync")
def sync(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where the database has a commit that this clone does not know.")] = False,
    json: Annotated[bool, typer.Option("--json", help="What changed, as JSON.")] = False,
) -> int:
    """Bring the published calendar into the database, so that workers need no checkout; write their receipts into receipts/.

    Example: smm ledger sync --dry-run
    """
    from smm_cli.cli.syncing import sync_now

    session: Session = ctx.obj
    return sync_now(session, force=force, dry_run=dry_run, as_json=json)
