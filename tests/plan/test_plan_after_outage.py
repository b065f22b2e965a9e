"""What fell due while nobody looked: one after the other, held, or at once, as the calendar says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from smm_cli.words.delivery import Record
from smm_cli.words.outage import Outage


@pytest.fixture
def outage(berlin) -> Outage:
    return Outage(berlin("2026-11-24 08:00"), berlin("2026-11-24 10:00"))


def times(*names):
    return [(name, f"2026-11-24 {hour}") for name, hour in zip(names, ("08:30", "09:00", "09:10", "09:20"), strict=False)]


def told(plan):
    return {d.post: (d.state, d.reason, d.wake.strftime("%H:%M") if d.wake else "") for d in plan.deliveries}


def test_they_go_out_in_order_with_minutes_between(desk, post, outage):
    posts = [post(name, at) for name, at in times("a", "b", "c")]
    plan = desk.at("2026-11-24 10:00").plan(*reversed(posts), outages=(outage,))
    assert told(plan) == {"a": ("planned", "", ""), "b": ("held", "spread", "09:05"), "c": ("held", "spread", "09:10")}
    assert plan.deliveries[1].why.startswith("nobody looked between Tue 24 Nov 2026 08:00 CET and Tue 24 Nov 2026 10:00 CET: goes out at")
    assert plan.deliveries[1].hint == "smm queue release b@mastodon"


def test_each_tick_lets_the_next_one_go_and_none_is_lost(desk, post, outage):
    posts = [post(name, at) for name, at in times("a", "b", "c", "d")]
    went, minute = [], 0
    while len(went) < 4 and minute < 60:
        now = f"2026-11-24 10:{minute:02}"
        for delivery in desk.at(now).plan(*posts, outages=(outage,)).deliveries:
            if delivery.state == "planned" and delivery.due <= desk.now:
                desk.went_out(delivery.post, now)
                went.append((delivery.post, minute))
        minute += 1
    assert went == [("a", 0), ("b", 5), ("c", 10), ("d", 15)]


def test_a_channels_own_gap_is_kept_instead(desk, post, outage):
    desk.change("mastodon", gap=1200.0)
    posts = [post(name, at) for name, at in times("a", "b", "c")]
    plan = desk.at("2026-11-24 10:00").plan(*posts, outages=(outage,))
    due = sorted(delivery.wake or delivery.due for delivery in plan.deliveries if delivery.post != "a")
    assert min(due) >= outage.until + timedelta(minutes=20) and due[1] - due[0] >= timedelta(minutes=20)


def test_waiting_for_its_turn_makes_nothing_late_but_what_was_late_stays_so(desk, post, outage):
    early, in_time = post("early", "2026-11-24 08:10", max_late="1h"), post("ok", "2026-11-24 08:50", max_late="80m")
    other = post("other", "2026-11-24 08:45")
    plan = desk.at("2026-11-24 10:30").plan(early, in_time, other, outages=(outage,))
    assert told(plan)["early"][:2] == ("held", "late")
    assert told(plan)["ok"][:2] == ("held", "spread"), "in time when somebody looked again"


@pytest.mark.parametrize(("hour", "state"), [("11:25", "planned"), ("19:00", "held")])
def test_what_waited_for_something_else_than_its_turn_is_late_in_the_end(desk, post, outage, hour, state):
    """It is approved, mended or paused no more long after all the others went out."""
    desk.went_out("a", "2026-11-24 10:00")
    desk.knows(replace(desk.records[0], due=outage.since + timedelta(minutes=30)))
    found = desk.at(f"2026-11-24 {hour}").one(post("b", "2026-11-24 09:00", max_late="1h"), outages=(outage,))
    assert (found.state, found.reason) == (state, "late" if state == "held" else "")


def test_a_line_that_moves_an_hour_at_a_time_makes_nothing_late(desk, post, outage):
    names = ("a", "b", "c", "d")
    posts = [post(name, at, max_late="1h") for name, at in times(*names)][1:]
    for number, name in enumerate(names[1:]):
        now = f"2026-11-24 {10 + number}:00"
        went = [d.post for d in desk.at(now).plan(*posts, outages=(outage,)).deliveries if d.state == "planned" and d.due <= desk.now]
        assert went == [name]
        desk.went_out(name, now)
        due = next(one.publish_at for one in posts if one.id == name)
        desk.knows(replace(desk.records[-1], due=datetime.fromisoformat(due).replace(tzinfo=desk.now.tzinfo)))


def test_one_outage_after_another_keeps_what_fell_due_in_both_apart(desk, post, outage, berlin):
    second = Outage(berlin("2026-11-24 10:02"), berlin("2026-11-24 12:00"))
    posts = [post(name, at, max_late="6h") for name, at in times("a", "b")] + [post("z", "2026-11-24 11:00")]
    plan = desk.at("2026-11-24 12:00").plan(*posts, outages=(outage, second))
    assert told(plan) == {"a": ("planned", "", ""), "b": ("held", "spread", "11:05"), "z": ("held", "spread", "11:10")}
    assert plan.deliveries[1].why.startswith("nobody looked between Tue 24 Nov 2026 08:00 CET and")
    assert plan.deliveries[2].why.startswith("nobody looked between Tue 24 Nov 2026 10:02 CET and")


@pytest.mark.parametrize(("rule", "states"), [("send", {"planned"}), ("hold", {"held"})])
def test_the_calendar_says_otherwise(desk, post, outage, rule, states):
    desk.settings["after_outage"] = rule
    plan = desk.at("2026-11-24 10:00").plan(*(post(name, at) for name, at in times("a", "b", "c")), outages=(outage,))
    assert {d.state for d in plan.deliveries} == states
    assert {d.reason for d in plan.deliveries} == ({"outage"} if rule == "hold" else {""})
    assert rule == "send" or plan.deliveries[0].hint == "smm queue release a@mastodon"


def test_urgent_released_and_later_ones_do_not_wait(desk, post, outage):
    urgent, released, later = post("u", "2026-11-24 09:00", urgent=True), post("r", "2026-11-24 09:10"), post("l", "2026-11-24 10:00")
    desk.knows(Record("r@mastodon", "r", "mastodon", "planned", released=True))
    plan = desk.at("2026-11-24 10:01").plan(post("a", "2026-11-24 08:30"), urgent, released, later, outages=(outage,))
    assert {d.state for d in plan.deliveries} == {"planned"}


def test_a_channel_without_a_limit_of_lateness_is_no_timeline(desk, post, outage):
    posts = [post(name, at, channels=("blog",)) for name, at in times("a", "b", "c")]
    assert {d.state for d in desk.at("2026-11-24 10:00").plan(*posts, outages=(outage,)).deliveries} == {"planned"}


def test_channels_do_not_wait_for_each_other(desk, post, outage):
    from smm_cli.words.channel import Channel

    desk.channels["toots"] = Channel("toots", "mastodon")
    posts = [post("a", "2026-11-24 08:30"), post("b", "2026-11-24 08:40", channels=("toots",))]
    assert {d.state for d in desk.at("2026-11-24 10:00").plan(*posts, outages=(outage,)).deliveries} == {"planned"}


def test_without_an_outage_nothing_is_held(desk, post):
    plan = desk.at("2026-11-24 10:00").plan(*(post(name, at) for name, at in times("a", "b", "c")))
    assert {d.state for d in plan.deliveries} == {"planned"}


def test_the_edges_of_an_outage_are_not_in_it(outage):
    assert not outage.covers(outage.since) and not outage.covers(outage.until)
    assert outage.covers(outage.since + timedelta(seconds=1))
    assert isinstance(outage.since, datetime)


def test_while_one_is_being_sent_none_of_its_channel_follows(desk, post, outage):
    posts = [post(name, at) for name, at in times("a", "b")]
    desk.went_out("a", "2026-11-24 10:00")
    desk.knows(replace(desk.records[-1], state="sending", at=None))
    assert told(desk.at("2026-11-24 10:00").plan(*posts, outages=(outage,)))["b"] == ("held", "spread", "09:05")
