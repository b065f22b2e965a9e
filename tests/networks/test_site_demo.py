"""The demo calendar: nothing in it is wrong, and nothing that is due needs an account."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.calendar.check import check_post
from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import WorkTree
from smm_cli.calendar.targets import channels_of
from smm_cli.delivery.prepare import Composer
from smm_cli.plan.plan import due, make_plan
from smm_cli.words.history import History
from smm_cli.words.post import Post

ROOT = Path(__file__).parents[2]


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    shutil.copytree(ROOT / "posts", tmp_path / "posts")
    shutil.copy(ROOT / "channels.toml", tmp_path)
    found, problems = read_calendar(tmp_path)
    assert not problems
    assert found
    return found


@pytest.fixture
def posts(calendar: Calendar) -> list[Post]:
    found = []
    for path in sorted(calendar.root.glob("posts/*.md")):
        post, problems = read_post(path.relative_to(calendar.root).as_posix(), path.read_bytes(), calendar)
        assert post
        assert not problems
        found.append(post)
    return found


def test_every_post_is_right_for_every_channel(calendar: Calendar, posts: list[Post]) -> None:
    source = WorkTree(calendar.root)
    composer = Composer(calendar, source)
    for post in posts:
        assert not check_post(post, calendar, source)
        for target in channels_of(post, calendar):
            ready = composer.prepare(post, target.channel, f"{post.id}@{target.channel.name}", datetime(2030, 1, 7, tzinfo=UTC))
            assert ready.payload, ready.problems
            assert not ready.problems, ready.problems


@pytest.mark.parametrize("now", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC), datetime(2029, 12, 31, tzinfo=UTC)])
def test_what_is_due_goes_to_the_blog_alone(calendar: Calendar, posts: list[Post], now: datetime) -> None:
    plan = make_plan(calendar, posts, History(), now, until=datetime(2030, 2, 1, tzinfo=UTC))
    assert sorted(delivery.name for delivery in due(plan, now)) == [
        "closed-thursday@blog",
        "hand-built-wheels@blog",
        "lastenrad@blog",
        "open-door@blog",
        "winter-check@blog",
    ]
    to_come = {delivery.channel for delivery in plan.deliveries if delivery.occurrence}
    assert to_come == {"blog", "mastodon", "bluesky", "shop-window", "xing"}
