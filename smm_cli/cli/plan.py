"""smm plan: what goes out when, day by day, and what is held, with what would release it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.model import WORKTREE
from smm_cli.cli import output
from smm_cli.cli.costs import cost_shape, costs_of, totals
from smm_cli.cli.doctor_tokens import ending_problems
from smm_cli.cli.listing import COLOURS, chosen, read_end, within
from smm_cli.cli.looking import look
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import delivery_shape
from smm_cli.errors import UsageError
from smm_cli.plan.check import check_plan
from smm_cli.plan.say import DAYS, MONTHS, say_moment
from smm_cli.words.delivery import FAILED, HELD, RETRY, UNKNOWN, Delivery
from smm_cli.words.problem import Problem

app = typer.Typer(rich_markup_mode=None)


@app.command("plan")
def plan_command(
    ctx: typer.Context,
    until: Annotated[str, typer.Option(help="Only what is due before then: 2026-12-01, tomorrow 9am.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many deliveries.")] = None,
    channel: Annotated[str, typer.Option(help="Only this channel, group or network.")] = "",
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    diff: Annotated[str | None, typer.Option(metavar="REV", help="What differs from the plan of this commit, for a review.")] = None,
    to: Annotated[str, typer.Option(metavar="REV", help="With --diff: compare with this commit, by default with the work tree.")] = "",
    form: Annotated[str, typer.Option("--as", help="With --diff: text, markdown, json, github, sarif.")] = "",
    tells: Annotated[bool, typer.Option("--exit-code", help="With --diff: 1 where anything differs, as git has it.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One array of deliveries; with --diff as --as json.")] = False,
) -> int:
    """What goes out when, from files, slots and history; what is held, and what would release it.

    With --diff: what a change would change. Needs no secret, asks no server. Exit code 4 where the new side has errors.

    Example: smm plan --until 2026-12-24 --channel mastodon

    Example: smm plan --diff origin/main --as markdown
    """
    if diff is not None:
        from smm_cli.cli.plan_diff import show_diff

        if not diff:  # a variable of a job that holds nothing
            raise UsageError("--diff: with which commit?", hint="smm plan --diff origin/main")
        if until or limit or channel or campaign:
            raise UsageError("--diff compares whole plans", hint="leave out --until, --limit, --channel, --campaign")
        if json and form not in ("", "json"):
            raise UsageError(f"--json or --as {form}, not both")
        return show_diff(ctx.obj, diff, to or WORKTREE, form="json" if json else form or "text", tells=tells)
    if to or form or tells:
        raise UsageError("--to, --as and --exit-code belong to --diff", hint="smm plan --diff main --as markdown")
    return show_plan(ctx.obj, until=until, limit=limit, channel=channel, campaign=campaign, as_json=json)


def show_plan(
    session: Session, *, until: str = "", limit: int | None = None, channel: str = "", campaign: str = "", as_json: bool = False
) -> int:
    """Print the plan of the published calendar; 0. Raises UsageError for unknown names and for a time that is over."""
    with look(session) as runner:
        zone, now = ZoneInfo(runner.calendar.timezone), runner.clock.now()
        end = read_end(until, now, zone) if until else None
        if end is not None and end <= now:
            raise UsageError(f"--until {until}: that is over: {say_moment(end, zone)}", hint="smm log shows what went out")
        planned = plan_of(runner, until=end)
        found = [d for d in chosen(planned.plan.deliveries, runner.calendar, channel, campaign) if within(d, None, end)]
        problems = [*check_plan(planned.plan, runner.calendar, planned.indexed.posts), *ending_problems(runner, found)]
        costs = costs_of(runner, found, planned.indexed.posts)
    if channel or campaign:
        problems = about(problems, found)
    shown = found[:limit]
    if as_json:
        output.as_json([{**delivery_shape(delivery), "cost": cost_shape(costs.get(delivery.name))} for delivery in shown])
        return 0
    show_days(shown, zone)
    if len(found) > len(shown):
        output.tell(f"{len(found) - len(shown)} more: smm plan without --limit, or smm queue list")
    for line in totals(costs, found):
        output.tell(f"costs  {line}")
    output.show_problems(problems)
    return 0


def about(problems: Sequence[Problem], deliveries: Sequence[Delivery]) -> list[Problem]:
    """Those problems that concern one of `deliveries`."""
    channels, paths = {delivery.channel for delivery in deliveries}, {delivery.path for delivery in deliveries}
    files = {*paths, "channels.toml", ""}
    return [p for p in problems if p.place.file in files and (p.place.channel in channels or not p.place.channel)]


def show_days(deliveries: Sequence[Delivery], zone: ZoneInfo) -> None:
    """A heading for each day, a line for each post at its time; below what is held: what would release it."""
    if not deliveries:
        output.tell('Nothing is to come. smm post schedule POST "tomorrow 9am" plans something.')
        return
    groups = together(deliveries)
    lines = output.aligned([_row(group, zone) for group in groups], COLOURS)
    last = ""
    for group, line in zip(groups, lines, strict=True):
        day = _day(group[0].due, zone)
        if day != last:
            output.out(output.paint(day, "bold"))
            last = day
        output.out(line)
        for hint in _ways_out(group):
            output.out(output.fitted(f"      {hint}"))


def together(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Deliveries of one post that stand alike at one time, as one entry, in the order of time."""
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for delivery in deliveries:
        why = delivery.why.replace(delivery.name, delivery.post)
        key = (delivery.due, delivery.post, delivery.occurrence, delivery.state, delivery.reason, why, delivery.by_hand)
        groups.setdefault(key, []).append(delivery)
    return list(groups.values())


def _day(due: datetime | None, zone: ZoneInfo) -> str:
    if due is None:
        return "no time yet"
    wall = due.astimezone(zone)
    return f"{DAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} {wall.year:04}"


def _row(group: Sequence[Delivery], zone: ZoneInfo) -> tuple[str, ...]:
    first = group[0]
    time = " ".join(say_moment(first.due, zone).split()[-2:]) if first.due else ""
    where = ", ".join(f"{d.channel} ({d.handle})" if d.handle else d.channel for d in group)
    state = f"{first.state} ({first.reason})" if first.reason else "by hand" if first.by_hand else first.state
    return f"  {time}", first.post, where, state, first.title


def _ways_out(group: Sequence[Delivery]) -> list[str]:
    """Why it is held, and the commands that release it; for several channels, those of the post."""
    first = group[0]
    if first.state not in (HELD, FAILED, UNKNOWN, RETRY):
        return []
    why = "" if first.why in (first.reason, f"held {first.reason}") else first.why
    said = "\n".join(part for part in (why, first.hint) if part)
    if len(group) > 1:
        said = said.replace(first.name, first.post)
    return [line.strip() for line in said.splitlines()]
