"""The tree of commands: a table, from which each is imported only when called."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from smm_cli import __version__
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.errors import UsageError

COMMANDS: dict[str, tuple[str, str]] = {
    "status": ("status", "Paused? What is next, what needs a person, who ticked last."),
    "init": ("init", "Make a calendar in this folder."),
    "check": ("check", "Find what is wrong with posts and channels.toml."),
    "plan": ("plan", "What goes out when, from files, slots and history."),
    "preview": ("preview", "One post as each network will show it."),
    "publish": ("publish", "Send what is due, and end. For cron."),
    "run": ("run", "Send what is due, again and again."),
    "rehearse": ("rehearse", "Publish the whole calendar against fake networks, at once."),
    "pause": ("pause", "Stop everything, or a part of it, at once."),
    "resume": ("resume", "Begin again after a pause, without a flood."),
    "log": ("log", "What went out, from the receipts."),
    "doctor": ("doctor", "Look for what will break: permissions, clock, credentials."),
    "alert": ("alert", "Who hears of what goes wrong: list, test."),
    "schema": ("schema", "JSON Schemas of posts and channels.toml."),
    "sandbox": ("sandbox", "Fake networks on this machine, with a page of what was posted."),
    "trust": ("trust", "Allow a command: reference on this machine."),
    "post": ("post", "New, list, show, schedule, unschedule, approve, withdraw."),
    "queue": ("queue", "What is to come: list, show, hold, release, retry, cancel, resolve."),
    "channel": ("channel", "Accounts: add, list, check, login, limits, rename, remove, rebuild."),
    "network": ("network", "What networks there are, and their limits."),
    "runner": ("runner", "Who publishes: list, take, install."),
    "ledger": ("ledger", "The record of what went out: sync brings the calendar to workers."),
}
"""Command to module of cli/ and its one line of help. A module offers `app` (a Typer: a group, or one command)."""


class Lazy(TyperGroup):
    """Imports a command's module when it is called; `--help` imports none."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, about = COMMANDS[cmd_name]
        offered = importlib.import_module(f"smm_cli.cli.{module}").app
        offered._add_completion = False  # the shell is taught once, by smm itself
        made = typer.main.get_command(offered)
        made.name = cmd_name
        made.help = made.help or about
        return made

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UsageError(f"there is no command {args[0]}", hint=did_you_mean(args[0], COMMANDS, "smm --help lists them"))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


app = typer.Typer(cls=Lazy, no_args_is_help=False, rich_markup_mode=None, add_completion=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        output.out(f"smm {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def smm(
    ctx: typer.Context,
    directory: Annotated[
        str, typer.Option("-C", metavar="DIR", help="The calendar (default: SMM_CALENDAR, or this folder or one above).")
    ] = "",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """An editorial calendar in git, published to every network on time, exactly once.

    Example: smm post new launch, smm post schedule launch "tomorrow 9am", smm publish
    """
    ctx.obj = ctx.obj or Session()
    if directory:
        ctx.obj.place = directory
    if ctx.invoked_subcommand is None:
        from smm_cli.cli.status import status

        raise typer.Exit(status(ctx))


def call(arguments: Sequence[str]) -> int:
    """Run a command line through typer; the exit code."""
    from typer._click.exceptions import ClickException

    try:
        result = typer.main.get_command(app).main(args=list(arguments), prog_name="smm", standalone_mode=False)
    except ClickException as error:
        error.show()
        if getattr(error, "ctx", None) is None:  # with it, the usage and the way to --help were shown
            command = next((word for word in arguments if word in COMMANDS), "")
            output.tell(f"  {f'smm {command}'.strip()} --help tells more")
        return 2
    except typer.Abort:
        return 130
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer would end with 1 because nobody reads any more
            raise end.__context__ from None
        raise
    return result if isinstance(result, int) else 0
