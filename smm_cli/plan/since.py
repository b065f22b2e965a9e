"""Channels that a group gained later: what was planned or published before does not follow onto them."""

from __future__ import annotations

from collections import Counter
from datetime import date

from smm_cli.plan.scope import Scope
from smm_cli.plan.wall import to_wall
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem

INFO = "info"
"""A severity below warning: nothing is wrong, but somebody may wonder."""


class Joined:
    """Counts the posts that stay away from channels which a group gained after them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.away: Counter[tuple[str, str]] = Counter()

    def stays_away(self, post: Post, channel: Channel, by_group: str, planned: date | None) -> bool:
        """Whether `post`, planned for the (wall) day `planned`, keeps off `channel`, to which only a group brought it."""
        if channel.since is None or ((planned is None or planned >= channel.since) and not self._public_before(post, channel.since)):
            return False
        self.away[channel.name, by_group] += 1
        return True

    def _public_before(self, post: Post, since: date) -> bool:
        first = self.scope.past.first_public.get(post.id)
        return first is not None and to_wall(first, self.scope.zone).date() < since

    def problems(self) -> list[Problem]:
        """One line for each channel and group."""
        return [self._problem(channel, group, count) for (channel, group), count in sorted(self.away.items())]

    def _problem(self, channel: str, group: str, count: int) -> Problem:
        since = self.scope.calendar.channels[channel].since
        day = f"{since.day} {since:%b %Y}" if since else ""
        earlier = "1 earlier post stays" if count == 1 else f"{count} earlier posts stay"
        what = f"{channel} joined group {group} on {day}: {earlier} away"
        hint = f"to send one: name the channel in the post: channels: [{group}, {channel}]"
        return Problem("joined-later", what, Place("channels.toml", channel=channel), hint, INFO)
