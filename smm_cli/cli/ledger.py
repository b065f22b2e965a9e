"""smm ledger: the record of what went out, and the database that machines share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smm_cli.cli.session import Session

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]
Json = Annotated[bool, typer.Option("--json", help="What was done, as JSON.")]
app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def group() -> None:
    """The record of what went out, and the database that machines share."""


@app.command("sync")
def sync(
    ctx: typer.Context,
    dry_run: DryRun = False,
    force: Annotated[bool, typer.Option("--force", help="Also where the database has a commit that this clone does not know.")] = False,
    json: Json = False,
) -> int:
    """Bring the published calendar into the database, so that workers need no checkout; write their receipts into receipts/.

    Example: smm ledger sync --dry-run
    """
    from smm_cli.cli.syncing import sync_now

    session: Session = ctx.obj
    return sync_now(session, force=force, dry_run=dry_run, as_json=json)


@app.command("move")
def move(
    ctx: typer.Context,
    to: Annotated[str, typer.Option(metavar="URL", help="postgresql://… or a reference to it. Default: what channels.toml says.")] = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Carry the ledger over to PostgreSQL.

    All of it, compared row by row, or nothing; then it says what to write into channels.toml.

    Example: smm ledger move --to env:SMM_LEDGER
    """
    from smm_cli.cli.ledger_move import move_now

    return move_now(ctx.obj, to, dry_run=dry_run, as_json=json)


@app.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Write the ledger into a file.

    All that it knows of this calendar, as JSON Lines, without anything secret: to keep, or to import elsewhere.

    Example: smm ledger export ledger.jsonl
    """
    from smm_cli.cli.ledger_files import export_now

    return export_now(ctx.obj, file, dry_run=dry_run, as_json=json)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="What smm ledger export wrote.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Take in an exported ledger.

    Into one that knows nothing of this calendar yet: all of it, compared row by row, or nothing.

    Example: smm ledger import ledger.jsonl --dry-run
    """
    from smm_cli.cli.ledger_files import import_now

    return import_now(ctx.obj, file, dry_run=dry_run, as_json=json)


@app.command("rebuild")
def rebuild(ctx: typer.Context, dry_run: DryRun = False, json: Json = False) -> int:
    """Make a lost ledger anew from receipts.

    What has a receipt is never sent again. A damaged ledger is put aside.

    Example: smm ledger rebuild --dry-run
    """
    from smm_cli.cli.ledger_files import rebuild_now

    return rebuild_now(ctx.obj, dry_run=dry_run, as_json=json)
