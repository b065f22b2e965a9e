"""smm pause and resume: stop everything, or a part, at once and everywhere; begin again without a flood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from zoneinfo import ZoneInfo

from smm_cli.accounts.private import write_private
from smm_cli.calendar import git
from smm_cli.calendar.git_notes import drop_note, fetch_note, write_note
from smm_cli.calendar.git_refs import Unreachable
from smm_cli.calendar.model import WORKTREE, Calendar, Pause
from smm_cli.calendar.toml_edit import add_table, remove_table
from smm_cli.cli import output
from smm_cli.cli.channel_file import FILE, Keeping, keep_file, prove, read_file, show_change
from smm_cli.cli.listing import read_end
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.delivery.pauses import NAME, REF, machine_file, of_file, of_ref, times_of, written
from smm_cli.delivery.runner import Runner
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.ledger.people import hold
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import HELD, PLANNED, RETRY, Delivery

SCOPES = ("channel", "group", "network", "campaign")
AGAIN = "say it again, once that is mended"


def pause(session: Session, wanted: Pause, *, until: str = "", machine: bool = False, keeping: Keeping) -> int:
    """Stop what `wanted` covers: the ref first, so that other clones hear of it, then channels.toml. `machine`: all calendars here."""
    calendar = session.calendar()
    zone, now = ZoneInfo(calendar.timezone), session.clock.now()
    if until:
        end = read_end(until, now, zone)
        if end is None or end <= now:
            raise UsageError(f"--until {until}: that is over", hint='--until "tomorrow 9am"')
        wanted = replace(wanted, until=end)
    if machine and any(getattr(wanted, scope) for scope in SCOPES):
        raise UsageError("--machine stops all calendars on this machine, and knows no channels or campaigns")
    before = read_file(calendar.root) if not machine else b""
    after = add_table(before, "pause", _table(wanted)) if not machine else b""
    if not machine:
        prove(calendar.root, before, after)
    if keeping.dry_run:
        show_change(FILE, before, after)
        output.tell("Nothing was paused.")
        return 0
    untold = ""
    if machine:
        write_private(machine_file(), written([*of_file(machine_file()), wanted]))
    else:
        untold = _tell_others(calendar, [*_of_ref_now(calendar), wanted])
        keep_file(calendar.root, before, after, f"Pause{': ' + wanted.reason if wanted.reason else ''}", keeping)
    with suppress(*([Unreachable] if untold else ())):  # it is told below, with what helps
        _wake(session)
    ends = f", until {say_moment(wanted.until, zone)}" if wanted.until else ""
    where = "this machine" if machine else next((f"{s} {getattr(wanted, s)}" for s in SCOPES if getattr(wanted, s)), calendar.name)
    output.out(f"paused  {where}{ends}")
    if untold:
        raise ConfigError(f"paused here alone: other runners do not know yet: {untold}", hint=AGAIN, slug="not-told")
    output.tell("Nothing of it goes out. Begin again: smm resume")
    return 0


def resume(session: Session, scope: Pause, *, go_on: bool = False, keep_held: bool = False, keeping: Keeping) -> int:
    """End the pauses that `scope` names (all, where it names nothing): what fell due meanwhile stays held unless a person says go on."""
    if go_on and keep_held:
        raise UsageError("--go-on or --keep-held?")
    _of_ref_now(session.calendar())  # a fresh clone has not heard of a pause that was made elsewhere
    with session.runner() as runner:
        calendar = runner.calendar
        ending = [found for found in calendar.pauses if _is_meant(found, scope)]
        if not ending:
            raise UsageError(
                "nothing is paused" if not calendar.pauses else "no pause is like that", hint="smm status shows what is paused"
            )
        freed = _freed(runner, [found for found in calendar.pauses if found not in ending])
        if freed and not go_on:
            go_on = _asked(runner, freed, keep_held)
        if keeping.dry_run:
            output.tell("Nothing was resumed.")
            return 0
    if freed and not go_on:
        _hold(session, freed)
    untold = _end(session.calendar(), scope, keeping)
    left = _wake(session)
    output.out(f"resumed  {calendar.name}")
    if freed and not go_on:
        output.tell(f"{_count(freed)} held by you: smm queue release NAME lets one go.")
    if any(_is_meant(found, scope) for found in left):
        output.tell(f"{calendar.publish_from} has a pause still: it stops all the same until its end is committed there.")
    if untold:
        raise ConfigError(f"not resumed everywhere: {untold}", hint=f"smm status shows what is paused; {AGAIN}", slug="not-told")
    return 0


def _hold(session: Session, freed: Sequence[Delivery]) -> None:
    """Keep these from going out; other runners know of it before the pause ends. Raises ConfigError where they cannot."""
    try:
        with session.runner() as runner:
            hold(runner.ledger, freed)
    except Unreachable as error:
        raise ConfigError(f"not resumed, only held what fell due: {error.what}", hint=AGAIN, slug=error.slug) from error


# -- the places where a pause stands ----------------------------------------------------------------------------------------


def _of_ref_now(calendar: Calendar) -> tuple[Pause, ...]:
    """The pauses under the ref, the remote's first."""
    if not git.is_repository(calendar.root):
        return ()
    try:
        fetch_note(calendar.root, REF, calendar.publish_from)
    except SmmError as error:
        output.tell(f"  The remote cannot be asked: {error.what}")
    return of_ref(calendar.root)


