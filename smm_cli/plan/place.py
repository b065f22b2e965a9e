"""From wanted deliveries to planned or held ones: rules first, then, on channels that have slots, gaps or limits, the neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from smm_cli.errors import PostError
from smm_cli.plan.holds import clock, hold_of, late_hold, paused
from smm_cli.plan.late import judged_at, max_late, too_late_at
from smm_cli.plan.pauses import pause_over
from smm_cli.plan.scope import Scope
from smm_cli.plan.times import window
from smm_cli.plan.wanted import Hold, Wanted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import HELD, Delivery

if TYPE_CHECKING:  # neighbours are arranged only where a channel has slots, gaps or limits
    from smm_cli.plan.arrange import Placed, Road
    from smm_cli.plan.slots import Candidate


def place(ones: Iterable[Wanted | Delivery], scope: Scope) -> None:
    """Put every delivery into scope.found: planned with its time, or held with its reason."""
    by_channel: dict[str, tuple[Channel, list[Wanted]]] = {}
    deliveries, exempt = scope.found.deliveries, set[str]()
    for one in ones:
        if isinstance(one, Delivery):
            deliveries.append(one)
            continue
        channel = one.channel
        if scope.outages and (one.released or one.begun or one.post.urgent):
            exempt.add(one.name)
        arranged = bool(channel.gap or channel.daily_limit or channel.slots or (one.post.slot and one.due is None))
        hold = _hold(one, scope, late=not arranged)
        if hold:
            deliveries.append(_held(one, hold))
        elif arranged:
            by_channel.setdefault(channel.name, (channel, []))[1].append(one)
        else:
            deliveries.append(one.delivery())
    for channel, wanted in by_channel.values():
        _arrange(channel, wanted, scope)
    if scope.outages:
        from smm_cli.plan.outage import after_outage

        after_outage(scope, frozenset(exempt))


def _hold(one: Wanted, scope: Scope, *, late: bool) -> Hold | None:
    try:
        max_late(one.post, one.channel)
        return hold_of(one, scope, late=late)
    except PostError as error:
        return _error(one, error, scope)


def _error(one: Wanted, error: PostError, scope: Scope) -> Hold:
    scope.found.problem(error.slug, f"{one.post.id}: {error.what}", one.post.path, hint=error.hint)
    return Hold("error", error.what, error.hint)


def _held(one: Wanted, hold: Hold, due: datetime | None = None) -> Delivery:
    return one.delivery(hold.state, reason=hold.reason, why=hold.why, hint=hold.hint, due=due, wake=hold.wake)


def _arrange(channel: Channel, wanted: list[Wanted], scope: Scope) -> None:
    from smm_cli.plan.arrange import Arranging
    from smm_cli.plan.slots import Line

    explicit, candidates = [], []
    for one in wanted:
        if one.due is not None:
            explicit.append(one)
        elif candidate := _candidate(one, scope):
            candidates.append(candidate)
    line = Line(candidates)
    arranging = Arranging(_road(channel, scope), explicit, line)
    arranging.run()
    if arranging.next_time:
        scope.found.wakes.append(arranging.next_time)
    for one in wanted:
        if placed := arranging.placed.get(one.name):
            scope.found.deliveries.append(_placed(one, placed, scope))
    left = line.waiting() if scope.shows_past else []
    scope.found.deliveries += [_without_slot(one, scope) for one in left if scope.until is None or (one.end and one.end <= scope.now)]


def _candidate(one: Wanted, scope: Scope) -> Candidate | None:
    """One that stands in line for a slot; None where it cannot: then it is held, with a problem."""
    from smm_cli.plan.slots import Candidate

    try:
        start, end = window(one.post, scope)
        if not one.channel.slots:
            raise PostError(
                f"{one.channel.name} has no slots", hint=f"slots of channels.{one.channel.name} in channels.toml", slug="no-slots"
            )
    except PostError as error:
        scope.found.deliveries.append(_held(one, _error(one, error, scope)))
        return None
    return Candidate(one, start, None if one.released else end)


def _road(channel: Channel, scope: Scope) -> Road:
    spaced = bool(channel.gap or channel.daily_limit)
    from smm_cli.plan.arrange import Road

    return Road(
        channel=channel,
        zone=scope.zone,
        calm=scope.calm(channel),
        records=scope.past.busy.get(channel.name, []) if channel.slots else [],
        public=scope.past.times(channel.name) if spaced else [],
        now=scope.now,
        until=scope.until,
        slot_open=timedelta(seconds=scope.calendar.slot_open),
        limit_of=lambda one, due: _limit(one, due, scope),
        may_go=lambda one, moment: pause_over(scope.calendar, one.post, one.channel, moment) is None,
    )


def _limit(one: Wanted, due: datetime, scope: Scope) -> datetime | None:
    """When a delivery is too late; where that is judged as of the end of an outage, so much later."""
    limit = too_late_at(one, due)
    return limit + (scope.now - judged_at(scope, one.channel.name, due)) if limit else None


def _placed(one: Wanted, placed: Placed, scope: Scope) -> Delivery:
    here = replace(one, at=placed.at, due=placed.due)
    if placed.limit:
        return _held(here, late_hold(here, scope, placed.due, placed.limit))
    if placed.due != one.due and (hold := paused(here, scope, placed.due) or clock(here, scope, placed.due)):
        return _held(here, hold)
    return here.delivery(why=placed.moved)


def _without_slot(candidate: Candidate, scope: Scope) -> Delivery:
    one, end = candidate.wanted, candidate.end
    if end and end <= scope.now:
        why, hint = f"not_after has passed: {scope.says(end)}", "change not_after, or set a time: smm post schedule"
    else:
        why, hint = f"no slot of {one.channel.name} is free for it within a year", f"more slots, or a time: smm post schedule {one.post.id}"
    return one.delivery(HELD, reason="slot", why=why, hint=hint)
