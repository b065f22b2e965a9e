"""The plan of a calendar as it stands: files, history and facts brought together for plan/, which asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Source
from smm_cli.plan.approval import asks_anything, counted, is_needed, missing
from smm_cli.plan.holidays import free_days
from smm_cli.plan.plan import Plan, make_plan
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.channel import Channel
from smm_cli.words.history import History
from smm_cli.words.outage import Outage
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
    ahead: timedelta = timedelta(),
    outages: tuple[Outage, ...] = (),
) -> Plan:
    """All deliveries that follow from `posts`, with approval digests where approval is required and holidays where they count.

    `ahead`: how far this machine's clock is surely fast; `outages`: when nobody looked.
    """
    return make_plan(
        calendar,
        posts,
        history,
        now,
        until=until,
        limit=limit,
        waits=waits or {},
        held=held or {},
        ahead=ahead,
        outages=outages,
        **_testimony(calendar, source, posts),
        free_days=free_days(calendar.holidays) if calendar.holidays else None,
    )


def _testimony(calendar: Calendar, source: Source, posts: Sequence[Post]) -> dict[str, Any]:
    """Digests and history for `make_plan`, where approval is asked for."""
    if not asks_anything(calendar):
        return {}
    from smm_cli.calendar.witness import GitWitness

    return {"digests": _Digests(calendar, source, posts), "witness": GitWitness(calendar, source)}


def unapproved(calendar: Calendar, source: Source, post: Post, channel: Channel) -> str:
    """What the present content of `post` lacks to go out on `channel`, in words; empty where it is approved, or need not be."""
    if not asks_anything(calendar) or not is_needed(calendar, post, channel):
        return ""
    from smm_cli.calendar.digest import approval_digest
    from smm_cli.calendar.witness import GitWitness

    digest = approval_digest(post, calendar, source) if post.approved else ""
    return missing(post, digest, calendar, GitWitness(calendar, source))


def approved_by(calendar: Calendar, source: Source, post: Post) -> tuple[str, ...]:
    """Who approved the present content of `post`; where merging approves, who merged it, as far as that is known."""
    if not post.approved and calendar.approval.by != "merge":
        return ()
    from smm_cli.calendar.digest import approval_digest
    from smm_cli.calendar.witness import GitWitness

    if calendar.approval.by == "merge":
        return tuple(sorted(GitWitness(calendar, source).merged(post).people)) if asks_anything(calendar) else ()
    return counted(post, approval_digest(post, calendar, source), calendar, GitWitness(calendar, source))


def held_by(problems: Iterable[Problem], posts: Iterable[Post]) -> dict[str, str]:
    """Posts that stand in the index though something is wrong with their file (two posts of one id): id to what is wrong."""
    wrong = {problem.place.file: problem.what for problem in problems if problem.severity == ERROR}
    return {post.id: wrong[post.path] for post in posts if post.path in wrong}


class _Digests(Mapping[str, str]):
    """The digest of each post's present content, made when asked for: most posts need none."""

    def __init__(self, calendar: Calendar, source: Source, posts: Sequence[Post]) -> None:
        self._calendar = calendar
        self._source = source
        self._posts = {post.id: post for post in posts if post.approved}

    def __getitem__(self, post: str) -> str:
        from smm_cli.calendar.digest import approval_digest

        return approval_digest(self._posts[post], self._calendar, self._source)

    def __iter__(self) -> Iterator[str]:
        return iter(self._posts)

    def __len__(self) -> int:
        return len(self._posts)
