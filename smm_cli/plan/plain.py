"""The plain case, quickly: a ready post with one written time to come, on a channel where no rule can hold or move it.

A year's calendar consists of these: here they become deliveries all at once, without asking each rule about each of them. What
may meet any rule is left to gather.py and place.py, which come to the same for these, only slower.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import datetime
from itertools import repeat
from operator import attrgetter
from typing import Any

from smm_cli.calendar.targets import Target
from smm_cli.errors import PostError
from smm_cli.plan.scope import Scope
from smm_cli.plan.times import planned_time
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Delivery
from smm_cli.words.post import Post

_SET = {field.name: Delivery.__dict__[field.name].__set__ for field in fields(Delivery)}
_DEFAULTS = {field.name: field.default for field in fields(Delivery) if field.default is not MISSING}
OF_POST = {"post": "id", "path": "path", "title": "title", "campaign": "campaign"}
OF_CHANNEL = {"channel": "name", "network": "network", "by_hand": "by_hand", "handle": "account"}
"""Fields of a Delivery, and where they come from."""


class Plain:
    """Takes posts that nothing can hold, and makes their deliveries in the end."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.digests = scope.past.digests
        self._free: dict[tuple[str, str], bool] = {}
        self._posts: list[Post] = []
        self._channels: list[Channel] = []
        self._times: list[datetime] = []

    def takes(self, post: Post, target: Target) -> bool:
        """Whether `post`, of which nothing is recorded there, goes out on this target at the time written in it. Then it is taken."""
        if post.status != "ready" or not post.publish_at or post.targets or post.repeat or post.wait_for or post.max_late:
            return False
        channel = target.channel
        free = self._free.get((channel.name, target.by_group))
        if free is None:
            free = self._free[channel.name, target.by_group] = self._is_free(target)
        if not free or (self.digests and (channel.name, post.text_digest) in self.digests):
            return False
        try:
            at = planned_time(post, self.scope)
        except PostError:  # to be told of with the others
            return False
        if at is None or at < self.scope.now:
            return False
        self._posts.append(post)
        self._channels.append(channel)
        self._times.append(at)
        return True

    def _is_free(self, target: Target) -> bool:
        """Whether no rule of the calendar or the channel can hold or move a delivery there."""
        scope, channel = self.scope, target.channel
        if scope.held or scope.asks_approval or scope.calendar.pauses or scope.past.occurrences:
            return False
        if channel.gap or channel.daily_limit or channel.slots or (target.by_group and channel.since):
            return False
        try:
            return scope.calm(channel) is None
        except PostError:
            return False

    def deliveries(self) -> list[Delivery]:
        """What was taken, planned; in the order in which it was taken."""
        made = list(map(object.__new__, repeat(Delivery, len(self._posts))))
        columns: dict[str, Iterable[Any]] = {"due": self._times, "at": self._times}
        columns |= {name: map(attrgetter(of), self._posts) for name, of in OF_POST.items()}
        columns |= {name: map(attrgetter(of), self._channels) for name, of in OF_CHANNEL.items()}
        columns |= {name: repeat(default) for name, default in _DEFAULTS.items() if name not in columns}
        for name, values in columns.items():
            deque(map(_SET[name], made, values), maxlen=0)  # all in C: the slots of a frozen value, set while it is being made
        return made
