"""smm rehearse: the whole calendar against fake networks, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import scene_shape
from smm_cli.errors import UsageError
from smm_cli.plan.say import say_moment
from smm_cli.sandbox.rehearsal import Rehearsed, Scene, count_states, rehearse
from smm_cli.words.delivery import FAILED, HELD, PUBLISHED, RETRY, SKIPPED, UNKNOWN, WAITING

app = typer.Typer(rich_markup_mode=None)

MARKS = {PUBLISHED: "green", FAILED: "red", UNKNOWN: "red", HELD: "yellow", RETRY: "yellow", WAITING: "blue", SKIPPED: "yellow"}
WORDS = {WAITING: "by hand", RETRY: "later"}
EXCERPT = 76
"""Columns of a text that are shown."""


@app.command("rehearse")
def rehearse_command(
    ctx: typer.Context,
    until: Annotated[str, typer.Option(help="Rehearse up to this moment (default: 4 weeks from the first thing to come).")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many deliveries.")] = None,
    post: Annotated[list[str] | None, typer.Option(help="Tell only of this post (or delivery); may be given again.")] = None,
    worktree: Annotated[bool, typer.Option("--worktree", help="The files as they lie here, not those of the published ref.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One array of what would happen.")] = False,
) -> int:
    """Publish the whole calendar against fake networks, now: what would appear where and when, and what only time would show.

    Needs no secret, sends nothing, changes nothing. Ends with 4 where a delivery would not fit.

    Example: smm rehearse --until 2026-12-24
    """
    return show_rehearsal(ctx.obj, until=until, limit=limit, posts=tuple(post or ()), worktree=worktree, as_json=json)


def show_rehearsal(
    session: Session, *, until: str = "", limit: int | None = None, posts: Sequence[str] = (), worktree: bool = False, as_json: bool = False
) -> int:
    """Rehearse, and print what would happen; the exit code. Raises UsageError for a post that is not there."""
    import asyncio

    from smm_cli.calendar.cached import load_calendar

    root, now = session.root, session.clock.now()
    zone = ZoneInfo(load_calendar(root, remember=False).timezone)
    end = _end(until, now, zone)
    found = asyncio.run(
        rehearse(
            root,
            now,
            until=end,
            limit=limit,
            only=frozenset(posts),
            publish_from="worktree" if worktree else "",
            progress=_progress(zone),
        )
    )
    output.progress("")
    if posts and not found.known:
        raise UsageError(f"there is no post {', '.join(posts)}", hint="smm post list")
    if as_json:
        output.as_json([scene_shape(scene) for scene in found.scenes])
    else:
        _show(found, zone)
    output.show_problems(found.problems)
    output.tell(summary(found, zone))
    return found.exit_code


def _end(until: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    from smm_cli.cli.listing import read_end

    end = read_end(until, now, zone) if until else None
    if end is not None and end <= now:
        raise UsageError(f"--until {until}: that is over: {say_moment(end, zone)}", hint="smm rehearse --until 2030-01-31")
    return end


def _progress(zone: ZoneInfo) -> Callable[[datetime, int], None]:
    def tell(moment: datetime, count: int) -> None:
        output.progress(f"Rehearsing {say_moment(moment, zone)}: {count} so far")

    return tell


def _show(found: Rehearsed, zone: ZoneInfo) -> None:
    last = ""
    for scene in found.scenes:
        moment = say_moment(scene.at, zone)
        if moment != last:
            output.out(output.paint(moment, "bold"))
            last = moment
        for line in _lines(scene):
            output.out(line)


def _lines(scene: Scene) -> list[str]:
    outcome = scene.outcome
    word = WORDS.get(outcome.state, outcome.state) + (f" ({scene.reason})" if scene.reason else "")
    where = "  ".join(part for part in (scene.channel, scene.account) if part)
    head = (
        f"  {output.paint(word, MARKS.get(outcome.state, ''))}  {scene.post}  {output.clean(where)}  {output.clean(outcome.url)}".rstrip()
    )
    parts = f"   {len(scene.texts)} parts" if len(scene.texts) > 1 else ""
    files = f"   {len(scene.media)} file{'s' if len(scene.media) > 1 else ''}" if scene.media else ""
    lines = [head, f"    {excerpt(scene.texts[0])}{parts}{files}"] if scene.texts and scene.texts[0] else [head]
    said = outcome.error.what if outcome.error else outcome.note if outcome.state not in (PUBLISHED, WAITING) else ""
    lines += [f"    {output.clean(said)}"] if said else []
    hints = output.clean_lines(outcome.error.hint) if outcome.error else []
    return lines + [f"      {hint}" for hint in hints]


def excerpt(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(output.clean(text).split())
    if output.width(line) <= EXCERPT:
        return line
    while output.width(line) >= EXCERPT:
        line = line[:-1]
    return line.rstrip() + "…"


def summary(found: Rehearsed, zone: ZoneInfo) -> str:
    """One line: until when, how many of what, and that nothing was sent."""
    counted = ", ".join(f"{count} {WORDS.get(state, state)}" for state, count in count_states(found.scenes).items())
    if not found.scenes:
        return f"Nothing is to come before {say_moment(found.until, zone)}. Nothing was sent, nothing changed."
    end = f"until {say_moment(found.until, zone)}" if found.whole else f"up to {say_moment(found.scenes[-1].at, zone)}, then it was enough"
    return f"Rehearsed {end}: {counted}. Nothing was sent, nothing changed."
