"""Slots, the least gap between two posts, and how many a day."""

from __future__ import annotations

from itertools import permutations

import pytest

from smm_cli.calendar.model import Pause
from smm_cli.plan.plan import due
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.channel import Slot
from smm_cli.words.delivery import FAILED, RETRY
from smm_cli.words.post import WaitFor

TUE, WED, THU = 1, 2, 3
NINE = 540


@pytest.fixture
def slot_desk(desk):
    desk.change("mastodon", slots=(Slot(TUE, NINE), Slot(WED, NINE), Slot(THU, NINE)))
    return desk


@pytest.fixture
def queued(post):
    return lambda id, **more: post(id, "", slot="next", **more)


def test_posts_take_coming_slots_in_order_then_by_id(slot_desk, queued):
    posts = [queued("c"), queued("a"), queued("b", order=-1)]
    expected = {"b@mastodon": "2026-11-24 09:00", "a@mastodon": "2026-11-25 09:00", "c@mastodon": "2026-11-26 09:00"}
    for arrangement in permutations(posts):
        assert slot_desk.times(*arrangement) == expected


def test_an_open_slot_is_taken_at_once(slot_desk, queued, berlin):
    slot_desk.at("2026-11-24 09:29:59")
    plan = slot_desk.plan(queued("a"))
    assert [d.due for d in due(plan, slot_desk.now)] == [berlin("2026-11-24 09:00")]


def test_a_slot_closes_after_half_an_hour(slot_desk, queued):
    assert slot_desk.at("2026-11-24 09:30").times(queued("a")) == {"a@mastodon": "2026-11-25 09:00"}


def test_the_calendar_says_how_long_a_slot_is_open(slot_desk, queued):
    slot_desk.settings["slot_open"] = 3600.0
    assert slot_desk.at("2026-11-24 09:59").times(queued("a")) == {"a@mastodon": "2026-11-24 09:00"}


def test_a_used_slot_is_not_given_twice(slot_desk, queued):
    slot_desk.at("2026-11-24 09:01").went_out("a", "2026-11-24 09:00")
    assert slot_desk.times(queued("a"), queued("b")) == {"b@mastodon": "2026-11-25 09:00"}


def test_a_delivery_on_its_way_uses_its_slot(slot_desk, queued, berlin):
    slot_desk.at("2026-11-24 09:05")
    slot_desk.went_out("a", "2026-11-24 09:00", state=RETRY, next_at=berlin("2026-11-24 09:10"), attempts=1)
    plan = slot_desk.plan(queued("a"), queued("b"))
    assert [(d.post, d.state, d.due) for d in plan.deliveries] == [
        ("a", "retry", berlin("2026-11-24 09:10")),
        ("b", "planned", berlin("2026-11-25 09:00")),
    ]


def test_a_refused_post_does_not_send_the_whole_line_into_one_slot(slot_desk, queued):
    slot_desk.at("2026-11-24 09:05").went_out("a", "2026-11-24 09:00", state=FAILED, attempts=1)
    assert slot_desk.times(queued("a"), queued("b")) == {"b@mastodon": "2026-11-25 09:00"}


def test_something_else_that_went_out_in_the_slot_uses_it(slot_desk, queued):
    slot_desk.at("2026-11-24 09:20").went_out("news", "2026-11-24 09:15")
    assert slot_desk.times(queued("a")) == {"a@mastodon": "2026-11-25 09:00"}


def test_an_explicit_time_inside_a_slot_means_that_slot(slot_desk, queued, post):
    times = slot_desk.times(queued("a"), post("news", "2026-11-24 09:10"))
    assert times == {"news@mastodon": "2026-11-24 09:10", "a@mastodon": "2026-11-25 09:00"}


def test_a_missed_slot_passes_the_post_on(slot_desk, queued):
    assert slot_desk.at("2026-11-24 13:00").times(queued("a")) == {"a@mastodon": "2026-11-25 09:00"}


def test_not_before_and_not_after_bound_the_choice(slot_desk, queued):
    early = queued("a", not_before="2026-11-26")
    late = queued("z", not_after="2026-11-24")
    assert slot_desk.times(early, late, queued("m")) == {
        "m@mastodon": "2026-11-24 09:00",
        "a@mastodon": "2026-11-26 09:00",
    }
    assert slot_desk.times(early, late)["z@mastodon"] == "2026-11-24 09:00"


