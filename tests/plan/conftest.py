"""A small calendar, and short ways to say what is planned in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from smm_cli.calendar.model import Calendar
from smm_cli.plan.plan import Plan, make_plan
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PUBLISHED, Delivery, Record
from smm_cli.words.history import History, history_of
from smm_cli.words.post import Post

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Desk:
    """A calendar in Berlin with the channels mastodon and blog (never late), in the group all; Tue 24 Nov 2026, 08:30."""

    channels: dict[str, Channel] = field(
        default_factory=lambda: {"mastodon": Channel("mastodon", "mastodon"), "blog": Channel("blog", "site", max_late=None)}
    )
    settings: dict[str, Any] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 24, 8, 30, tzinfo=BERLIN)
    records: list[Record] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        settings = {"timezone": "Europe/Berlin", "groups": {"all": ("mastodon", "blog")}, **self.settings}
        return Calendar(Path("/nowhere"), "test", channels=self.channels, **settings)

    @property
    def history(self) -> History:
        return history_of(self.records)

    def change(self, channel: str, **changes: Any) -> None:
        self.channels[channel] = replace(self.channels[channel], **changes)

    def at(self, text: str) -> Desk:
        """The clock of Berlin is set."""
        self.now = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
        return self

    def went_out(self, post: str, when: str, channel: str = "mastodon", state: str = PUBLISHED, **more: Any) -> None:
        moment = datetime.fromisoformat(when).replace(tzinfo=BERLIN)
        occurrence = more.pop("occurrence", "")
        name = f"{post}@{channel}@{occurrence}" if occurrence else f"{post}@{channel}"
        at_ = moment if state == PUBLISHED else None
        self.knows(Record(name, post, channel, state, **{"occurrence": occurrence, "at": at_, "due": moment, **more}))

    def knows(self, record: Record) -> None:
        self.records = [other for other in self.records if other.delivery != record.delivery] + [record]

    def plan(self, *posts: Post, **how: Any) -> Plan:
        return make_plan(self.calendar, posts, self.history, self.now, **how)

    def one(self, *posts: Post, **how: Any) -> Delivery:
        """The only delivery there is."""
        (found,) = self.plan(*posts, **how).deliveries
        return found

    def times(self, *posts: Post, state: str = "planned", **how: Any) -> dict[str, str]:
        """When each delivery of that state is due, on Berlin's clock, by name."""
        return {d.name: says(d.due) for d in self.plan(*posts, **how).deliveries if d.state == state and d.due}


def says(moment: datetime | None) -> str:
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") if moment else ""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def new_desk() -> Callable[[], Desk]:
    """For Hypothesis: a desk for each example."""
    return Desk


@pytest.fixture(scope="session")
def post() -> Callable[..., Post]:
    """A ready post on mastodon, tomorrow at nine unless said otherwise."""

    def make(id: str = "launch", publish_at: str = "2026-11-25 09:00", **more: Any) -> Post:
        told = {"path": f"posts/{id}.md", "channels": ("mastodon",), "status": "ready", "text_digest": f"text of {id}", **more}
        return Post(id, publish_at=publish_at, **told)

    return make


@pytest.fixture(scope="session")
def berlin() -> Callable[[str], datetime]:
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)