def _tell_others(calendar: Calendar, pauses: Sequence[Pause]) -> str:
    """Write the ref, here and at the remote; why it could not be pushed, which stops nothing here."""
    if not git.is_repository(calendar.root):
        return ""
    try:
        if pauses:
            write_note(calendar.root, REF, NAME, written(pauses), "Pause", calendar.publish_from)
        else:
            drop_note(calendar.root, REF, calendar.publish_from)
    except SmmError as error:
        return error.what
    return ""


def _end(calendar: Calendar, scope: Pause, keeping: Keeping) -> str:
    """Take the pauses away wherever they stand; why other runners could not be told."""
    before = after = read_file(calendar.root)
    for number in reversed([n for n, found in enumerate(calendar.pauses) if _is_meant(found, scope)]):
        after = remove_table(after, ("pause", number))
    untold = ""
    if known := _of_ref_now(calendar):
        untold = _tell_others(calendar, [found for found in known if not _is_meant(found, scope)])
    here = of_file(machine_file())
    if here and not any(getattr(scope, name) for name in SCOPES):
        machine_file().unlink(missing_ok=True)
    if after != before:
        keep_file(calendar.root, before, after, "Resume", keeping)
    return untold


def _table(wanted: Pause) -> dict[str, object]:
    said = {name: getattr(wanted, name) for name in (*SCOPES, "reason")}
    return {**{k: v for k, v in said.items() if v}, **times_of(wanted), **({"except": list(wanted.exempt)} if wanted.exempt else {})}


def _is_meant(found: Pause, scope: Pause) -> bool:
    """Whether the pause `found` is one that `scope` names."""
    return all(getattr(scope, name) in ("", getattr(found, name)) for name in SCOPES)


def _wake(session: Session) -> tuple[Pause, ...]:
    """Let the next tick look anew, whatever the last one left for the door; the pauses that it will find."""
    with session.runner() as runner:
        runner.ledger.write(lambda c: None)
        if runner.calendar.ledger.url:
            _tell_workers(runner)
        return runner.calendar.pauses


def _tell_workers(runner: Runner) -> None:
    """A pause, or its end, stands in the database at once; where the work tree is what is published, all that changed there too."""
    from smm_cli.delivery.sync import sync, tell_pauses
    from smm_cli.ledger.snapshots import desk_of

    if desk_of(runner.ledger.db, runner.calendar.name) is None:
        return
    tell_pauses(runner)
    if runner.calendar.publish_from == WORKTREE:
        import asyncio

        try:
            asyncio.run(sync(runner))
        except SmmError as error:
            output.tell(f"  Workers know of it. What else changed here they do not: {error.what}")


# -- what fell due ----------------------------------------------------------------------------------------------------------


def _freed(runner: Runner, left: Sequence[Pause]) -> list[Delivery]:
    """What is held by a pause and would go out by itself with only the pauses `left`; what else is held, or late, is said."""
    now = runner.clock.now()
    due = [d for d in plan_of(runner).plan.deliveries if d.state == HELD and d.reason == "paused" and d.due is not None and d.due <= now]
    paused = runner.calendar
    runner.calendar = replace(paused, pauses=tuple(left))
    after = {delivery.name: delivery for delivery in plan_of(runner).plan.deliveries}
    runner.calendar = paused
    freed = [after[delivery.name] for delivery in due if delivery.name in after]
    going = [delivery for delivery in freed if _goes_by_itself(delivery)]
    staying = [delivery for delivery in freed if not _goes_by_itself(delivery)]
    if due:
        output.tell(f"During the pause {len(due)} fell due: {len(staying)} stay held, {len(going)} would go out.")
    for line in (*_lines(staying, runner), *_lines(going, runner)):
        output.tell(line)
    return going


def _goes_by_itself(delivery: Delivery) -> bool:
    """Whether it goes out at the next tick or later (quiet hours end, a turn comes) without anybody's word."""
    later = delivery.state == HELD and delivery.wake is not None and delivery.reason != "paused"
    return later or delivery.state in (PLANNED, RETRY)


def _lines(deliveries: Sequence[Delivery], runner: Runner) -> Iterator[str]:
    zone = ZoneInfo(runner.calendar.timezone)
    for delivery in deliveries:
        when = say_moment(delivery.due or runner.clock.now(), zone)
        yield f"  {delivery.state if not delivery.reason else f'held ({delivery.reason})'}  {delivery.name}  {when}"


def _asked(runner: Runner, freed: Sequence[Delivery], keep_held: bool) -> bool:
    """Whether they go out at once: only where somebody says so."""
    if keep_held:
        return False
    try:
        return output.confirm(f"Let {_count(freed)} go out?", yes=False)
    except UsageError:
        return False


def _count(deliveries: Sequence[Delivery]) -> str:
    return "1 delivery" if len(deliveries) == 1 else f"{len(deliveries)} deliveries"
