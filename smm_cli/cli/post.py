"""smm post: write posts, give them a time, take down what is public."""

from __future__ import annotations

from typing import Annotated

import typer

from smm_cli.cli.channel_file import Keeping

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Write posts, give them a time, take down what is public.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The post's id, or its file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the file.")]
Push = Annotated[bool, typer.Option("--push", help="Commit it and push.")]


@app.command()
def new(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="[ID]", help="Its name for ever; made of the title by default.")] = "",
    title: Annotated[str, typer.Option(help="Its title.")] = "",
    channels: Annotated[str, typer.Option(help="Channels or groups, by commas.")] = "",
    text: Annotated[str, typer.Option(help="Its text, in Markdown.")] = "",
    file: Annotated[str, typer.Option(metavar="FILE", help="Take the text from a file; - for what is piped in.")] = "",
    edit: Annotated[bool, typer.Option("--edit", help="Open it in $VISUAL or $EDITOR.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing.")] = False,
    commit: Commit = False,
    push: Push = False,
    dry_run: DryRun = False,
) -> int:
    """A new draft, with an id that nothing ever had.

    Example: smm post new --title "We launch" --channels mastodon,blog
    """
    from smm_cli.cli.post_new import Draft
    from smm_cli.cli.post_new import new as make

    draft = Draft(id, title, channels, text, file)
    return make(ctx.obj, draft, no_input=no_input, edit=edit, keeping=Keeping(dry_run, commit, push))


@app.command("list")
def list_(
    ctx: typer.Context,
    status: Annotated[str, typer.Option(help="draft, ready or published.")] = "",
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    channel: Annotated[str, typer.Option(help="Only posts for this channel or group.")] = "",
    json: AsJson = False,
) -> int:
    """All posts of the work tree: what is to come first.

    Example: smm post list --status draft
    """
    from smm_cli.cli.post_list import list_posts

    return list_posts(ctx.obj, as_json=json, status=status, campaign=campaign, channel=channel)


@app.command()
def show(ctx: typer.Context, id: Id, json: AsJson = False) -> int:
    """One post: what its file says, where it goes, what became of it.

    Example: smm post show launch
    """
    from smm_cli.cli.post_list import show_post

    return show_post(ctx.obj, id, as_json=json)


@app.command()
def schedule(
    ctx: typer.Context,
    id: Id,
    when: Annotated[str, typer.Argument(metavar="[WHEN]", help='"tomorrow 9am", "morgen 9 Uhr", "2026-11-24 09:00"')] = "",
    slot: Annotated[bool, typer.Option("--slot", help="The next open slot of each channel.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Set the time only; it stays a draft.")] = False,
    commit: Commit = False,
    push: Push = False,
    dry_run: DryRun = False,
) -> int:
    """Give a post its time, and make it ready.

    Example: smm post schedule launch "tomorrow 9am" --commit --push
    """
    from smm_cli.cli.post_schedule import schedule as act

    return act(ctx.obj, id, when, slot=slot, draft=draft, keeping=Keeping(dry_run, commit, push))


@app.command()
def unschedule(ctx: typer.Context, id: Id, commit: Commit = False, push: Push = False, dry_run: DryRun = False) -> int:
    """Take its time away, and make it a draft again.

    Example: smm post unschedule launch
    """
    from smm_cli.cli.post_schedule import unschedule as act

    return act(ctx.obj, id, keeping=Keeping(dry_run, commit, push))


@app.command()
def approve(
    ctx: typer.Context,
    posts: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Posts, by id or file.")] = None,
    campaign: Annotated[str, typer.Option(help="All posts of a campaign that are still to come.")] = "",
    take_back: Annotated[bool, typer.Option("--revoke", help="Take your approval back.")] = False,
    seen: Annotated[str, typer.Option(metavar="DIGEST", help="Only if it is still the version with this digest.")] = "",
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who approves; by default whose git address this is.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    commit: Commit = False,
    push: Push = False,
    dry_run: DryRun = False,
) -> int:
    """Say yes to posts as they stand now. A later change of what is sent, or when, makes the approval lapse.

    Example: smm post approve launch --commit --push
    """
    from smm_cli.cli import post_approve as act

    keeping = Keeping(dry_run, commit, push)
    if take_back:
        return act.revoke(ctx.obj, posts or (), campaign=campaign, who=who, keeping=keeping)
    return act.approve(ctx.obj, posts or (), campaign=campaign, who=who, seen=seen, yes=yes, keeping=keeping)


@app.command()
def withdraw(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID[@CHANNEL]", help="A post, or what is on one channel.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    gone: Annotated[bool, typer.Option("--gone", help="You took it down yourself: only write that down.")] = False,
    json: AsJson = False,
    dry_run: DryRun = False,
) -> int:
    """Take down what is public. It is never sent again.

    Example: smm post withdraw launch@mastodon
    """
    from smm_cli.cli.post_withdraw import take_down

    return take_down(ctx.obj, name, yes=yes, dry_run=dry_run, gone=gone, as_json=json)


@app.command()
def correct(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID[@CHANNEL]", help="A post that is public, or what is on one channel.")],
    anew: Annotated[bool, typer.Option("--replace", help="Take it down and publish it again: likes and replies are lost.")] = False,
    reply: Annotated[bool, typer.Option("--reply", help="Leave it, and reply to it with --text or --file.")] = False,
    text: Annotated[str, typer.Option(help="The reply, in Markdown.")] = "",
    file: Annotated[str, typer.Option(metavar="FILE", help="Take the reply from a file; - for what is piped in.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
    dry_run: DryRun = False,
) -> int:
    """Change what is public to what its file says now. A changed file alone never does that.

    Shows the difference and asks. Where approval is required, the present text must be approved; a pause stops it.

    Example: smm post correct launch@mastodon
    """
    from smm_cli.cli.post_correct import put_right, way_of

    way = way_of(anew=anew, reply=reply, text=text, file=file)
    return put_right(ctx.obj, name, way, yes=yes, dry_run=dry_run, as_json=json)
