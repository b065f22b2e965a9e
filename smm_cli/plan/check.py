"""Problems of a plan as a whole: everything that planning found, and what the posts do to one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from smm_cli.calendar.model import Calendar
from smm_cli.plan.collisions import UPCOMING, by_channel, close_together, repeated_link, repeated_text
from smm_cli.plan.plan import Plan
from smm_cli.plan.say import say_length, say_moment
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
    problems = [*plan.problems, *passed(plan, zone)]
    problems += close_together(channels, zone)
    problems += repeated_text(channels, by_id, zone)
    problems += repeated_link(channels, by_id, zone)
    return list(dict.fromkeys(problem for problem in problems if problem.slug not in calendar.ignored))


def passed(plan: Plan, zone: ZoneInfo) -> list[Problem]:
    """Times that have passed: what goes out at once, what is too late, and drafts; one line for each post."""
    if plan.now is None:
        return []
    told: dict[tuple[str, str], Problem] = {}
    for delivery in plan.deliveries:
        if delivery.due is not None and delivery.due <= plan.now and (found := _passed(delivery, plan, zone)):
            told.setdefault((delivery.post, found.slug), found)
    return list(told.values())


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
