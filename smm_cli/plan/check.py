"""Problems of a plan as a whole: everything that planning found, and what the posts do to one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.plan.collisions import UPCOMING, by_channel, close_together, repeated_link, repeated_text
from smm_cli.plan.late import max_late
from smm_cli.plan.plan import Plan
from smm_cli.plan.say import say_length, say_moment
from smm_cli.plan.since import INFO
from smm_cli.plan.wall import zone_of
from smm_cli.words.delivery import HELD, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

AT_ONCE = timedelta(minutes=1)


def check_plan(plan: Plan, calendar: Calendar, posts: Sequence[Post]) -> list[Problem]:
    """All problems of `plan`: its own (quiet hours, holidays, unreadable times, channels joined later) and, as warnings, times
    that have passed, collisions, text or links that return too soon. Nothing of plan.problems need be added by the caller.
    """
    zone = zone_of(calendar.timezone)
    by_id = {post.id: post for post in posts}
    channels = by_channel(plan.deliveries)
    problems = [*plan.problems, *passed(plan, zone, _whenever(plan, calendar, by_id))]
    problems += close_together(channels, zone)
    problems += repeated_text(channels, by_id, zone)
    problems += repeated_link(channels, by_id, zone)
    return list(dict.fromkeys(problem for problem in problems if problem.slug not in calendar.ignored))


def _whenever(plan: Plan, calendar: Calendar, posts: Mapping[str, Post]) -> dict[str, list[Delivery]]:
    """By channel: what goes out although its time has passed, because no lateness limit applies there (a site's pages carry their date)."""
    found: dict[str, list[Delivery]] = {}
    for delivery in plan.deliveries:
        if plan.now is None or delivery.due is None or plan.now - delivery.due < AT_ONCE or delivery.state not in UPCOMING:
            continue
        post, channel = posts.get(delivery.post), calendar.channels.get(delivery.channel)
        if post and channel and not post.repeat and max_late(post, channel) is None:
            found.setdefault(delivery.channel, []).append(delivery)
    return found


def passed(plan: Plan, zone: ZoneInfo, whenever: Mapping[str, Sequence[Delivery]] | None = None) -> list[Problem]:
    """Times that have passed: what goes out at once, what is too late, and drafts; one line for each post, and one for each channel
    whose deliveries may go out `whenever`."""
    if plan.now is None:
        return []
    told: dict[tuple[str, str], Problem] = {}
    unlimited = whenever or {}
    known = {delivery.name for listed in unlimited.values() for delivery in listed}
    for delivery in plan.deliveries:
        if delivery.name in known or delivery.due is None or delivery.due > plan.now:
            continue
        if found := _passed(delivery, plan, zone):
            told.setdefault((delivery.post, found.slug), found)
    return [*(_told(channel, listed) for channel, listed in sorted(unlimited.items())), *told.values()]


def _told(channel: str, listed: Sequence[Delivery]) -> Problem:
    posts = list(dict.fromkeys(delivery.post for delivery in listed))
    names = ", ".join(posts[:5]) + (f" and {len(posts) - 5} more" if len(posts) > 5 else "")
    many = f"{len(posts)} posts whose times have passed go" if len(posts) > 1 else "a post whose time has passed goes"
    what = f"{many} out at once, since {channel} has no lateness limit: {names}"
    hint = f'keep one: smm queue hold {posts[0]}   or set a limit: max_late = "2h" below [channels.{channel}]'
    return Problem("time-passed", what, Place(channel=channel), hint, INFO)


def _passed(delivery: Delivery, plan: Plan, zone: ZoneInfo) -> Problem | None:
    assert delivery.due is not None
    assert plan.now is not None
    place, when = Place(delivery.path), say_moment(delivery.due, zone)
    if delivery.state in UPCOMING and plan.now - delivery.due >= AT_ONCE:
        ago = say_length((plan.now - delivery.due).total_seconds())
        hint = f"keep it: smm queue hold {delivery.post}"
        return Problem("time-passed", f"{delivery.post}: its time passed {ago} ago: goes out at once", place, hint, WARNING)
    if delivery.state == HELD and delivery.reason == "late":
        return Problem("too-late", f"{delivery.post}: {delivery.why}", place, delivery.hint, WARNING)
    if delivery.state == HELD and delivery.reason == "draft":
        return Problem("draft-passed", f"{delivery.post} is a draft, and its time has passed: {when}", place, delivery.hint, WARNING)
    return None
