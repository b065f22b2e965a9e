"""smm status, and bare smm: paused? what is next, what needs a person, tokens that end, each runner's last tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.index import Indexed
from smm_cli.calendar.model import GIT, Calendar, Pause
from smm_cli.cli import output
from smm_cli.cli.doctor_tokens import ending_lines
from smm_cli.cli.listing import LONG_LATE, long_late, needs_you
from smm_cli.cli.looking import look
from smm_cli.cli.outdated import broken_off, outdated
from smm_cli.cli.overdue import looked_at, overdue
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import delivery_shape, iso
from smm_cli.cli.shared_claims import claim_lines
from smm_cli.cli.unpublished import not_on_ref
from smm_cli.delivery.ends import forecast
from smm_cli.delivery.outage import outages_of
from smm_cli.delivery.runner import Runner
from smm_cli.ledger.intake import foreign
from smm_cli.ledger.receipts import receipt_files
from smm_cli.plan.endings import Ending
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import FAILED, PLANNED, UNKNOWN, Delivery
from smm_cli.words.problem import ERROR

app = typer.Typer(rich_markup_mode=None)
SHOWN = 3


@dataclass(frozen=True)
class Standing:
    """How the calendar stands at `now`."""

    now: datetime
    zone: ZoneInfo
    pauses: tuple[Pause, ...]
    coming: tuple[Delivery, ...]
    due: tuple[Delivery, ...]
    needs: tuple[Delivery, ...]
    ending: tuple[Ending, ...]
    stopped: dict[str, str]
    ticks: tuple[tuple[str, datetime], ...]
    uncommitted: tuple[str, ...]
    late: int = 0
    elsewhere: str = ""
    outage: str = ""
    claims: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """6 where something is unknown, 5 where something failed, 3 where a channel is stopped, else 0: for monitors."""
        states = {delivery.state for delivery in self.needs}
        return 3 if self.stopped else 6 if UNKNOWN in states else 5 if FAILED in states else 0


@app.command("status")
def status(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> int:
    """Paused? What is next, what needs a person, who ticked last. Exit code 6 unknown, 5 failed, 3 stopped, else 0.

    Example: smm status --json
    """
    session: Session = ctx.obj
    with look(session) as runner:
        unheard = runner.hear()
        standing = replace(stand(runner), claims=claim_lines(runner, unheard))
    if json:
        output.as_json(_shape(standing))
    else:
        _show(standing)
    return standing.exit_code


def stand(runner: Runner) -> Standing:
    """How the calendar of `runner` stands now."""
    now, calendar = runner.clock.now(), runner.calendar
    planned = plan_of(runner)
    plan = planned.plan
    coming = [d for d in plan.deliveries if d.due and d.due > now and d.state == "planned"]
    still = looked_at(runner, overdue(plan.deliveries, now), planned.indexed.posts)
    asking = needs_you([*plan.deliveries, *still], now)
    return Standing(
        now=now,
        zone=ZoneInfo(calendar.timezone),
        pauses=tuple(p for p in calendar.pauses if (p.start is None or p.start <= now) and (p.until is None or now < p.until)),
        coming=tuple(coming[:SHOWN]),
        due=tuple(delivery for delivery in still if delivery.state == PLANNED),
        needs=tuple(delivery for delivery in asking if not long_late(delivery, now)),
        late=sum(long_late(delivery, now) for delivery in plan.deliveries),
        elsewhere=not_on_ref(runner),
        outage=_outage(runner, plan.deliveries, now),
        ending=tuple(forecast(calendar, runner.ledger, plan.deliveries, now)),
        stopped={name: why for name, (why, _) in runner.ledger.stopped().items()},
        ticks=tuple((name.split("#")[0], at) for name, at in last_ticks(runner).items()),
        uncommitted=_uncommitted(calendar),
        changed=tuple(name for _, name in outdated(runner, planned.indexed.posts)),
        unread=_unread(planned.indexed),
        foreign=tuple(one.runner.split("#")[0] for one in foreign(runner.ledger)) if runner.shared is None else (),
        broken=tuple(f"{what}   {mend}" for what, mend in broken_off(runner)),
    )


def last_ticks(runner: Runner) -> dict[str, datetime]:
    """When each runner last looked, by its whole name; an idle look counts."""
    mark: Path = runner.calendar.state / "tick"
    idle = datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None
    return {tick.runner: max(tick.at, idle) if idle and tick.runner == runner.ledger.runner else tick.at for tick in runner.ledger.ticks()}


def _uncommitted(calendar: Calendar) -> tuple[str, ...]:
    """Receipts that git does not have yet: another machine would send their deliveries again."""
    from smm_cli.calendar import git
    from smm_cli.errors import SmmError

    if calendar.ledger.claims == GIT:
        return ()  # they stand on a branch of their own
    try:
        if not git.is_repository(calendar.root):
            return ()
        paths = sorted(path for path, status in git.statuses(calendar.root, "receipts").items() if not status.committed)
    except SmmError:
        return ()
    return tuple(file for path in paths for file in (_inside(calendar, path) if path.endswith("/") else [path]))


def _unread(indexed: Indexed) -> tuple[str, ...]:
    """Files of posts that cannot be read, and so do not go out, with what is wrong first."""
    wrong = {problem.place.file: problem.what for problem in reversed(indexed.problems) if problem.severity == ERROR}
    known = {post.path for post in indexed.posts}
    return tuple(f"{file}: {what}   smm check" for file, what in sorted(wrong.items()) if file not in known)


def _inside(calendar: Calendar, folder: str) -> list[str]:
    """The receipts in a folder that git passes over as a whole."""
    below = folder.removeprefix("receipts/")
    return sorted(f"receipts/{path}" for path, _ in receipt_files(calendar.root / "receipts") if path.startswith(below))


def _show(standing: Standing) -> None:
    rows: list[tuple[str, str]] = []
    for pause in standing.pauses:
        what = pause.channel or pause.group or pause.network or pause.campaign or "everything"
        until = f" until {say_moment(pause.until, standing.zone)}" if pause.until else ""
        rows.append(("paused", f"{what}{until}: {pause.reason}"))
    rows += _listed("next", [f"{say_moment(d.due, standing.zone)}  {d.name}{_by_hand(d)}" for d in standing.coming if d.due])
    rows += _listed("due", _due(standing))
    rows += _listed("needs you", _needs(standing.needs))
    if standing.late:
        rows.append(("late", f"{standing.late} held as late for over {LONG_LATE.days} days: smm queue list --state held"))
    rows += _listed("changed", [f"{name} changed since it went out: smm post correct {name}" for name in standing.changed[:10]])
    rows += _listed("unfinished", standing.broken)
    rows += _listed("unread", [*standing.unread[:SHOWN], *_more(len(standing.unread) - SHOWN, "smm check")])
    rows += [("outage", standing.outage)] if standing.outage else []
    rows += [("elsewhere", standing.elsewhere)] if standing.elsewhere else []
    rows += _listed("claims", standing.claims)
    rows += _listed("stopped", [f"{name}: {why}   smm channel login {name}" for name, why in standing.stopped.items()])
    beside = 'nothing goes out from here, since "{}" published this calendar: smm runner take'
    rows += _listed("refused", [beside.format(name) for name in standing.foreign])
    rows += _listed("ending", ending_lines(standing.ending, standing.zone))
    if standing.uncommitted:
        them = "it" if len(standing.uncommitted) == 1 else "them"
        rows.append(("receipts", f"{len(standing.uncommitted)} not committed: another machine would send {them} again"))
    rows += _listed("runner", [f"{name}, last seen {say_moment(at, standing.zone)}" for name, at in standing.ticks])
    output.table(rows or [("nothing", 'is planned yet. smm post new hello, then smm post schedule hello "tomorrow 9am"')])


def _by_hand(delivery: Delivery) -> str:
    return "  (by hand)" if delivery.by_hand else ""


def _due(standing: Standing) -> list[str]:
    """What the next tick sends, as far as the files tell."""
    first = [f"{say_moment(d.due, standing.zone)}  {d.name}{_by_hand(d)}" for d in standing.due[:SHOWN] if d.due]
    return [f"{line}   smm publish sends it, or says why not" for line in first] + _more(len(standing.due) - SHOWN, "smm queue list")


def _needs(deliveries: Sequence[Delivery]) -> list[str]:
    lines = [f"{d.name}: {d.state}{f' ({d.reason})' if d.reason else ''}   smm queue show {d.name}" for d in deliveries[:10]]
    return lines + _more(len(deliveries) - 10, "smm queue list")


def _more(count: int, where: str) -> list[str]:
    return [f"and {count} more: {where}"] if count > 0 else []


def _listed(name: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(name if number == 0 else "", line) for number, line in enumerate(lines)]


def _outage(runner: Runner, deliveries: Sequence[Delivery], now: datetime) -> str:
    """When nobody looked, and what became of what fell due then; empty where nothing waits for it any more."""
    zone = ZoneInfo(runner.calendar.timezone)
    spread, held = ([d for d in deliveries if d.reason == reason] for reason in ("spread", "outage"))
    ends = max((d.wake for d in spread if d.wake), default=None)
    waits = [f"{len(spread)} deliver{'y' if len(spread) == 1 else 'ies'} spread until {say_moment(ends, zone)}"] if ends else []
    waits += [f"{len(held)} held: smm queue release --state held"] if held else []
    meant = [outage for outage in outages_of(runner, now) if any(d.due and outage.covers(d.due) for d in (*spread, *held))]
    when = ", ".join(f"between {say_moment(outage.since, zone)} and {say_moment(outage.until, zone)}" for outage in meant)
    return f"nobody looked {when}; {'; '.join(waits)}" if waits else ""


def _shape(standing: Standing) -> dict[str, Any]:
    """`now`, `paused`, `next`, `due`, `needs_you`, `unread` (sentences), `long_late` (a number), `outage`, `not_published` (a sentence
    or null), `stopped`, `ending`, `runners`, `foreign` (runners that it is not taken over from), `claims` (sentences),
    `uncommitted_receipts`, `changed_since`, `unfinished`, `exit_code`."""
    return {
        "now": iso(standing.now),
        "paused": [{"reason": p.reason, "until": iso(p.until)} for p in standing.pauses],
        "next": [delivery_shape(d) for d in standing.coming],
        "due": [delivery_shape(d) for d in standing.due],
        "needs_you": [delivery_shape(d) for d in standing.needs],
        "unread": list(standing.unread),
        "long_late": standing.late,
        "outage": standing.outage or None,
        "not_published": standing.elsewhere or None,
        "stopped": standing.stopped,
        "ending": [{"channel": one.channel, "at": iso(one.at), "after": len(one.after)} for one in standing.ending],
        "runners": [{"runner": name, "at": iso(at)} for name, at in standing.ticks],
        "foreign": list(standing.foreign),
        "claims": list(standing.claims),
        "uncommitted_receipts": list(standing.uncommitted),
        "changed_since": list(standing.changed),
        "unfinished": list(standing.broken),
        "exit_code": standing.exit_code,
    }
