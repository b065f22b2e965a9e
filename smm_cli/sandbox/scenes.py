"""Scenes of a rehearsal: one outcome each, with what the fakes show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from smm_cli.delivery.send import Outcome
from smm_cli.sandbox.base import Posted
from smm_cli.sandbox.stage import Stage
from smm_cli.sandbox.world import World
from smm_cli.words.delivery import WAITING
from smm_cli.words.post import Post

COMPOSED = "composed"
"""What a delivery on a network without a fake gets to: it was composed and checked, nobody answered."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One outcome of the rehearsal, and when it came about. `texts` are what each part shows, `media` the descriptions of its files.

    `reason` of what is held: see Delivery. `account` as the fake knows it, else the channel's.
    """

    at: datetime
    post: str
    channel: str
    network: str
    account: str
    outcome: Outcome
    texts: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    reason: str = ""
    title: str = ""


class Seen:
    """What the fakes have shown so far: each thing is taken once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._taken: dict[int, int] = {}

    def take(self) -> dict[str, tuple[Posted, ...]]:
        """What is new: by the address of a first part, it and the parts that answer it."""
        found: dict[str, tuple[Posted, ...]] = {}
        for fake in self._world.fakes:
            new = fake.posted[self._taken.get(id(fake), 0) :]
            self._taken[id(fake)] = len(fake.posted)
            heads: dict[str, str] = {}
            for posted in new:
                head = heads.get(posted.reply_to, posted.url)
                heads[posted.id] = head
                found[head] = (*found.get(head, ()), posted)
        return found


def scene_of(
    at: datetime, outcome: Outcome, stage: Stage, posts: Mapping[str, Post], shown: Mapping[str, tuple[Posted, ...]], reason: str = ""
) -> Scene:
    """The scene of an outcome; `shown` is what the fakes show since the last one."""
    id, _, rest = outcome.delivery.partition("@")
    name = rest.partition("@")[0]
    channel, post = stage.runner.calendar.channels[name], posts.get(id)
    parts = shown.get(outcome.url, ()) if outcome.url else ()
    if outcome.state == WAITING and name in stage.unplayed:
        outcome = replace(outcome, state=COMPOSED, note=f"there is no fake of {channel.network}: it fits, but nobody answered")
    return Scene(
        at=at,
        post=id,
        channel=name,
        network=channel.network,
        account=next((part.account for part in parts), "") or channel.account,
        outcome=outcome,
        texts=tuple(part.text for part in parts) or ((post.body.strip() or post.title,) if post else ()),
        media=tuple(alt for part in parts for alt in part.media),
        reason=reason,
        title=post.title if post else "",
    )
