"""What a post waits for, as plan/ gets it: answers that delivery/ fetched, or the receipt of another post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from smm_cli.plan.past import Past
from smm_cli.words.delivery import PUBLISHED, delivery_name
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

POLL = timedelta(minutes=5)
"""delivery/ asks at most this often (design, section 8)."""


@dataclass(frozen=True, slots=True)
class WaitAnswer:
    """Whether what a delivery waits for is there; `asked_at` last. `since`: first seen there, or, while it is not, first asked."""

    met: bool
    asked_at: datetime
    since: datetime | None = None

    @property
    def start(self) -> datetime:
        """From when the answer holds, as far as is known."""
        return self.since or self.asked_at


def answer_for(post: Post, channel: str, waits: Mapping[str, WaitAnswer], past: Past) -> WaitAnswer | None:
    """What is known of `post.wait_for` on `channel`: by delivery name, by post id, else from history. None: not asked yet."""
    found = waits.get(delivery_name(post.id, channel)) or waits.get(post.id)
    if found or not post.wait_for or not post.wait_for.post:
        return found
    other = past.record(delivery_name(post.wait_for.post, channel))
    if other and other.state == PUBLISHED and other.at:
        return WaitAnswer(True, other.at, other.at)
    # The other post may not go to this channel at all: then any of its deliveries will do.
    first = None if other else past.first_public.get(post.wait_for.post)
    return WaitAnswer(True, first, first) if first else None
