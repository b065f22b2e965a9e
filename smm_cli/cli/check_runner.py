"""What the hours of the jobs that publish mean for posts: how late they go out, and which wait for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.cli.runner_installed import Installed, of_hosts
from smm_cli.plan.late import max_late
from smm_cli.plan.say import say_length, say_moment
from smm_cli.words.delivery import PLANNED, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

SOON = timedelta(minutes=5)
"""What nobody calls late."""
NOTE = "info"


def check_runners(calendar: Calendar, deliveries: Sequence[Delivery], posts: Iterable[Post], now: datetime) -> Iterator[Problem]:
    """A note on how late jobs of a git host make posts, and a warning for each post whose next time lies outside of their hours.

    From files of the repository alone: a stranger's calendar starts no program here.
    """
    jobs = list(of_hosts(calendar))
    if not jobs:
        return
    yield from intervals(calendar, jobs, now)
    zone, by_id, often = ZoneInfo(calendar.timezone), {post.id: post for post in posts}, usual(jobs, now)
    told: set[str] = set()
    for delivery in deliveries:
        if delivery.state != PLANNED or delivery.by_hand or delivery.due is None or delivery.due <= now:
            continue
        goes = _next(jobs, delivery.due)
        if delivery.post in told or (goes is not None and goes - delivery.due <= max(often, SOON)):
            continue
        told.add(delivery.post)
        post, channel = by_id.get(delivery.post), calendar.channels.get(delivery.channel)
        limit = max_late(post, channel) if post and channel else None
        yield _outside(delivery, goes, limit, zone, jobs)


def intervals(calendar: Calendar, jobs: Sequence[Installed], now: datetime) -> Iterator[Problem]:
    """How late posts go out by how often `jobs` look, and channels that have less patience than that."""
    often = usual(jobs, now)
    if often <= SOON:
        return
    late = "; the host may start it later still" if any(job.busy for job in jobs) else ""
    who = "this job" if len(jobs) == 1 and jobs[0].busy else _where(jobs)
    what = f"posts go out up to {_said(often)} late: {who} looks every {_said(often)}{late}"
    yield Problem("runner-interval", what, Place(_file(jobs)), severity=NOTE)
    short = sorted(c.name for c in calendar.channels.values() if c.max_late is not None and c.max_late < often.total_seconds())
    if short:
        what = f"max_late of {', '.join(short)} is less than the {_said(often)} from one look to the next: posts in between are held"
        yield Problem("runner-late", what, Place("channels.toml"), 'max_late = "6h" in [calendar], or look more often', WARNING)


def usual(jobs: Sequence[Installed], now: datetime) -> timedelta:
    """How long it is from one look to the next within the hours: the shortest step of a coming day."""
    steps, timed = [timedelta(seconds=job.seconds) for job in jobs if job.seconds], [job for job in jobs if not job.seconds]
    looks, moment = list[datetime](), now
    for _ in range(4):
        found = _next(timed, moment)
        if found is None:
            break
        looks.append(found)
        moment = found + timedelta(minutes=1)
    return min((*steps, *(later - sooner for sooner, later in pairwise(looks))), default=timedelta())


def _next(jobs: Iterable[Installed], moment: datetime) -> datetime | None:
    return min((at for job in jobs if (at := job.next(moment))), default=None)


def _outside(delivery: Delivery, goes: datetime | None, limit: float | None, zone: ZoneInfo, jobs: Sequence[Installed]) -> Problem:
    assert delivery.due is not None
    due = say_moment(delivery.due, zone)
    late = goes - delivery.due if goes else timedelta()
    if goes is None or (limit is not None and late.total_seconds() > limit):
        what = f"{due} is outside of the hours of {_where(jobs)}: it would be too late, and held"
    else:
        what = f"{due} is outside of the hours of {_where(jobs)}: it goes out at about {say_moment(goes, zone)}, {_said(late)} late"
    return Problem("runner-hours", what, Place(delivery.path), "choose another time, or widen the hours: smm runner install", WARNING)


def _said(span: timedelta) -> str:
    """`60 min`, and from two hours on `2h 30m`."""
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else say_length(span.total_seconds())


def _where(jobs: Sequence[Installed]) -> str:
    return " and ".join(job.where for job in jobs)


def _file(jobs: Sequence[Installed]) -> str:
    return next((job.where for job in jobs if job.busy), "")
