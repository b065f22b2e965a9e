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
from smm_cli.delivery.tick import Ticked, may_go_now, tick
from smm_cli.delivery.whose import STOPPED
from smm_cli.errors import AuthFailed, ConfigError, DeliveryError, UsageError, gravest
from smm_cli.plan.say import say_moment
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
    through_pause: bool = False,
) -> int:
    """Send what is due and end. The exit code answers for the deliveries of this tick alone; 5 where what shall go at once is held."""
    import asyncio

    if at_once and not posts:
        raise UsageError("--now needs a post", hint="smm publish --post launch --now")
    if fetch:
        _fetch(session)
    if dry_run:
        from smm_cli.cli.dry_run import show_requests

        return show_requests(session, posts=posts, at_once=at_once, as_json=as_json)
    if through_pause and not (posts and at_once):
        raise UsageError("--through-pause needs the posts, and --now", hint="smm publish --post statement --now --through-pause")
    with _opened(session, posts if through_pause else ()) as runner:
        if isinstance(runner.source, Commit):
            runner.source.downloads = True
        if at_once and not _agreed(runner, posts, yes):
            output.tell("Nothing was sent.")
            return 0
        ticked = asyncio.run(tick(runner, only=posts, at_once=at_once))
        if as_json:
            output.as_json([outcome_shape(outcome) for outcome in ticked.outcomes])
        else:
            _show(ticked, runner, posts)
    _report_bugs(ticked.outcomes)
    left = _left(ticked.outcomes) if at_once else 0
    return gravest([*(exit_code_of(outcome) for outcome in ticked.outcomes), left])


def _left(outcomes: Sequence[Outcome]) -> int:
    """Somebody wanted these now, whatever their time: what is held all the same is not sent when the hold ends, and is told. 5, or 0."""
    held = [outcome.delivery for outcome in outcomes if outcome.state == HELD]
    if held:
        output.tell(f"Not sent now: {', '.join(held)}. Say it again, or it goes out at its own time.")
    return DeliveryError.exit_code if held else 0


def exit_code_of(outcome: Outcome) -> int:
    """How bad an outcome is: published, held for the post's sake, and waiting (for a person, for another try) are 0.

    A delivery held because its channel cannot send is not: 3 where the configuration is wrong, 5 where its credential is refused
    in this tick; a channel that was stopped before is `smm status`'s business.
    """
    error = outcome.error
    if error is None or outcome.state == WAITING or error.slug == STOPPED:
        return 0
    if error.exit_code in (1, 7):
        return error.exit_code
    if outcome.state == RETRY:
        return 0
    if outcome.state == HELD and not isinstance(error, ConfigError | AuthFailed):
        return 0
    return error.exit_code


def _opened(session: Session, through: Sequence[str]) -> Runner:
    """The runner. Raises ConfigError saying that a channels.toml that cannot be read counts as a pause."""
    try:
        return session.runner([name.partition("@")[0] for name in through])
    except ConfigError as error:
        if error.slug == "config":
            error.hint = f"{error.hint}\nThis counts as paused: nothing goes out until it is mended. smm check looks again.".strip()
        raise


def _report_bugs(outcomes: Sequence[Outcome]) -> None:
    """A network that broke down is a bug: a report of each kind, as for any other."""
    causes = {repr(o.error.__cause__): o.error.__cause__ for o in outcomes if o.error and o.error.exit_code == 1 and o.error.__cause__}
    for cause in causes.values():
        from smm_cli.cli.report import write_report

        output.tell(f"This is a bug in smm, not your mistake. A report is in {write_report(cause, sys.argv[1:])}. Please send it.")


