"""smm schema: JSON Schemas of what people write, for editors and other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.errors import ConfigError, UsageError

app = typer.Typer(rich_markup_mode=None)
KINDS = ("post", "channels")


@app.command("schema")
def schema_command(
    kind: Annotated[str, typer.Argument(metavar="[post|channels]", help="A post's front matter, or channels.toml; default: both.")] = "",
    directory: Annotated[str, typer.Option("--dir", metavar="DIR", help="Write post.schema.json and channels.schema.json there.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --dir: say what would be written.")] = False,
) -> int:
    """JSON Schemas of a post's front matter and of channels.toml, made from the models that read them.

    Both are one object with the keys post and channels. Works outside of a calendar too.

    Example: smm schema channels --dir .vscode
    """
    return show_schemas(kind, directory, dry_run=dry_run)


def show_schemas(kind: str = "", directory: str = "", *, dry_run: bool = False) -> int:
    """Print or write the schemas; 0. Raises UsageError, ConfigError where the folder cannot be written."""
    from smm_cli.calendar.schema import schemas

    if kind and kind not in KINDS:
        raise UsageError(f"there is no schema of {kind}", hint=did_you_mean(kind, KINDS, "smm schema post, or smm schema channels"))
    found = schemas()
    if not directory:
        output.as_json(found[kind] if kind else found)
        return 0
    for name in [kind] if kind else KINDS:
        path = Path(directory) / f"{name}.schema.json"
        text = json.dumps(found[name], ensure_ascii=False, indent=2) + "\n"
        if dry_run:
            output.tell(f"would write {path}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}", hint="--dir names another folder") from None
        output.out(f"wrote {path}")
    return 0
