"""A simulated runner that looks now and then: nothing early, nothing twice, nothing lost without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from smm_cli.calendar.model import Calendar
from smm_cli.plan.plan import due, make_plan
from smm_cli.plan.wall import to_wall
from smm_cli.words.channel import Channel, Slot
from smm_cli.words.delivery import PUBLISHED, Record
from smm_cli.words.history import history_of
from smm_cli.words.post import Post

START = datetime(2026, 3, 27, tzinfo=UTC)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Pacific/Auckland", "Asia/Kolkata"]


@st.composite
def calendars(draw):
    slots = st.builds(Slot, st.integers(0, 6), st.integers(0, 1439))
    channels = {
        name: Channel(
            name,
            "mastodon",
            gap=draw(st.sampled_from([0.0, 0.0, 900.0, 7200.0])),
            daily_limit=draw(st.sampled_from([0, 0, 1, 3])),
            slots=tuple(draw(st.lists(slots, min_size=1, max_size=6))) if draw(st.booleans()) else (),
            max_late=draw(st.sampled_from([1800.0, 7200.0, None])),
        )
        for name in ("one", "two")
    }
    quiet = draw(st.sampled_from(["", "", "22:00-06:00", "Sa,Su 00:00-24:00; 12:00-13:00"]))
    return Calendar(
        Path("/nowhere"), "test", timezone=draw(st.sampled_from(ZONES)), channels=channels, quiet=quiet, groups={"all": ("one", "two")}
    )


@st.composite
def post_lists(draw):
    found = []
    for number in range(draw(st.integers(1, 8))):
        at = START.replace(tzinfo=None) + timedelta(minutes=draw(st.integers(-600, 5 * 1440)))
        kind = draw(st.sampled_from(["at", "at", "at", "slot", "daily", "hourly"]))
        found.append(
            Post(
                f"p{number}",
                f"posts/p{number}.md",
                publish_at="" if kind == "slot" else f"{at:%Y-%m-%d %H:%M}",
                slot="next" if kind == "slot" else "",
                repeat={"daily": "FREQ=DAILY", "hourly": "FREQ=HOURLY;INTERVAL=7"}.get(kind, ""),
                channels=(draw(st.sampled_from(["one", "two", "all"])),),
                status=draw(st.sampled_from(["ready", "ready", "ready", "draft"])),
                urgent=draw(st.sampled_from([False, False, False, True])),
                text_digest=f"digest {number}",
                order=draw(st.integers(0, 2)),
            )
        )
    return found


looks = st.lists(st.sampled_from([5, 5, 5, 15, 60, 240]), min_size=1, max_size=12)


def run(calendar, posts, steps, hours=120):
    """A runner that looks at the given distances (minutes), again and again, and publishes what is due in the same minute."""
    now, records, sent = START, {}, []
    for number in range(100_000):
        plan = make_plan(calendar, posts, history_of(records.values()), now, until=now)
        for delivery in due(plan, now):
            sent.append((now, delivery))
            records[delivery.name] = Record(
                delivery.name, delivery.post, delivery.channel, PUBLISHED, delivery.occurrence, at=now, due=delivery.at or delivery.due
            )
        now += timedelta(minutes=steps[number % len(steps)])
        if now > START + timedelta(hours=hours):
            break
    return sent, records, now


@settings(max_examples=15, deadline=None)
@given(calendars(), post_lists(), looks)
def test_nothing_is_early_nothing_twice_and_no_rule_is_broken(calendar, posts, steps):
    sent, _, _ = run(calendar, posts, steps)
    by_id = {post.id: post for post in posts}
    zone = ZoneInfo(calendar.timezone)
    names = [delivery.name for _, delivery in sent]
    assert len(set(names)) == len(names)
    for now, delivery in sent:
        post, channel = by_id[delivery.post], calendar.channels[delivery.channel]
        assert post.status == "ready"
        assert delivery.due <= now
        if post.publish_at and not post.repeat:
            assert to_wall(now, zone) >= datetime.fromisoformat(post.publish_at)
        if delivery.occurrence:
            assert to_wall(delivery.at, zone) >= datetime.strptime(delivery.occurrence, "%Y-%m-%dT%H%M")
        if post.slot:
            assert delivery.at <= now < delivery.at + timedelta(seconds=calendar.slot_open)
    for channel in calendar.channels.values():
        mine = [(now, by_id[delivery.post].urgent) for now, delivery in sent if delivery.channel == channel.name]
        calm = [(a, b) for (a, _), (b, urgent) in pairwise(mine) if not urgent]
        assert all(b - a >= timedelta(seconds=channel.gap) for a, b in calm)
        if channel.daily_limit:
            days = [to_wall(now, zone).date() for now, urgent in mine if not urgent]
            assert all(days.count(day) <= channel.daily_limit for day in days)
    slots = [(delivery.channel, delivery.at) for _, delivery in sent if by_id[delivery.post].slot]
    assert len(set(slots)) == len(slots)


@settings(max_examples=12, deadline=None)
@given(calendars(), post_lists(), looks)
def test_in_the_end_every_post_is_out_or_says_why_not(calendar, posts, steps):
    _, records, now = run(calendar, posts, steps)
    plan = make_plan(calendar, posts, history_of(records.values()), now)
    listed = {(d.post, d.channel) for d in plan.deliveries}
    for post in posts:
        for name in calendar.groups.get(post.channels[0], post.channels):
            assert (post.id, name) in listed
    for delivery in plan.deliveries:
        if delivery.state != PUBLISHED and delivery.due and delivery.due < now - timedelta(hours=4):
            assert delivery.state in ("held", "skipped", "planned")
            assert delivery.why or calendar.channels[delivery.channel].max_late is None


@settings(max_examples=20, deadline=None)
@given(calendars(), post_lists(), looks, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_files_or_records(calendar, posts, steps, random):
    _, records, now = run(calendar, posts, steps, hours=30)
    kept = list(records.values())
    plan = make_plan(calendar, posts, history_of(kept), now)
    random.shuffle(posts)
    random.shuffle(kept)
    again = make_plan(calendar, posts, history_of(kept), now)
    assert (plan.deliveries, plan.wake_at) == (again.deliveries, again.wake_at)


@settings(max_examples=40, deadline=None)
@given(calendars(), post_lists(), st.integers(0, 72))
def test_a_plan_that_ends_sooner_is_the_beginning_of_a_longer_one(calendar, posts, hours):
    now = START + timedelta(hours=10)
    end = now + timedelta(hours=hours)
    whole = [d for d in make_plan(calendar, posts, history_of([]), now, until=end + timedelta(days=9)).deliveries if d.due <= end]
    part = list(make_plan(calendar, posts, history_of([]), now, until=end).deliveries)
    assert whole == part


@settings(max_examples=8, deadline=None)
@given(calendars(), post_lists())
def test_a_runner_that_sleeps_until_wake_at_misses_nothing(calendar, posts):
    every, _, _ = run(calendar, posts, [1], hours=14)
    now, records, sent = START, {}, []
    while now < START + timedelta(hours=14):
        plan = make_plan(calendar, posts, history_of(records.values()), now, until=now)
        for delivery in due(plan, now):
            sent.append(delivery.name)
            at = delivery.at or delivery.due
            records[delivery.name] = Record(delivery.name, delivery.post, delivery.channel, PUBLISHED, delivery.occurrence, at=now, due=at)
        after = make_plan(calendar, posts, history_of(records.values()), now, until=now)
        assert after.wake_at is not None
        now = max(after.wake_at, now + timedelta(minutes=1)) if after.wake_at > now else now + timedelta(minutes=1)
    assert sent == [delivery.name for moment, delivery in every if moment < START + timedelta(hours=14)]


@settings(max_examples=15, deadline=None)
@given(calendars(), post_lists(), looks)
def test_time_passing_never_takes_back_what_went_out(calendar, posts, steps):
    _, records, now = run(calendar, posts, steps, hours=40)
    for days in (0, 1, 30, 800):
        plan = make_plan(calendar, posts, history_of(records.values()), now + timedelta(days=days))
        states = {d.name: d.state for d in plan.deliveries}
        assert all(states[name] == PUBLISHED for name in records)
