"""The plan: every delivery that follows from files, slots and history at a moment. Computed, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from smm_cli.calendar.model import Calendar
from smm_cli.plan.approval import NOBODY, Witness
from smm_cli.plan.gather import gather
from smm_cli.plan.past import Past
from smm_cli.plan.place import place
from smm_cli.plan.scope import Scope
from smm_cli.plan.settled import orphan
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.delivery import HELD, PLANNED, RETRY, SENDING, UNKNOWN, Delivery
from smm_cli.words.frozen import dataclass
from smm_cli.words.history import History
from smm_cli.words.outage import Outage
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

SENDABLE = frozenset({PLANNED, RETRY, SENDING, UNKNOWN})
"""States in which a runner does something when the time has come; of UNKNOWN and SENDING only where it stands when."""
LOOK = timedelta(days=1)
"""A plan is made anew at least this often."""
NOTHING: Mapping[str, str] = MappingProxyType({})
NO_WAITS: Mapping[str, WaitAnswer] = MappingProxyType({})
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """`deliveries` by due (those without last), then name; `wake_at`: when something changes by itself, at most 24 h after `now`.

    `timeless`: what has no time, and so is left out of a plan that ends later than `now`.
    """

    deliveries: tuple[Delivery, ...]
    problems: tuple[Problem, ...] = ()
    wake_at: datetime | None = None
    now: datetime | None = None
    timeless: tuple[Delivery, ...] = ()


def make_plan(
    calendar: Calendar,
    posts: Sequence[Post],
    history: History,
    now: datetime,
    *,
    until: datetime | None = None,
    limit: int | None = None,
    waits: Mapping[str, WaitAnswer] = NO_WAITS,
    held: Mapping[str, str] = NOTHING,
    free_days: Callable[[int], frozenset[date]] | None = None,
    digests: Mapping[str, str] = NOTHING,
    witness: Witness = NOBODY,
    lease: datetime | None = None,
    ahead: timedelta = timedelta(),
    outages: tuple[Outage, ...] = (),
) -> Plan:
    """Every delivery of `posts` at `now` (aware), those due by `until` (inclusive; None: no end), the first `limit` of them.

    What is over (published, cancelled) is listed unless `until` <= `now`. `held`: post id or post@channel to why an error holds
    it. `digests`: post id to the digest of its present content, and `witness` what git tells of it, asked only where approval applies.
    `free_days`: the holidays of a year, by default those of the calendar. `lease`: when another runner's hold ends. `ahead`: how far
    this clock is fast. `outages`: when nobody looked. Problems of posts are values, never raised; raises PostError where the
    calendar's own zone, ConfigError where its holidays cannot be read.
    """
    scope = Scope(calendar, Past(calendar, history), now, until, waits, held, digests, free_days, witness, ahead, outages)
    found = scope.found
    place(gather(posts, scope), scope)
    if scope.shows_past and (still_open := scope.past.still_open):
        seen = {delivery.name for delivery in found.deliveries}
        found.deliveries += [orphan(record, calendar) for record in still_open if record.delivery not in seen]
    timeless = tuple(d for d in found.deliveries if d.due is None) if scope.until and scope.shows_past else ()
    return Plan(_listed(found.deliveries, scope.until, limit), tuple(found.problems), _wake_at(scope, lease), scope.now, timeless)


def _listed(deliveries: list[Delivery], until: datetime | None, limit: int | None) -> tuple[Delivery, ...]:
    if until:
        deliveries = [delivery for delivery in deliveries if delivery.due and delivery.due <= until]
    ordered = sorted(((delivery.due or FAR, delivery.name, delivery) for delivery in deliveries), key=lambda entry: entry[:2])
    return tuple(entry[2] for entry in ordered[:limit])


def _wake_at(scope: Scope, lease: datetime | None) -> datetime:
    moments = [scope.now + LOOK, *scope.found.wakes, *([lease] if lease else [])]
    for delivery in scope.found.deliveries:
        if delivery.due and delivery.state in SENDABLE:
            moments.append(delivery.due)
        if delivery.wake and (delivery.wake > scope.now or delivery.state == HELD):
            moments.append(delivery.wake)
    return min(moments)


def due(plan: Plan, now: datetime) -> tuple[Delivery, ...]:
    """What a runner acts on at `now`, in order: to be sent, tried again, or looked into."""
    return tuple(d for d in plan.deliveries if d.due is not None and d.due <= now and d.state in SENDABLE)
