"""The plan of a calendar as it stands: files, history and facts brought together for plan/, which asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Source
from smm_cli.plan.holidays import free_days
from smm_cli.plan.plan import Plan, make_plan
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.history import History
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, Problem


def plan_posts(
    calendar: Calendar,
    source: Source,
    posts: Sequence[Post],
    history: History,
    now: datetime,
    *,
    until: datetime | None = None,
    limit: int | None = None,
    waits: Mapping[str, WaitAnswer] | None = None,
    held: Mapping[str, str] | None = None,
) -> Plan:
    """All deliveries that follow from `posts`, with approval digests where approval is required and holidays where they count."""
    return make_plan(
        calendar,
        posts,
        history,
        now,
        until=until,
        limit=limit,
        waits=waits or {},
        held=held or {},
        digests=_digests(calendar, source, posts),
        free_days=free_days(calendar.holidays) if calendar.holidays else None,
    )


def held_by(problems: Iterable[Problem], posts: Iterable[Post]) -> dict[str, str]:
    """Posts that stand in the index though something is wrong with their file (two posts of one id): id to what is wrong."""
    wrong = {problem.place.file: problem.what for problem in problems if problem.severity == ERROR}
    return {post.id: wrong[post.path] for post in posts if post.path in wrong}


def _digests(calendar: Calendar, source: Source, posts: Sequence[Post]) -> dict[str, str]:
    rule = calendar.approval
    if not (rule.required or rule.channels or rule.campaigns):
        return {}
    from smm_cli.calendar.digest import approval_digest

    return {post.id: approval_digest(post, calendar, source) for post in posts if post.approved}
