"""What planning must not do: walk through what is over, ask zones, or load libraries that nobody needs."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

PLAIN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from smm_cli.calendar.model import Calendar
from smm_cli.plan.plan import make_plan
from smm_cli.words.channel import Channel
from smm_cli.words.history import History
from smm_cli.words.post import Post

channels = {"mastodon": Channel("mastodon", "mastodon", gap=60.0)}
calendar = Calendar(Path("/nowhere"), "test", "Europe/Berlin", quiet="20:00-08:00", channels=channels)
post = Post("a", "a.md", publish_at="2026-11-25 09:00", channels=("mastodon",), status="ready")
plan = make_plan(calendar, [post], History(), datetime(2026, 11, 24, tzinfo=UTC))
assert plan.deliveries[0].state == "planned", plan
print(sorted({"pydantic", "dateutil", "holidays", "httpx2", "yaml", "typer", "rich", "sqlite3", "asyncio"} & set(sys.modules)))
"""


def test_a_plan_without_repeats_and_holidays_loads_no_library():
    answer = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def cpu(act):
    """The best of three, in seconds of processor time."""
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        act()
        best = min(best, time.process_time() - began)
    return best


def test_ten_thousand_posts_are_planned_in_a_moment(desk, post):
    start = datetime(2026, 11, 25, tzinfo=UTC)
    posts = [post(f"p{n}", f"{start + n * timedelta(minutes=37):%Y-%m-%d %H:%M}") for n in range(10_000)]
    history = desk.history
    # The aim is 0.15 s on an idle core; three times that leaves room for a busy machine.
    assert cpu(lambda: desk.plan(*posts)) < 0.45
    assert history.records == {}


def test_a_tick_over_a_hundred_thousand_posts_looks_at_few(desk, post):
    posts = [post(f"p{n}", "2026-11-20 09:00") for n in range(50_000)]
    for one in posts:
        desk.records.append(published(one.id))
    posts += [post(f"q{n}", f"2027-{1 + n % 12:02}-{1 + n % 28:02} 09:00") for n in range(50_000)]
    from smm_cli.plan.plan import make_plan

    calendar, history = desk.calendar, desk.history
    assert make_plan(calendar, posts, history, desk.now, until=desk.now).deliveries == ()
    assert cpu(lambda: make_plan(calendar, posts, history, desk.now, until=desk.now)) < 0.6


def published(post):
    from smm_cli.words.delivery import Record

    return Record(f"{post}@mastodon", post, "mastodon", "published", at=datetime(2026, 11, 20, 8, tzinfo=UTC))


def test_a_limit_gives_the_first_ones(desk, post):
    posts = [post(f"p{n}", f"2026-11-25 {9 + n:02}:00") for n in range(5)]
    assert [d.post for d in desk.plan(*posts, limit=2).deliveries] == ["p0", "p1"]


def test_until_is_inclusive_and_leaves_out_what_has_no_time(desk, post, berlin):
    posts = [post("a"), post("b", "2026-11-25 09:01"), post("c", "", status="draft")]
    assert [d.post for d in desk.plan(*posts, until=berlin("2026-11-25 09:00")).deliveries] == ["a"]
    assert [d.post for d in desk.plan(*posts).deliveries] == ["a", "b", "c"]


def test_a_runner_wakes_for_the_first_post_whatever_its_zone(desk, post, berlin):
    desk.at("2026-11-20 08:00")
    posts = [post("a", "2026-11-25 09:00"), post("b", "2026-11-25 11:00", timezone="Asia/Tokyo")]
    desk.at("2026-11-24 23:00")
    assert desk.plan(*posts, until=desk.now).wake_at == berlin("2026-11-25 03:00")


def test_a_runner_looks_once_a_day_and_when_a_lease_ends(desk, post, berlin):
    assert desk.plan(until=desk.now).wake_at == berlin("2026-11-25 08:30")
    assert desk.plan(until=desk.now, lease=berlin("2026-11-24 08:33")).wake_at == berlin("2026-11-24 08:33")


def test_a_time_that_is_tomorrow_there_and_today_here_is_not_passed_over(desk, post):
    desk.now = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    plan = desk.plan(post(publish_at="2026-11-25 09:00", timezone="Pacific/Kiritimati"), until=desk.now)
    assert [d.name for d in plan.deliveries] == ["launch@mastodon"]
