"""smm preview: one post as each of its networks will get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.targets import members
from smm_cli.cli import output
from smm_cli.cli.listing import no_such
from smm_cli.cli.looking import look
from smm_cli.cli.planned import plan_of
from smm_cli.cli.post_desk import find_post
from smm_cli.cli.preview_post import Message, Shown, View, views_of
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import view_shape
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import HELD, PUBLISHED
from smm_cli.words.problem import errors_of

app = typer.Typer(rich_markup_mode=None)


@app.command("preview")
def preview_command(
    ctx: typer.Context,
    post: Annotated[str, typer.Argument(metavar="POST", help="Its id, or its file.")],
    channel: Annotated[str, typer.Option(help="Only this channel, group or network.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One array, an object for each channel.")] = False,
) -> int:
    """One post as each network will get it: texts as sent and counted, media, problems. Asks no server, needs no secret.

    Exit code 4 where it would not go out somewhere.

    Example: smm preview launch --channel mastodon
    """
    return preview(ctx.obj, post, channel=channel, as_json=json)


def preview(session: Session, name: str, *, channel: str = "", as_json: bool = False) -> int:
    """Print what `name` will be on each of its channels, as its file lies here; the exit code.

    Raises UsageError for unknown names, PostError where the file is broken.
    """
    with look(session, worktree=True) as runner:
        zone, planned = ZoneInfo(runner.calendar.timezone), plan_of(runner)
        post = find_post(runner, name)
        views = list(views_of(post, planned, runner))
        if channel:
            views = _on(channel, views, runner)
    if as_json:
        output.as_json([view_shape(view) for view in views])
    elif not views:
        output.tell(f"{post.path} names no channel: channels: [{', '.join(list(runner.calendar.channels)[:3])}]")
    else:
        for number, view in enumerate(views):
            output.frame(_heading(view), list(_lines(view, zone)), first=number == 0)
    return 4 if any(errors_of(view.problems) for view in views) else 0


def _on(name: str, views: Sequence[View], runner: Runner) -> list[View]:
    """Those on a channel, group or network. Raises UsageError where the post does not go there."""
    wanted = members(name, runner.calendar)
    if not wanted:
        raise no_such("channel or group", name, [*runner.calendar.channels, *runner.calendar.groups])
    shown = [view for view in views if view.channel.name in wanted]
    if not shown:
        there = ", ".join(view.channel.name for view in views) or "nowhere"
        raise UsageError(f"this post does not go to {name}", hint=f"it goes to {there}")
    return shown


def _heading(view: View) -> str:
    who = view.account or "account not known yet: smm channel check"
    return f"{view.channel.name}  {view.title}  {who if not view.by_hand else 'by hand'}"


def _lines(view: View, zone: ZoneInfo) -> Iterator[str]:
    yield output.paint(_when(view, zone), "dim")
    for name, value in view.extras.items():
        yield f"{name.replace('_', ' ')}: {value}"
    for number, message in enumerate(view.messages, 1):
        yield ""
        yield from _of_message(message, f"part {number} of {len(view.messages)}" if len(view.messages) > 1 else "")
    if view.share:
        yield ""
        yield f"open {view.share}"
    if view.problems:
        yield ""
        for problem in view.problems:
            yield from output.problem_lines(problem)


def _when(view: View, zone: ZoneInfo) -> str:
    found = view.delivery
    if found is None:
        return "not planned"
    when = say_moment(found.due, zone) if found.due else "no time yet"
    if found.state == PUBLISHED:
        return f"published {when}  {found.url}".rstrip()
    return f"{when}  {found.state} ({found.reason})" if found.state == HELD else f"{when}  {found.state}"


def _of_message(message: Message, label: str) -> Iterator[str]:
    counts = [output.paint(str(count), "red" if count.used > count.most else "dim") for count in message.counts]
    head = "  ".join([*([label] if label else []), *counts])
    if head:
        yield head
    yield from (f"  {line}" for line in message.text.splitlines())
    for shown in message.media:
        yield from _of_medium(shown)
    if message.card:
        yield f"  card of {message.card}"
    for name, value in message.extras.items():
        yield output.paint(f"  {name.replace('_', ' ')}: {value}", "dim")


def _of_medium(shown: Shown) -> Iterator[str]:
    medium = shown.medium
    facts = [f"{medium.width} x {medium.height} px"] if medium.width and medium.height else []
    facts += [f"{medium.seconds:.0f} s"] if medium.seconds else []
    facts += [medium.blob.type, f"{-(-medium.blob.size // 1000)} kB"] if medium.blob else ["not found"]
    yield f"  [{medium.kind or 'file'}] {medium.path}  {', '.join(facts)}"
    said = "decorative" if medium.decorative else medium.alt or "no description"
    yield f"    {said}" + (f"  ({shown.count.used} of {shown.count.most})" if shown.count else "")
