"""Wall times of a post that the clocks of its zone skip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.moments import as_datetime
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem


def check_times(post: Post, calendar: Calendar, at: Callable[..., Place]) -> Iterator[Problem]:
    """A warning for a time in the hour that summer time skips: it goes out as much later."""
    said: dict[tuple[str, ...], tuple[str, str]] = {(): (post.publish_at, post.timezone)}
    said |= {("for", name): (keys.get("publish_at", ""), keys.get("timezone", "")) for name, keys in post.targets.items()}
    for keys, (written, zone) in said.items():
        name = zone or post.timezone or calendar.timezone
        instead = shifted(written, name) if written else None
        if instead is not None:
            what = f"{written} does not exist in {name}: summer time begins; it goes out at {instead:%H:%M}"
            yield Problem("skipped-hour", what, at(*keys, "publish_at"), f"write {instead:%Y-%m-%d %H:%M}", WARNING)


def shifted(written: str, zone: str) -> datetime | None:
    """The wall time that clocks show instead of one they skip; None where the time exists, or names its own offset."""
    wall = as_datetime(written)
    if wall is None or wall.tzinfo is not None:
        return None
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    real = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)
    return real if real != wall else None