def _agreed(runner: Runner, posts: Sequence[str], yes: bool) -> bool:
    """Show what would go out now, and ask. Where nothing would, the tick itself says why."""
    from smm_cli.cli.listing import whole_plan
    from smm_cli.cli.shared_claims import hear

    hear(runner)
    zone, now = ZoneInfo(runner.calendar.timezone), runner.clock.now()
    found = [d for d in whole_plan(runner).deliveries if (d.post in posts or d.name in posts) and may_go_now(d)]
    for delivery in found:
        later = f", then nothing at {say_moment(delivery.due, zone)}" if delivery.due and delivery.due > now else ""
        output.tell(f"{delivery.name} ({delivery.handle or delivery.network}) goes out now{later}.")
    for pause in runner.calendar.pauses if runner.through else ():
        output.tell(f"A pause is on{': ' + pause.reason if pause.reason else ''}. This goes out in spite of it.")
    return not found or output.confirm("Publish now?", yes=yes)


def _fetch(session: Session) -> None:
    from smm_cli.calendar import git
    from smm_cli.calendar.git_notes import fetch_note
    from smm_cli.calendar.model import GIT
    from smm_cli.cli.shared_claims import hear
    from smm_cli.delivery.pauses import REF

    if session.calendar().ledger.claims == GIT:
        with session.runner() as runner:
            hear(runner)
            return
    fetch_note(session.root, REF, session.calendar().publish_from)
    git.fetch(session.root, session.calendar().publish_from)


def _show(ticked: Ticked, runner: Runner, posts: Sequence[str]) -> None:
    zone, said = ZoneInfo(runner.calendar.timezone), ""
    for outcome in ticked.outcomes:
        output.out(f"{output.paint(outcome.state, MARKS.get(outcome.state, ''))}  {outcome.delivery}  {outcome.url}".rstrip())
        lines = _explained(outcome, zone)
        if lines and lines != said:  # many deliveries of a channel may wait for one reason
            output.tell(lines)
        said = lines
    for note in ticked.notes:
        output.tell(note)
    if ticked.outcomes:
        return
    if posts:
        _say_not_due(runner, posts, zone)
    elif sys.stdout.isatty():
        _say_idle(runner, zone)


def _say_not_due(runner: Runner, posts: Sequence[str], zone: ZoneInfo) -> None:
    """Somebody asked for these: each is told where it stands. Raises UsageError where there is no such delivery."""
    from smm_cli.cli.listing import no_such, whole_plan

    deliveries = whole_plan(runner).deliveries
    found = [delivery for delivery in deliveries if delivery.post in posts or delivery.name in posts]
    if not found:
        raise no_such("delivery", posts[0], sorted(delivery.name for delivery in deliveries))
    for delivery in found:
        when = f", {say_moment(delivery.due, zone)}" if delivery.due else ""
        output.tell(f"{delivery.name} is not due: {delivery.why or delivery.state}{when}.")
    if any(may_go_now(delivery) for delivery in found):
        output.tell(f"Whatever its time: smm publish --post {posts[0]} --now")


def _explained(outcome: Outcome, zone: ZoneInfo) -> str:
    said = [outcome.error.what, outcome.error.hint] if outcome.error else [outcome.note]
    if outcome.next_at is not None:
        said.append(f"again at {say_moment(outcome.next_at, zone)}")
    return "\n".join(f"  {line}" for line in said if line)


def _say_idle(runner: Runner, zone: ZoneInfo) -> None:
    from smm_cli.cli.listing import needs_you, whole_plan
    from smm_cli.cli.unpublished import not_on_ref

    now = runner.clock.now()
    plan = whole_plan(runner)
    coming = next((d for d in plan.deliveries if d.due and d.due > now and d.state == "planned"), None)
    waiting = len(needs_you(plan.deliveries, now))
    parts = ["Nothing is due."]
    if coming and coming.due:
        parts.append(f"Next: {coming.name}, {say_moment(coming.due, zone)}, {_in(coming.due, now)}.")
    if waiting:
        parts.append(f"{waiting} need{'s' if waiting == 1 else ''} you: smm status")
    output.tell(" ".join(parts))
    if said := not_on_ref(runner):
        output.tell(said)


def _in(moment: datetime, now: datetime) -> str:
    left = moment - now
    if left < timedelta(hours=1):
        return f"in {max(1, round(left.total_seconds() / 60))} min"
    return f"in {round(left.total_seconds() / 3600)} h" if left < timedelta(days=2) else f"in {left.days} days"
