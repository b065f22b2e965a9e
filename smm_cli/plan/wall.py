"""Wall time to instants: what a clock on the wall of a zone shows, and when that is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from smm_cli.errors import PostError

ADVICE = "write 2026-11-24 09:00"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_WALL = datetime(1970, 1, 1)  # noqa: DTZ001 - naive, as wall time is


class BadTime(PostError, ValueError):
    """A written time that cannot be read."""

    slug = "bad-time"


@cache
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone `name`. Raises PostError, with a near name, where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PostError(f"there is no time zone {name}", hint=_near_zone(name), slug="unknown-zone") from None


def _near_zone(name: str) -> str:
    import difflib
    from zoneinfo import available_timezones

    near = difflib.get_close_matches(name, sorted(available_timezones()), n=1)
    return f"did you mean {near[0]}?" if near else "write an IANA name such as Europe/Berlin"


def to_instant(wall: datetime, zone: tzinfo) -> datetime:
    """The instant (UTC) at which a clock in `zone` shows `wall` (naive).

    A time that the clock skips is read with the offset from before the gap, so that it moves forward by the gap's length
    (02:30 becomes 03:30); of a time shown twice the first counts. Both are what fold=0 means (PEP 495).
    """
    if wall.fold:
        wall = wall.replace(fold=0)
    return EPOCH + (wall - EPOCH_WALL - (zone.utcoffset(wall) or timedelta()))  # as replace and astimezone, in a third of the time


def exists(wall: datetime, zone: tzinfo) -> bool:
    """Whether a clock in `zone` ever shows `wall`."""
    return to_wall(to_instant(wall, zone), zone) == wall


def to_wall(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock in `zone` shows at `moment`: naive."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def read_written(text: str) -> datetime:
    """A time as files write it: naive wall time, or aware where it names its offset.

    `2026-11-24 09:00`, also with T, seconds, Z or +01:00. Raises BadTime (a PostError and ValueError) for anything else.
    """
    # The shape is checked first: fromisoformat also reads weeks and bare digits, which nobody means here.
    if len(text) >= 16 and text[4] == "-" and text[7] == "-" and text[10] in " T" and text[13] == ":":
        try:
            return datetime.fromisoformat(text if len(text) == 16 else text[:16] + text[16:].replace(" ", ""))
        except ValueError:
            pass
    raise BadTime(f"{text} is no time", hint=ADVICE)


def read_wall(text: str, zone: tzinfo) -> datetime:
    """The instant (UTC) of a written time, read in `zone` unless it names its own offset. Raises BadTime."""
    written = read_written(text)
    return to_instant(written, zone) if written.tzinfo is None else written.astimezone(UTC)


def read_edge(text: str, zone: tzinfo, *, end_of_day: bool = False) -> datetime:
    """As read_wall; a day alone is its first moment, or with `end_of_day` the first of the next day. Raises BadTime."""
    if len(text) == 10:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadTime(f"{text} is no day", hint="write 2026-11-24") from None
        return to_instant(datetime.combine(day + timedelta(days=end_of_day), time()), zone)
    return read_wall(text, zone)


def occurrence_name(wall: datetime) -> str:
    """`2026-11-24T0900`: no colon, so that it can be a file name everywhere."""
    return f"{wall.year:04}-{wall.month:02}-{wall.day:02}T{wall.hour:02}{wall.minute:02}"


def occurrence_wall(name: str) -> datetime | None:
    """The wall time of an occurrence's name; None where it is none."""
    try:
        return datetime.fromisoformat(f"{name[:-2]}:{name[-2:]}") if len(name) == 15 else None
    except ValueError:
        return None
