"""smm channel: the accounts that a calendar publishes to. Typer parses here; the acts stand in channel_*.py."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.session import Session

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The accounts that this calendar publishes to.")

Name = Annotated[str, typer.Argument(help="A channel of channels.toml.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the edited files.")]
Push = Annotated[bool, typer.Option("--push", help="Commit and push them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it; the network's name for the first one of it.")] = "",
    network: Annotated[str, typer.Option(help="Such as mastodon: smm network list.")] = "",
    server: Annotated[str, typer.Option(help="The address of its server, where the network has many.")] = "",
    account: Annotated[str, typer.Option(help="The handle that it must belong to; login writes it.")] = "",
    secret: Annotated[list[str] | None, typer.Option(help="env:NAME, file:path or command:words; key=env:NAME for one of several.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting: smm network show NAME.")] = None,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
    by_hand: Annotated[bool, typer.Option("--by-hand", help="A person posts: until a login is possible.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing.")] = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    push: Push = False,
) -> int:
    """Write a channel into channels.toml. Posts of before never follow a group onto it (since).

    Example: smm channel add --network mastodon --server https://mastodon.example
    """
    from smm_cli.cli.channel_add import Wanted
    from smm_cli.cli.channel_add import add as act

    wanted = Wanted(name, network, server, account, tuple(secret or ()), tuple(set_ or ()), title, by_hand)
    return act(ctx.obj, wanted, no_input=no_input, keeping=Keeping(dry_run, commit, push))


@app.command("list")
def list_(ctx: typer.Context, json: AsJson = False) -> int:
    """All channels: network, account, where the secret comes from, and how they stand.

    Example: smm channel list --json
    """
    from smm_cli.cli.channel_list import list_channels

    return list_channels(ctx.obj, as_json=json)


@app.command()
def check(ctx: typer.Context, name: Annotated[str, typer.Argument(help="Only this one.")] = "", json: AsJson = False) -> int:
    """Ask the network whose credential it is, what its server runs, and its limits. Publishes nothing.

    Example: smm channel check mastodon
    """
    from smm_cli.cli.channel_check import check_channels

    return check_channels(ctx.obj, name, as_json=json)


@app.command()
def login(
    ctx: typer.Context,
    name: Name,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token or password from standard input.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser: paste the code that the page shows.")] = False,
    identifier: Annotated[str, typer.Option(help="Whom to log in, where the network asks: a handle or a mail address.")] = "",
    age: Annotated[str, typer.Option(metavar="FILE", help="Keep it in this file, encrypted with age; it may lie in git.")] = "",
    keyring: Annotated[bool, typer.Option("--keyring", help="Keep it in the keyring of this machine's user.")] = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    push: Push = False,
) -> int:
    """Log in, keep the secret on this machine (0600), and bind the channel to the account.

    Example: smm channel login mastodon
    """
    from smm_cli.cli.channel_login import Kept
    from smm_cli.cli.channel_login import login as act

    keeping, kept = Keeping(dry_run, commit, push), Kept(age, keyring)
    return act(ctx.obj, name, token_stdin=token_stdin, browser=not no_browser, identifier=identifier, kept=kept, keeping=keeping)


@app.command()
def limits(
    ctx: typer.Context,
    name: Name,
    write: Annotated[bool, typer.Option("--write", help="Put the server's limits into channels.toml.")] = False,
    json: AsJson = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    push: Push = False,
) -> int:
    """The limits that count for a channel, and who says so. --write lets checks on other machines count right, without secrets.

    Example: smm channel limits mastodon --write
    """
    from smm_cli.cli.channel_list import show_limits

    return show_limits(ctx.obj, name, write=write, as_json=json, keeping=Keeping(dry_run, commit, push))


@app.command()
def rename(
    ctx: typer.Context,
    old: Name,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    yes: Yes = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    push: Push = False,
) -> int:
    """Give a channel another name, in channels.toml and in posts. It keeps its history: nothing goes out again.

    Example: smm channel rename mastodon mastodon-main
    """
    from smm_cli.cli.channel_rename import rename as act

    return act(ctx.obj, old, new, yes=yes, keeping=Keeping(dry_run, commit, push))


@app.command()
def remove(
    ctx: typer.Context,
    name: Name,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel what is still to come on it.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    push: Push = False,
) -> int:
    """Take a channel out of channels.toml and forget its secret on this machine. What is public stays public.

    Example: smm channel remove mastodon --cancel
    """
    from smm_cli.cli.channel_remove import remove as act

    return act(ctx.obj, name, cancel=cancel, yes=yes, keeping=Keeping(dry_run, commit, push))


@app.command()
def rebuild(
    ctx: typer.Context,
    name: Name,
    changed: Annotated[bool, typer.Option("--changed", help="Also posts that changed since they went out, as they are now.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Make the folder of a site again, from receipts and posts: same addresses, same times, nothing published.

    Example: smm channel rebuild blog
    """
    from smm_cli.cli.channel_rebuild import rebuild as act

    session: Session = ctx.obj
    return act(session, name, changed=changed, yes=yes, dry_run=dry_run)
