"""What fake forums share: topics and posts kept by number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Fake, Posted

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

PICTURE = re.compile(r"!\[((?:\\.|[^\]\\|])*)(?:\|\d+x\d+)?\]\(")


@dataclass
class Entry:
    """A post of a forum. `number` counts within its topic, from 1."""

    id: int
    topic: int
    number: int
    account: str
    text: str
    at: datetime
    deleted: bool = False


@dataclass
class Topic:
    """A topic: `external` where its maker named it, `tags` by name or number."""

    id: int
    title: str
    account: str
    external: str = ""
    tags: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "-"


class FakeForum(Fake):
    """`text_least` and `title_least` are what this forum wants at least: forums set their own."""

    text_most, text_least, title_most, title_least = 32_000, 1, 255, 1

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.topics: dict[int, Topic] = {}
        self.entries: dict[int, Entry] = {}
        self.waiting: list[dict[str, Any]] = []
        """What waits for approval."""

    def resemble(self, network: Network) -> None:
        """With the lengths that the channel knows of its forum."""
        for limit in network.text_limits:
            if limit.name in ("text", "title"):
                setattr(self, f"{limit.name}_most", limit.maximum)
                setattr(self, f"{limit.name}_least", limit.minimum)

    def entries_of(self, topic: int) -> list[Entry]:
        """What stands in a topic, in order."""
        return [entry for entry in self.entries.values() if entry.topic == topic and not entry.deleted]

    def write(self, topic: Topic, account: str, text: str, url: str, answered: str = "") -> Entry:
        """A post in `topic`, public from now on; `url` may hold {id} and {number}."""
        number = len([entry for entry in self.entries.values() if entry.topic == topic.id]) + 1
        entry = Entry(self.next_number(), topic.id, number, account, text, self.now())
        self.entries[entry.id] = entry
        self.topics[topic.id] = topic
        alts = tuple(found[1] for found in PICTURE.finditer(text))
        more = {"title": topic.title, "tags": topic.tags} if number == 1 else {}
        self.publish(
            Posted(self.name, account, str(entry.id), url.format(id=entry.id, number=number), text, self.now(), alts, answered, more=more)
        )
        return entry

    def rewrite(self, entry: Entry, text: str) -> None:
        """A post with another text."""
        entry.text = text
        self.change(str(entry.id), text=text, edited=True)

    def close(self, topic: Topic) -> None:
        """A topic that is no longer to be seen, nor anything in it."""
        topic.deleted = True
        self.take_down(*self.entries_of(topic.id))

    def take_down(self, *entries: Entry) -> None:
        """They are no longer to be seen."""
        for entry in entries:
            entry.deleted = True
            self.change(str(entry.id), deleted=True)
