"""Deliveries that get in one another's way: two at once, the same text or link again too soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import HELD, PLANNED, PUBLISHED, RETRY, WAITING, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

CLOSE = timedelta(minutes=15)
"""Two posts on one channel nearer than this compete for the same readers (users.md, collisions)."""
SAME_TEXT = timedelta(days=30)
SAME_LINK = timedelta(days=7)
UPCOMING = frozenset({PLANNED, RETRY})
MEANT = frozenset({"approval", "paused", "waiting", "quiet"})
"""Reasons of held deliveries that will likely go out at their time all the same."""


def is_coming(delivery: Delivery) -> bool:
    """Whether a delivery is to go out, or will be when what holds it ends."""
    return delivery.due is not None and (delivery.state in UPCOMING or (delivery.state == HELD and delivery.reason in MEANT))


def by_channel(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    """What is out or to come, by channel; `deliveries` in order of time, as a plan lists them."""
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.due is not None and (delivery.state in (PUBLISHED, WAITING) or is_coming(delivery)):
            found[delivery.channel].append(delivery)
    return dict(sorted(found.items()))


def close_together(channels: Mapping[str, list[Delivery]], zone: ZoneInfo) -> list[Problem]:
    """Two deliveries of one channel within 15 minutes; the later one is named."""
    problems = []
    for channel, listed in channels.items():
        for first, second in pairwise(listed):
            assert first.due and second.due
            if not is_coming(second) or second.due - first.due >= CLOSE:
                continue
            minutes = int((second.due - first.due).total_seconds() // 60)
            when = "at the same time as" if not minutes else f"{minutes} min after"
            what = f"{second.name} goes out {when} {first.name}: {say_moment(second.due, zone)}"
            hint = f"move one: smm post schedule {second.post}   or set a gap for {channel} in channels.toml"
            problems.append(Problem("collision", what, Place(second.path, channel=channel), hint, WARNING))
    return problems


def repeated_text(channels: Mapping[str, list[Delivery]], posts: Mapping[str, Post], zone: ZoneInfo) -> list[Problem]:
    """The same text on one channel again within 30 days, by another post."""

    def text_of(delivery: Delivery) -> str:
        post = posts.get(delivery.post)
        return post.text_digest if post else ""

    def told(first: Delivery, second: Delivery, channel: str) -> Problem:
        what = f"{second.name} has the same text as {first.name}, {_when(first, zone)}"
        return Problem("same-text", what, Place(second.path, channel=channel), "write it anew, or leave 30 days between", WARNING)

    return _again(channels, text_of, SAME_TEXT, told)


def repeated_link(channels: Mapping[str, list[Delivery]], posts: Mapping[str, Post], zone: ZoneInfo) -> list[Problem]:
    """The same link on one channel again within a week, by another post with another text."""

    def link_of(delivery: Delivery) -> str:
        post = posts.get(delivery.post)
        return post.link if post else ""

    def told(first: Delivery, second: Delivery, channel: str) -> Problem:
        what = f"{second.name} links to the same page as {first.name}, {_when(first, zone)}: {link_of(second)}"
        return Problem("same-link", what, Place(second.path, channel=channel), "leave a week between, or link elsewhere", WARNING)

    return _again(channels, link_of, SAME_LINK, told)


def _when(delivery: Delivery, zone: ZoneInfo) -> str:
    return say_moment(delivery.due, zone) if delivery.due else "before"


def _again(
    channels: Mapping[str, list[Delivery]],
    key_of: Callable[[Delivery], Hashable],
    span: timedelta,
    told: Callable[[Delivery, Delivery, str], Problem],
) -> list[Problem]:
    problems = []
    for channel, listed in channels.items():
        last: dict[Hashable, Delivery] = {}
        for delivery in listed:
            key = key_of(delivery)
            if not key:
                continue
            earlier = last.get(key)
            # A repeated post says the same on purpose.
            if earlier and earlier.post != delivery.post and is_coming(delivery) and _apart(earlier, delivery) < span:
                problems.append(told(earlier, delivery, channel))
            last[key] = delivery
    return problems


def _apart(first: Delivery, second: Delivery) -> timedelta:
    return second.due - first.due if first.due and second.due else timedelta.max
