"""`smm publish`: one tick, and what it says. Without typer, since cron calls it every minute."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.calendar.source import Commit
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import outcome_shape
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.tick import Ticked, tick
from smm_cli.errors import UsageError, gravest
from smm_cli.plan.phrase import say_moment
from smm_cli.words.delivery import FAILED, HELD, PUBLISHED, RETRY, UNKNOWN, WAITING

MARKS = {PUBLISHED: "green", FAILED: "red", UNKNOWN: "red", HELD: "yellow", RETRY: "yellow", WAITING: "yellow"}


def publish(
    session: Session,
    *,
    posts: Sequence[str] = (),
    at_once: bool = False,
    dry_run: bool = False,
    fetch: bool = False,
    as_json: bool = False,
    yes: bool = False,
) -> int:
    """Send what is due and end. The exit code answers for the deliveries of this tick alone."""
    import asyncio

    if at_once and not posts:
        raise UsageError("--now needs a post", hint="smm publish --post launch --now")
    if fetch:
        _fetch(session)
    if dry_run:
        from smm_cli.cli.dry_run import show_requests

        return show_requests(session, posts=posts, at_once=at_once, as_json=as_json)
    with session.runner() as runner:
        if isinstance(runner.source, Commit):
            runner.source.downloads = True
        if at_once:
            _announce(runner, posts, yes)
        ticked = asyncio.run(tick(runner, only=posts, at_once=at_once))
        if as_json:
            output.as_json([outcome_shape(outcome) for outcome in ticked.outcomes])
        else:
            _show(ticked, runner)
    return gravest(outcome.error.exit_code for outcome in ticked.outcomes if outcome.error and _counts(outcome))


def _counts(outcome: Outcome) -> bool:
    """Whether an outcome makes this tick end badly: waiting for a retry and being held for a reason of the post do not."""
    return outcome.state not in (RETRY, WAITING) and not (outcome.state == HELD and outcome.error and outcome.error.exit_code == 4)


def _announce(runner: Runner, posts: Sequence[str], yes: bool) -> None:
    from smm_cli.cli.listing import whole_plan

    zone = ZoneInfo(runner.calendar.timezone)
    found = [d for d in whole_plan(runner).deliveries if d.post in posts or d.name in posts]
    for delivery in found:
        later = f", then nothing at {say_moment(delivery.due, zone)}" if delivery.due and delivery.due > runner.clock.now() else ""
        output.tell(f"{delivery.name} ({delivery.handle or delivery.network}) goes out now{later}.")
    if found and not output.confirm("Publish now?", yes=yes):
        raise UsageError("nothing was sent")


def _fetch(session: Session) -> None:
    from smm_cli.calendar import git

    git.fetch(session.root, session.calendar().publish_from)


def _show(ticked: Ticked, runner: Runner) -> None:
    for outcome in ticked.outcomes:
        output.out(f"{output.paint(outcome.state, MARKS.get(outcome.state, ''))}  {outcome.delivery}  {outcome.url}".rstrip())
        _explain(outcome, ZoneInfo(runner.calendar.timezone))
    if not ticked.outcomes and sys.stdout.isatty():
        _say_idle(runner)


def _explain(outcome: Outcome, zone: ZoneInfo) -> None:
    said = outcome.error.what if outcome.error else outcome.note
    for line in (said, outcome.error.hint if outcome.error else ""):
        if line:
            output.tell(f"  {line}")
    if outcome.next_at is not None:
        output.tell(f"  again at {say_moment(outcome.next_at, zone)}")


def _say_idle(runner: Runner) -> None:
    from smm_cli.cli.listing import needs_you, whole_plan

    now, zone = runner.clock.now(), ZoneInfo(runner.calendar.timezone)
    plan = whole_plan(runner)
    coming = next((d for d in plan.deliveries if d.due and d.due > now and d.state == "planned"), None)
    waiting = len(needs_you(plan.deliveries, now))
    parts = ["Nothing is due."]
    if coming and coming.due:
        parts.append(f"Next: {coming.name}, {say_moment(coming.due, zone)}, {_in(coming.due, now)}.")
    if waiting:
        parts.append(f"{waiting} need{'s' if waiting == 1 else ''} you: smm status")
    output.tell(" ".join(parts))


def _in(moment: datetime, now: datetime) -> str:
    left = moment - now
    if left < timedelta(hours=1):
        return f"in {max(1, round(left.total_seconds() / 60))} min"
    return f"in {round(left.total_seconds() / 3600)} h" if left < timedelta(days=2) else f"in {left.days} days"