def test_a_post_whose_end_has_passed_is_held(slot_desk, queued):
    found = slot_desk.one(queued("friday", not_after="2026-11-23"))
    assert (found.state, found.reason) == ("held", "slot")
    assert found.why.startswith("not_after has passed")


def test_a_post_that_may_go_during_an_open_slot_takes_it_then(slot_desk, queued, berlin):
    late = queued("a", not_before="2026-11-24 09:10")
    assert slot_desk.times(late) == {"a@mastodon": "2026-11-24 09:10"}
    assert [d.due for d in due(slot_desk.at("2026-11-24 09:12").plan(late), slot_desk.now)] == [berlin("2026-11-24 09:10")]


def test_drafts_and_unapproved_posts_do_not_block_a_slot(slot_desk, queued):
    assert slot_desk.times(queued("a", status="draft"), queued("b")) == {"b@mastodon": "2026-11-24 09:00"}


def test_slots_in_quiet_hours_and_on_holidays_are_passed_over(slot_desk, queued):
    slot_desk.settings |= {"quiet": "Tu 00:00-24:00", "holidays": "DE-BY"}
    assert slot_desk.times(queued("a"), queued("b")) == {"a@mastodon": "2026-11-25 09:00", "b@mastodon": "2026-11-26 09:00"}
    assert slot_desk.at("2027-01-05 12:00").times(queued("a")) == {"a@mastodon": "2027-01-07 09:00"}


def test_a_paused_post_lets_others_go_first(slot_desk, queued, berlin):
    slot_desk.settings["pauses"] = (Pause(campaign="herbst", until=berlin("2026-11-25 00:00")),)
    times = slot_desk.times(queued("a", campaign="herbst"), queued("b"))
    assert times == {"b@mastodon": "2026-11-24 09:00", "a@mastodon": "2026-11-25 09:00"}


def test_a_pause_without_end_holds_what_waits_for_a_slot(slot_desk, queued):
    slot_desk.settings["pauses"] = (Pause(),)
    assert slot_desk.one(queued("a")).reason == "paused"


def test_a_channel_without_slots_is_told(desk, queued):
    plan = desk.plan(queued("a"))
    assert (plan.deliveries[0].reason, plan.problems[0].slug) == ("error", "no-slots")


def test_the_runner_wakes_for_the_next_slot(slot_desk, queued, berlin):
    assert slot_desk.plan(queued("a"), until=slot_desk.now).wake_at == berlin("2026-11-24 09:00")


def test_a_slot_post_is_never_late(slot_desk, queued):
    slot_desk.change("mastodon", max_late=0.0)
    assert len(due(slot_desk.at("2026-11-24 09:20").plan(queued("a")), slot_desk.now)) == 1


# -- gap and daily limit ------------------------------------------------------------------------------------------------


def test_within_the_gap_the_later_one_waits_and_says_why(desk, post):
    desk.change("mastodon", gap=3600.0)
    plan = desk.plan(post("a", "2026-11-24 09:00"), post("b", "2026-11-24 09:20"), post("c", "2026-11-24 12:00"))
    assert desk.times(post("a", "2026-11-24 09:00"), post("b", "2026-11-24 09:20"), post("c", "2026-11-24 12:00")) == {
        "a@mastodon": "2026-11-24 09:00",
        "b@mastodon": "2026-11-24 10:00",
        "c@mastodon": "2026-11-24 12:00",
    }
    (moved,) = [d for d in plan.deliveries if d.post == "b"]
    assert (moved.state, moved.why) == ("planned", "moved: 1h between two posts on mastodon")
    assert moved.at is not None
    assert moved.at < moved.due


def test_a_gap_counts_from_what_went_out(desk, post, berlin):
    desk.change("mastodon", gap=3600.0)
    desk.at("2026-11-24 09:01").went_out("a", "2026-11-24 09:00")
    assert desk.times(post("a"), post("b", "2026-11-24 09:01")) == {"b@mastodon": "2026-11-24 10:00"}


def test_an_urgent_post_ignores_gap_and_limit_but_counts(desk, post):
    desk.change("mastodon", gap=3600.0, daily_limit=1)
    posts = [post("a", "2026-11-24 09:00"), post("now", "2026-11-24 09:10", urgent=True), post("b", "2026-11-24 22:00")]
    assert desk.times(*posts) == {
        "a@mastodon": "2026-11-24 09:00",
        "now@mastodon": "2026-11-24 09:10",
        "b@mastodon": "2026-11-25 22:00",
    }


