"""Whether a name that channels.toml or a pause uses means a channel, today or under an earlier name."""

from __future__ import annotations

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.targets import members
from smm_cli.words.channel import Channel


def in_scope(name: str, channel: Channel, calendar: Calendar) -> bool:
    """Whether `name` (channel, its earlier name, group or network) covers `channel`."""
    return name in channel.formerly or channel.name in members(name, calendar)
