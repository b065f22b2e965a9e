"""Why a delivery does not go out: the rules, in the order in which a person should hear of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from smm_cli.plan import approval
from smm_cli.plan.late import judged_at, too_late_at
from smm_cli.plan.pauses import ends, pause_over
from smm_cli.plan.say import say_length
from smm_cli.plan.scope import Scope
from smm_cli.plan.waits import POLL, answer_for
from smm_cli.plan.wanted import Hold, Wanted
from smm_cli.words.delivery import SKIPPED

LOOK_AGAIN = timedelta(minutes=1)
"""A clock that is wrong may be set right at any moment."""


def hold_of(wanted: Wanted, scope: Scope, *, late: bool = True) -> Hold | None:
    """What holds `wanted`, or None. `late=False` where lateness is judged with the neighbours (arrange.py). Raises PostError."""
    return (
        by_you(wanted)
        or draft(wanted, scope)
        or error(wanted, scope)
        or copy(wanted, scope)
        or unapproved(wanted, scope)
        or paused(wanted, scope, wanted.due)
        or waiting(wanted, scope)
        or quiet(wanted, scope)
        or clock(wanted, scope, wanted.due)
        or (too_late(wanted, scope, wanted.due) if late else None)
    )


def by_you(wanted: Wanted) -> Hold | None:
    """A person said hold."""
    if wanted.record and wanted.record.held_by_you:
        return Hold("by you", "held by you", f"smm queue release {wanted.name}")
    return None


def draft(wanted: Wanted, scope: Scope) -> Hold | None:
    """A draft never goes out; what was begun as ready is ended."""
    if wanted.post.status == "ready" or wanted.begun:
        return None
    passed = wanted.due is not None and wanted.due <= scope.now
    why = f"draft; its time has passed: {scope.says(wanted.due)}" if passed and wanted.due else "draft"
    wake = wanted.due if not passed else None
    return Hold(
        "draft", why, f'smm post schedule {wanted.post.id} "tomorrow 9am"' if passed else f"smm post schedule {wanted.post.id}", wake
    )


def error(wanted: Wanted, scope: Scope) -> Hold | None:
    """A problem of the post, or of this target."""
    if not scope.held:
        return None
    why = scope.held.get(f"{wanted.post.id}@{wanted.channel.name}") or scope.held.get(wanted.post.id) or scope.held.get(wanted.name)
    return Hold("error", why, f"smm check {wanted.post.path}") if why else None


def copy(wanted: Wanted, scope: Scope) -> Hold | None:
    """The same text went out here under another id: a renamed file must not publish again."""
    digest, past = wanted.post.text_digest, scope.past
    if not digest or not past.digests or wanted.released or wanted.retrying or wanted.begun:
        return None
    other = past.digests.get((wanted.channel.name, digest))
    if other is None or other == wanted.post.id or wanted.post.id in past.public_on.get(wanted.channel.name, ()):
        return None
    name = wanted.name
    hint = f"if it is meant: smm queue release {name}   if not: give the post its old id back, or smm queue cancel {name}"
    return Hold("copy", f"looks like a renamed copy of {other}, which went out there", hint)


def unapproved(wanted: Wanted, scope: Scope) -> Hold | None:
    """Fewer people than needed approved exactly this content. Neither urgency nor a release replaces them."""
    if not scope.asks_approval or wanted.begun or not approval.is_needed(scope.calendar, wanted.post, wanted.channel):
        return None
    lacking = scope.lacking(wanted.post)
    by_line = scope.calendar.approval.by == "line"
    hint = f"smm post approve {wanted.post.id}" if by_line else "merge it again, reviewed: docs/how-to/approval.md"
    return Hold("approval", lacking, hint) if lacking else None


def paused(wanted: Wanted, scope: Scope, due: datetime | None) -> Hold | None:
    """A pause covers the moment at which it would go. Without a time yet, only a pause without end counts."""
    if not scope.calendar.pauses:
        return None
    post, channel, calendar = wanted.post, wanted.channel, scope.calendar
    moment = max(due, scope.now) if due else scope.now
    pause = pause_over(calendar, post, channel, moment)
    if pause is None:
        return None
    end = ends(calendar, post, channel, moment)
    if due is None and end is not None:
        return None
    until = f", until {scope.says(end)}" if end else ""
    return Hold("paused", f"paused{': ' + pause.reason if pause.reason else ''}{until}", "smm resume", end)


def waiting(wanted: Wanted, scope: Scope) -> Hold | None:
    """What it waits for is not there: until its limit, then (late) until a person decides, whatever comes after."""
    wait = wanted.post.wait_for
    if not wait or wanted.released or wanted.begun or wanted.retrying:
        return None
    answer = answer_for(wanted.post, wanted.channel.name, scope.waits, scope.past)
    start = wanted.at or (answer.start if answer else None)
    end = start + timedelta(seconds=wait.limit) if start and wait.limit else None
    if answer and answer.met and (end is None or answer.start <= end):
        return None
    if end and end <= scope.now:
        return Hold("late", f"gave up on {wait} after {say_length(wait.limit)}", _three_ways(wanted))
    asked = answer.asked_at + POLL if answer else scope.now
    poll = max(wanted.at, asked) if wanted.at else asked
    wakes = [moment for moment in (None if wait.post else poll, end) if moment]
    return Hold("waiting", f"waits for {wait}", f"smm queue release {wanted.name}", min(wakes, default=None))


def quiet(wanted: Wanted, scope: Scope) -> Hold | None:
    """Quiet hours and holidays: an explicit time in them is an error, anything else waits for their end."""
    calm = scope.calm(wanted.channel)
    if calm is None or wanted.due is None or wanted.post.urgent or wanted.released or wanted.begun:
        return None
    moment = max(wanted.due, scope.now)
    explicit = not wanted.occurrence and not wanted.retrying and wanted.due == wanted.at and bool(wanted.post.publish_at)
    if explicit and (why := calm.why(wanted.due)):
        return _quiet_error(wanted, scope, why, calm.free_from(moment))
    if why := calm.why(moment):
        free = calm.free_from(moment)
        until = f", until {scope.says(free)}" if free else ""
        return Hold("quiet", f"it is {why}{until}", f"smm queue release {wanted.name}", free)
    return None


def _quiet_error(wanted: Wanted, scope: Scope, why: str, free: datetime | None) -> Hold:
    post = wanted.post
    assert wanted.due is not None
    said = f"{scope.says(wanted.due)} lies in quiet hours" if why != "a holiday" else f"{scope.says(wanted.due)} is on a holiday"
    hint = "urgent: true overrides this"
    if free:
        wall = free.astimezone(scope.zone)
        hint = f'next free time: {scope.says(free)}: smm post schedule {post.id} "{wall:%Y-%m-%d %H:%M}"   or: urgent: true'
    scope.found.problem("holiday" if why == "a holiday" else "quiet-hours", f"{post.id}: {said}", post.path, hint=hint)
    return Hold("quiet", said, hint)


def clock(wanted: Wanted, scope: Scope, due: datetime | None) -> Hold | None:
    """By this machine's clock its time has come, by those of the servers it has not."""
    at = wanted.at or due
    if not scope.ahead or due is None or at is None or due > scope.now or wanted.begun:
        return None
    comes = at + scope.ahead
    if comes <= scope.now:
        return None
    why = f"this machine's clock is {say_length(scope.ahead.total_seconds())} fast: it is only {scope.says(scope.now - scope.ahead)}"
    return Hold("clock", why, "timedatectl set-ntp true", min(comes, scope.now + LOOK_AGAIN))


def too_late(wanted: Wanted, scope: Scope, due: datetime | None) -> Hold | None:
    """Its limit has passed: held, or, an occurrence of a repeat, skipped."""
    if due is None or due >= scope.now:
        return None
    limit = too_late_at(wanted, due)
    if limit is None or judged_at(scope, wanted.channel.name, due) <= limit:
        return None
    return late_hold(wanted, scope, due, limit)


def late_hold(wanted: Wanted, scope: Scope, due: datetime, limit: datetime) -> Hold:
    """The Hold of a delivery that was due at `due` and could go until `limit`."""
    allowed = say_length((limit - due).total_seconds())
    why = f"late. Was due {scope.says(due)}; limit {allowed}"
    if wanted.occurrence and not wanted.retrying:
        return Hold("late", f"{why}: skipped", f"smm queue release {wanted.name}", state=SKIPPED)
    return Hold("late", why, _three_ways(wanted))


def _three_ways(wanted: Wanted) -> str:
    return (
        f"send now   smm queue release {wanted.name}\n"
        f'new time   smm post schedule {wanted.post.id} "tomorrow 9am"\n'
        f"let it be  smm queue cancel {wanted.name}"
    )