def test_a_full_day_sends_the_rest_on_to_the_next_ones(desk, post):
    desk.change("mastodon", daily_limit=2)
    posts = [post(f"p{n}", f"2026-11-24 {9 + n:02}:00") for n in range(5)]
    assert list(desk.times(*posts).values()) == [
        "2026-11-24 09:00",
        "2026-11-24 10:00",
        "2026-11-25 11:00",
        "2026-11-25 12:00",
        "2026-11-26 13:00",
    ]


def test_what_was_sent_on_to_the_next_day_is_not_late_there(desk, post):
    desk.change("mastodon", daily_limit=1)
    desk.went_out("a", "2026-11-24 09:00")
    second = post("b", "2026-11-24 10:00")
    assert desk.times(post("a"), second) == {"b@mastodon": "2026-11-25 10:00"}
    plan = desk.at("2026-11-25 10:00").plan(post("a"), second)
    assert [d.post for d in due(plan, desk.now)] == ["b"]
    assert desk.at("2026-11-25 12:01").plan(post("a"), second).deliveries[-1].reason == "late"


def test_a_line_of_posts_is_late_one_after_the_other(desk, post):
    desk.change("mastodon", gap=1800.0)
    posts = [post(f"p{n}", "2026-11-24 09:00") for n in range(8)]
    plan = desk.at("2026-11-24 11:45").plan(*posts)
    assert [d.post for d in plan.deliveries if d.reason == "late"] == ["p0", "p1"]
    assert list(desk.times(*posts).values())[:3] == ["2026-11-24 10:00", "2026-11-24 12:15", "2026-11-24 12:45"]
    assert [d.post for d in due(plan, desk.now)] == ["p2"]


def test_a_moved_post_does_not_land_in_quiet_hours(desk, post):
    desk.settings["quiet"] = "20:00-08:00"
    desk.change("mastodon", gap=3600.0)
    times = desk.times(post("a", "2026-11-24 19:30"), post("b", "2026-11-24 19:40"))
    assert times["b@mastodon"] == "2026-11-25 08:00"


def test_a_slot_gives_way_to_the_gap_or_falls_out(slot_desk, queued, post):
    slot_desk.change("mastodon", gap=1500.0)
    times = slot_desk.times(queued("a"), post("news", "2026-11-24 08:55"))
    assert times["a@mastodon"] == "2026-11-24 09:20"
    slot_desk.change("mastodon", gap=7200.0)
    times = slot_desk.times(queued("a"), post("news", "2026-11-24 08:55"))
    assert times["a@mastodon"] == "2026-11-25 09:00"


def test_a_long_queue_under_a_daily_limit_is_placed_quickly(desk, post):
    import time

    desk.change("mastodon", daily_limit=1)
    posts = [post(f"p{n:04}", "2026-11-24 09:00") for n in range(1500)]
    began = time.process_time()
    days = set(desk.times(*posts).values())
    assert time.process_time() - began < 3
    assert len(days) == 1500


def test_a_bad_limit_on_lateness_holds_its_post_and_no_other(slot_desk, post):
    plan = slot_desk.plan(post("a", max_late="bald"), post("b"))
    assert {d.post: d.reason for d in plan.deliveries} == {"a": "error", "b": ""}


def test_a_post_that_waits_for_something_still_takes_a_slot_when_it_is_there(slot_desk, queued, berlin):
    waits_too = queued("a", wait_for=WaitFor(tag="v2"))
    assert slot_desk.plan(waits_too).deliveries[0].reason == "waiting"
    assert slot_desk.times(waits_too, waits={"a": WaitAnswer(True, berlin("2026-11-24 08:00"))}) == {"a@mastodon": "2026-11-24 09:00"}


def test_a_released_slot_post_stands_in_line_again_and_a_tried_one_goes_on(slot_desk, queued, berlin):
    slot_desk.went_out("a", "2026-11-24 08:00", state="planned", released=True)
    assert slot_desk.times(queued("a")) == {"a@mastodon": "2026-11-24 09:00"}
    slot_desk.went_out("a", "2026-11-17 09:00", state=RETRY, released=True)
    plan = slot_desk.plan(queued("a"))
    assert [(d.at, d.due <= slot_desk.now) for d in due(plan, slot_desk.now)] == [(berlin("2026-11-17 09:00"), True)]


def test_who_is_released_after_its_end_takes_the_next_slot(slot_desk, queued):
    slot_desk.went_out("a", "2026-11-17 09:00", state="planned", released=True)
    assert slot_desk.times(queued("a", not_after="2026-11-20")) == {"a@mastodon": "2026-11-24 09:00"}
