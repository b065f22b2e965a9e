"""smm sandbox: fake networks on this machine, with a page of what was posted."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.errors import UsageError
from smm_cli.networks import load
from smm_cli.sandbox.server import Sandbox, run
from smm_cli.sandbox.world import fakes

app = typer.Typer(rich_markup_mode=None)

PORT = 4700
"""Where the page is by default; the fakes follow, so that what stands in channels.toml goes on being right."""


@app.command("sandbox")
def sandbox_command(
    ctx: typer.Context,
    networks: Annotated[list[str] | None, typer.Argument(help="Only these, such as mastodon.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65_000, help="The page's; the fakes get the next ones. 0: any free ones.")] = PORT,
    host: Annotated[str, typer.Option(help="An address of this machine alone.")] = "127.0.0.1",
) -> int:
    """Run fake networks on this machine, with a page of what was posted. They refuse what the real ones refuse. Ctrl-C ends them.

    Example: smm sandbox mastodon bluesky
    """
    wanted = tuple(dict.fromkeys(networks or ()))
    for name in wanted:
        if name not in fakes():
            raise UsageError(f"there is no fake of {name}", hint=did_you_mean(name, fakes(), "smm sandbox runs all there are"))
    with Sandbox(host, port, networks=wanted) as sandbox:
        _say(sandbox)
        with suppress(KeyboardInterrupt):
            run(sandbox)
        output.tell("The sandbox has ended; what was posted is gone.")
    return 0


def _say(sandbox: Sandbox) -> None:
    for network, lines in sandbox.lines.items():
        output.out(output.paint(f"# {load(network).title}, at {sandbox.addresses[network]}", "bold"))
        output.out(lines)
        output.out()
    output.tell(f"What is posted: {sandbox.page}   Ctrl-C ends the sandbox.")
