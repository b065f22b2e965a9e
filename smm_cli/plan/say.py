"""Moments and lengths of time in words: always absolute, always with the zone."""

from __future__ import annotations

from datetime import datetime, tzinfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_moment(moment: datetime, zone: tzinfo) -> str:
    """`Tue 24 Nov 2026 09:00 CET`: `moment` (aware) as a clock in `zone` shows it, to the minute; the same on every machine."""
    wall = moment.astimezone(zone)
    day = f"{DAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} {wall.year:04}"
    return f"{day} {wall.hour:02}:{wall.minute:02} {wall.tzname()}"


def say_length(seconds: float) -> str:
    """`20 min`, `2h`, `2h 30m`, `3 days`: rounded down to the minute; from three days on to the day."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min" if minutes or not seconds else f"{int(seconds)} s"
    if minutes < 3 * 1440:
        return f"{minutes // 60}h" + (f" {minutes % 60}m" if minutes % 60 else "")
    return f"{minutes // 1440} days"
