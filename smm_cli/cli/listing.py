"""What is to come, read quickly: no typer, no pydantic, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.packed import no_collection
from smm_cli.calendar.targets import members
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import delivery_shape
from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.waits import known_waits
from smm_cli.errors import UsageError
from smm_cli.plan.phrase import read_moment, say_moment
from smm_cli.plan.plan import Plan
from smm_cli.words.delivery import FAILED, HELD, UNKNOWN, WAITING, Delivery

OVER = frozenset({"published", "cancelled", "skipped"})
COLOURS = {"held": "yellow", "failed": "red", "unknown": "red", "planned": "", "waiting": "yellow", "sending": "blue", "retry": "yellow"}
STATES = ("planned", "held", "sending", "published", "failed", "unknown", "cancelled", "waiting", "skipped", "retry")


def whole_plan(runner: Runner, *, until: datetime | None = None) -> Plan:
    """The plan of this moment, for people to look at."""
    history = runner.history()
    indexed = runner.index.posts(runner.source)
    held, waits, now = held_by(indexed.problems, indexed.posts), known_waits(runner), runner.clock.now()
    return plan_posts(runner.calendar, runner.source, indexed.posts, history, now, until=until, waits=waits, held=held)


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
    with no_collection(), session.runner() as runner:  # all that is made here lives until the end: to look through it is vain
        zone, now = ZoneInfo(runner.calendar.timezone), runner.clock.now()
        end = read_end(until, now, zone) if until else None
        plan = whole_plan(runner, until=end)
        start = read_end(since, now, zone) if since else None
        shown = [
            d for d in chosen(plan.deliveries, runner.calendar, channel, campaign, state) if start is None or (d.due and d.due >= start)
        ]
    shown = shown[: int(limit)] if limit else shown
    if as_json:
        output.as_json([delivery_shape(delivery) for delivery in shown])
        return 0
    show_queue(shown, zone)
    return 0


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
    """A moment typed by a person; a day alone means its beginning (until is exclusive)."""
    from smm_cli.plan.wall import read_wall

    try:
        return read_wall(f"{text} 00:00" if len(text) == 10 else text, zone)
    except ValueError:
        return read_moment(text, now, zone)


def needs_you(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """What waits for a person: failed, unknown, by hand, held and already due."""
    return [
        delivery
        for delivery in deliveries
        if delivery.state in (FAILED, UNKNOWN, WAITING) or (delivery.state == HELD and delivery.due is not None and delivery.due <= now)
    ]


def show_queue(deliveries: Sequence[Delivery], zone: ZoneInfo) -> None:
    """Rows for a person: what needs her, then what is to come, by time."""
    if not deliveries:
        output.tell('Nothing is to come. smm post schedule POST "tomorrow 9am" plans something.')
        return
    rows = [_row(delivery, zone) for delivery in deliveries]
    output.table(rows, head=("when", "what", "state", "account", "title"), colours=COLOURS)


def _row(delivery: Delivery, zone: ZoneInfo) -> tuple[str, ...]:
    when = say_moment(delivery.due, zone) if delivery.due else "no time yet"
    state = f"{delivery.state} ({delivery.reason})" if delivery.reason else "by hand" if delivery.by_hand else delivery.state
    return when, delivery.name, state, delivery.handle, delivery.title
