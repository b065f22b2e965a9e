"""What is to come, read quickly: no typer, no pydantic, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.packed import no_collection
from smm_cli.calendar.targets import members
from smm_cli.cli import output
from smm_cli.cli.looking import look
from smm_cli.cli.planned import plan_of
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import delivery_json
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.plan.plan import Plan
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import FAILED, HELD, UNKNOWN, WAITING, Delivery

OVER = frozenset({"published", "cancelled", "skipped"})
COLOURS = {"held": "yellow", "failed": "red", "unknown": "red", "planned": "", "waiting": "yellow", "sending": "blue", "retry": "yellow"}
ASKS = frozenset({"error", "copy", "late"})
"""Reasons of holds that no time ends."""
LONG_LATE = timedelta(days=30)
HEAD = ("when", "what", "state", "account", "title")
STATES = ("planned", "held", "sending", "published", "failed", "unknown", "cancelled", "waiting", "skipped", "retry")


def whole_plan(runner: Runner, *, until: datetime | None = None) -> Plan:
    """The plan of this moment, for people to look at."""
    return plan_of(runner, until=until).plan


def list_queue(
    session: Session,
    *,
    as_json: bool = False,
    until: str = "",
    since: str = "",
    limit: str = "",
    channel: str = "",
    campaign: str = "",
    state: str = "",
) -> int:
    """Print everything to come: what needs a person first, then by time. Returns the exit code."""
    if limit and not limit.isdigit():
        raise UsageError(f"--limit {limit}: a whole number is expected", hint="smm queue list --limit 20")
    with no_collection(), look(session) as runner:  # all that is made here lives until the end: to look through it is vain
        zone, now = ZoneInfo(runner.calendar.timezone), runner.clock.now()
        end = read_end(until, now, zone) if until else None
        plan = whole_plan(runner, until=end)
        start = read_end(since, now, zone) if since else None
        found = chosen(plan.deliveries, runner.calendar, channel, campaign, state)
        shown = [d for d in found if within(d, start, end)]
    shown = shown[: int(limit)] if limit else shown
    if as_json:
        output.as_json_array(map(delivery_json, shown))
        return 0
    show_queue(shown, zone, now, every=bool(state))
    return 0


def within(delivery: Delivery, start: datetime | None, end: datetime | None) -> bool:
    """Whether it is due from `start` on and before `end`; what has no time is within no bounds."""
    due = delivery.due
    return (start is None or (due is not None and due >= start)) and (end is None or (due is not None and due < end))


def chosen(deliveries: Iterable[Delivery], calendar: Calendar, channel: str = "", campaign: str = "", state: str = "") -> list[Delivery]:
    """Deliveries still to come, or those in `state`, on a channel, group or network, of a campaign. Raises UsageError for unknown names."""
    networks = {one.network for one in calendar.channels.values()}
    channels = members(channel, calendar) if channel else []
    if channel and not channels and channel not in calendar.groups:
        raise no_such("channel or group", channel, [*calendar.channels, *calendar.groups, *networks])
    if campaign and campaign not in calendar.campaigns:
        raise no_such("campaign", campaign, calendar.campaigns)
    if state and state not in STATES:
        raise no_such("state", state, STATES)
    return [
        delivery
        for delivery in deliveries
        if (delivery.state == state if state else delivery.state not in OVER)
        and (not channel or delivery.channel in channels)
        and (not campaign or delivery.campaign == campaign)
    ]


def no_such(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that nobody declared: what it may mean, or what there is."""
    from smm_cli.calendar.near import did_you_mean

    names = list(dict.fromkeys(known))
    there = f"there are {', '.join(names[:12])}" if names else "there is none at all"
    return UsageError(f"there is no {kind} {name}", hint=did_you_mean(name, names, there), slug=f"unknown-{kind.partition(' ')[0]}")


def read_end(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A moment typed by a person; a day alone means its beginning (until is exclusive). Raises UsageError."""
    from smm_cli.plan.phrase import read_moment
    from smm_cli.plan.phrase_day import read_day
    from smm_cli.plan.wall import read_wall, to_instant, to_wall

    try:
        return read_wall(f"{text} 00:00" if len(text) == 10 else text, zone)
    except ValueError:
        day = read_day(" ".join(text.lower().split()), to_wall(now, zone).date())
        return to_instant(datetime.combine(day.on, time()), zone) if day else read_moment(text, now, zone)


def needs_you(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """What waits for a person: failed, unknown, by hand, in error, held and already due; not what goes out by itself in its turn."""
    return [
        delivery
        for delivery in deliveries
        if delivery.state in (FAILED, UNKNOWN, WAITING) or (delivery.state == HELD and _asks(delivery, now))
    ]


def _asks(delivery: Delivery, now: datetime) -> bool:
    passed = delivery.due is not None and delivery.due <= now
    return delivery.reason in ASKS or (passed and delivery.reason != "spread")


def long_late(delivery: Delivery, now: datetime) -> bool:
    """Whether it was held as late so long ago that it is counted, not listed."""
    return delivery.state == HELD and delivery.reason == "late" and delivery.due is not None and now - delivery.due > LONG_LATE


def show_queue(deliveries: Sequence[Delivery], zone: ZoneInfo, now: datetime, *, every: bool = False) -> None:
    """Rows for a person, by time; at a terminal what needs her stands first. What is long late is counted, unless she wants `every` one."""
    listed = [delivery for delivery in deliveries if every or not long_late(delivery, now)]
    if listed:
        _show_rows(listed, zone, now)
    elif not deliveries:
        output.tell('Nothing is to come. smm post schedule POST "tomorrow 9am" plans something.')
    if old := len(deliveries) - len(listed):
        output.tell(f"{old} more held as late for over {LONG_LATE.days} days: smm queue list --state held")


def _show_rows(deliveries: Sequence[Delivery], zone: ZoneInfo, now: datetime) -> None:
    first = {delivery.name for delivery in needs_you(deliveries, now)} if output.terminal_width() else frozenset[str]()
    ordered = sorted(deliveries, key=lambda delivery: delivery.name not in first)
    lines = output.aligned([HEAD, *(_row(delivery, zone) for delivery in ordered)], COLOURS)
    output.out(output.paint(lines[0], "bold"))
    for number, line in enumerate(lines[1:]):
        if first and number in (0, len(first)):
            output.out(output.paint("to come" if number else "needs you", "bold"))
        output.out(line)


def _row(delivery: Delivery, zone: ZoneInfo) -> tuple[str, ...]:
    when = say_moment(delivery.due, zone) if delivery.due else "no time yet"
    state = f"{delivery.state} ({delivery.reason})" if delivery.reason else "by hand" if delivery.by_hand else delivery.state
    return when, delivery.name, state, delivery.handle, delivery.title
