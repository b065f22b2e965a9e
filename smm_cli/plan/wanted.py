"""What planning works on: one delivery that files ask for, before rules and neighbours had their say."""

from __future__ import annotations

from datetime import datetime

from smm_cli.words.channel import Channel
from smm_cli.words.delivery import HELD, PLANNED, RETRY, Delivery, Record, delivery_name
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

PERHAPS = frozenset({"settling", "outcome-unknown"})
"""Slugs of records of which something may be public."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`post` (aimed at `channel`), its `occurrence` and planned time `at` (UTC; None: none yet), what is known of it.

    `due` is `at`, or later: a retry, an answer waited for.
    """

    post: Post
    channel: Channel
    by_group: str = ""
    occurrence: str = ""
    at: datetime | None = None
    due: datetime | None = None
    record: Record | None = None

    @property
    def name(self) -> str:
        return delivery_name(self.post.id, self.channel.name, self.occurrence)

    @property
    def released(self) -> bool:
        """A person let it go whatever held it."""
        return self.record is not None and self.record.released

    @property
    def begun(self) -> bool:
        """Part of it is public, or may be: it must be ended, whatever the hour."""
        record = self.record
        return record is not None and (record.parts_public > 0 or record.slug in PERHAPS)

    @property
    def retrying(self) -> bool:
        return self.record is not None and self.record.state == RETRY

    def delivery(
        self,
        state: str = "",
        *,
        reason: str = "",
        why: str = "",
        hint: str = "",
        due: datetime | None = None,
        wake: datetime | None = None,
    ) -> Delivery:
        """As a Delivery: planned (or to be tried again) unless `state` says otherwise; `due` overrides this one's."""
        post, channel = self.post, self.channel
        return Delivery(
            post.id,
            channel.name,
            channel.network,
            self.occurrence,
            due or self.due,
            self.at,
            state or (RETRY if self.retrying else PLANNED),
            reason,
            why,
            hint,
            channel.by_hand,
            channel.account,
            post.path,
            post.title,
            post.campaign,
            self.record.url if self.record else "",
            wake,
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a delivery does not go out: reason, words, what to do; `wake` when that ends or changes by itself."""

    reason: str
    why: str
    hint: str = ""
    wake: datetime | None = None
    state: str = HELD
