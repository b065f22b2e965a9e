"""Repeated posts: in wall time, each occurrence once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from smm_cli.errors import PostError
from smm_cli.plan.plan import due
from smm_cli.plan.recurrence import Recurrence
from smm_cli.words.delivery import CANCELLED, RETRY, UNKNOWN

WEEKLY = {"publish_at": "2026-11-03 09:00", "repeat": "FREQ=WEEKLY;BYDAY=TU"}


def states(plan):
    return {d.name.rpartition("@")[2]: d.state for d in plan.deliveries}


def test_occurrences_are_named_by_their_wall_time(desk, post, berlin):
    plan = desk.plan(post("hours", **WEEKLY), until=berlin("2026-12-08 09:00"))
    assert [d.name for d in plan.deliveries if d.state == "planned"] == [
        "hours@mastodon@2026-11-24T0900",
        "hours@mastodon@2026-12-01T0900",
        "hours@mastodon@2026-12-08T0900",
    ]


def test_nine_stays_nine_through_both_ends_of_summer_time(desk, post, berlin):
    rule = {"publish_at": "2026-01-01 09:00", "repeat": "FREQ=MONTHLY"}
    plan = desk.at("2026-01-01 00:00").plan(post("hours", **rule), until=berlin("2026-12-31 00:00"))
    assert {d.due.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") for d in plan.deliveries} == {"09:00"}
    assert len(plan.deliveries) == 12


def test_until_is_exclusive(desk, post):
    plan = desk.plan(post("hours", until="2026-12-08 09:00", **WEEKLY))
    assert list(states(plan)) == ["2026-11-17T0900", "2026-11-24T0900", "2026-12-01T0900"]
    plan = desk.plan(post("hours", until="2026-12-02", **WEEKLY))
    assert list(states(plan))[-1] == "2026-12-01T0900"


def test_until_inside_the_rule_is_inclusive_as_its_standard_says(desk, post):
    for end in ("20261201", "20261201T090000", "20261201T080000Z"):
        plan = desk.plan(post("hours", publish_at="2026-11-03 09:00", repeat=f"FREQ=WEEKLY;UNTIL={end}"))
        assert list(states(plan))[-1] == "2026-12-01T0900"


def test_a_missed_occurrence_is_skipped_and_only_the_last_is_listed(desk, post, berlin):
    plan = desk.plan(post("hours", **WEEKLY), until=berlin("2026-11-24 09:00"))
    assert states(plan) == {"2026-11-17T0900": "skipped", "2026-11-24T0900": "planned"}


def test_a_missed_occurrence_within_the_limit_still_goes_out(desk, post):
    plan = desk.at("2026-11-24 10:59").plan(post("hours", **WEEKLY), until=desk.now)
    assert [d.name for d in due(plan, desk.now)] == ["hours@mastodon@2026-11-24T0900"]


def test_of_several_missed_ones_only_the_last_goes_out(desk, post):
    hourly = post("hours", publish_at="2026-11-24 00:00", repeat="FREQ=HOURLY")
    plan = desk.at("2026-11-24 08:30").plan(hourly, until=desk.now)
    assert [d.occurrence for d in due(plan, desk.now)] == ["2026-11-24T0800"]


def test_without_a_limit_too_only_the_last_missed_one_goes_out(desk, post):
    plan = desk.plan(post("hours", channels=("blog",), **WEEKLY), until=desk.now)
    assert [d.occurrence for d in due(plan, desk.now)] == ["2026-11-17T0900"]


def test_what_went_out_does_not_go_out_again(desk, post):
    desk.went_out("hours", "2026-11-24 09:00", occurrence="2026-11-24T0900")
    plan = desk.at("2026-11-24 09:30").plan(post("hours", **WEEKLY), until=desk.now)
    assert due(plan, desk.now) == ()


def test_a_cancelled_occurrence_leaves_the_others(desk, post, berlin):
    desk.went_out("hours", "2026-11-24 09:00", occurrence="2026-11-24T0900", state=CANCELLED)
    plan = desk.plan(post("hours", **WEEKLY), until=berlin("2026-12-01 09:00"))
    assert states(plan)["2026-11-24T0900"] == "cancelled"
    assert states(plan)["2026-12-01T0900"] == "planned"


def test_another_time_of_day_does_not_send_todays_again(desk, post):
    desk.at("2026-11-24 14:00").went_out("hours", "2026-11-24 09:00", occurrence="2026-11-24T0900")
    later = post("hours", publish_at="2026-11-03 15:00", repeat="FREQ=WEEKLY;BYDAY=TU")
    coming = [d.occurrence for d in desk.plan(later).deliveries if d.state == "planned"]
    assert coming[0] == "2026-12-01T1500"


def test_a_post_that_went_out_and_then_repeats_begins_with_the_next_time(desk, post):
    desk.at("2026-11-24 10:00").went_out("hours", "2026-11-24 09:01", due=desk.at("2026-11-24 09:00").now)
    desk.at("2026-11-24 10:00")
    again = post("hours", publish_at="2026-11-24 09:00", repeat="FREQ=WEEKLY")
    assert due(desk.plan(again), desk.now) == ()
    coming = [d.occurrence for d in desk.plan(again).deliveries if d.state == "planned"]
    assert coming[0] == "2026-12-01T0900"


def test_a_post_that_repeats_no_more_is_not_sent_again(desk, post):
    desk.went_out("hours", "2026-11-17 09:00", occurrence="2026-11-17T0900")
    assert [d.state for d in desk.plan(post("hours")).deliveries] == ["published"]


def test_a_retry_of_an_occurrence_keeps_its_name(desk, post, berlin):
    desk.at("2026-11-24 09:10")
    desk.went_out("hours", "2026-11-24 09:00", occurrence="2026-11-24T0900", state=RETRY, next_at=berlin("2026-11-24 09:20"))
    plan = desk.plan(post("hours", **WEEKLY), until=berlin("2026-11-24 10:00"))
    assert [(d.name, d.state, d.due) for d in plan.deliveries] == [("hours@mastodon@2026-11-24T0900", "retry", berlin("2026-11-24 09:20"))]


def test_an_unknown_occurrence_stays_unknown_when_the_rule_changes(desk, post):
    desk.went_out("hours", "2026-11-17 09:00", occurrence="2026-11-17T0900", state=UNKNOWN)
    plan = desk.plan(post("hours", publish_at="2026-11-03 09:00", repeat="FREQ=WEEKLY;BYDAY=FR"))
    assert states(plan)["2026-11-17T0900"] == "unknown"


def test_a_skipped_occurrence_that_a_person_released_goes_out(desk, post):
    desk.went_out("hours", "2026-11-17 09:00", occurrence="2026-11-17T0900", state="planned", released=True)
    plan = desk.plan(post("hours", **WEEKLY), until=desk.now)
    assert [d.occurrence for d in due(plan, desk.now)] == ["2026-11-17T0900"]


def test_occurrences_on_holidays_and_in_quiet_hours_are_skipped(desk, post, berlin):
    desk.settings |= {"holidays": "DE-BY", "quiet": "Sa,Su 00:00-24:00"}
    daily = post("hours", publish_at="2026-11-01 09:00", repeat="FREQ=DAILY")
    plan = desk.at("2026-12-23 08:00").plan(daily, until=berlin("2026-12-28 12:00"))
    assert [d.occurrence[8:10] for d in plan.deliveries if d.state == "planned"] == ["23", "24", "28"]
    assert [d.why for d in plan.deliveries if d.occurrence == "2026-12-25T0900"] == ["skipped: Fri 25 Dec 2026 09:00 CET is on a holiday"]


def test_only_the_next_occurrence_of_a_draft_is_listed(desk, post):
    plan = desk.at("2026-11-24 12:00").plan(post("hours", status="draft", **WEEKLY))
    assert [d.occurrence for d in plan.deliveries if d.due > desk.now] == ["2026-12-01T0900"]


def test_a_repeated_post_wakes_the_runner_for_its_next_time(desk, post, berlin):
    desk.went_out("hours", "2026-11-17 09:00", occurrence="2026-11-17T0900")
    assert desk.plan(post("hours", **WEEKLY), until=desk.now).wake_at == berlin("2026-11-24 09:00")


def test_an_occurrence_in_quiet_hours_still_wakes_the_runner_for_the_one_after_it(desk, post, berlin):
    desk.settings["quiet"] = "22:00-06:00"
    seven = post("hours", publish_at="2026-11-24 00:00", repeat="FREQ=HOURLY;INTERVAL=7")
    desk.at("2026-11-24 21:30").went_out("hours", "2026-11-24 21:00", occurrence="2026-11-24T2100")
    assert desk.plan(seven, until=desk.now).wake_at == berlin("2026-11-25 04:00")


def test_occurrences_before_a_channel_joined_do_not_follow_the_group(desk, post, berlin):
    desk.change("blog", since=date(2026, 11, 30))
    plan = desk.plan(post("hours", **WEEKLY | {"channels": ("all",)}), until=berlin("2026-12-02 00:00"))
    assert [d.occurrence for d in plan.deliveries if d.channel == "blog"] == ["2026-12-01T0900"]


@pytest.mark.parametrize(
    "rule",
    [
        "weekly",
        "FREQ=SOMETIMES",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYSECOND=5",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYWEEKNO=30;BYMONTH=1",
        "BYDAY=TU",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY\nRRULE:FREQ=DAILY",
        "FREQ=WEEKLY;UNTIL=soon",
        "",
    ],
)
def test_rules_that_cannot_be_kept_are_refused(rule):
    with pytest.raises(PostError) as refused:
        Recurrence(rule, datetime(2026, 1, 1, 9), None, ZoneInfo("Europe/Berlin"))
    assert refused.value.slug == "bad-rule"


def test_a_bad_rule_is_a_problem_of_its_post(desk, post):
    plan = desk.plan(post("hours", repeat="weekly"), post())
    assert {d.post: d.reason for d in plan.deliveries} == {"hours": "error", "launch": ""}
    assert desk.plan(post("hours", publish_at="", repeat="FREQ=DAILY")).problems[0].slug == "no-time"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
        "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,SA",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;BYMONTH=3,10;BYHOUR=2,9;BYMINUTE=0,30",
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=MINUTELY;INTERVAL=45",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=DAILY;COUNT=400",
    ],
)
def test_beginning_shortly_before_gives_the_same_as_walking_from_the_start(rule):
    from dateutil.rrule import rrulestr

    start = datetime(2025, 3, 5, 9, 15)
    zone = ZoneInfo("UTC")
    low, high = datetime(2026, 3, 1, tzinfo=zone), datetime(2026, 3, 20, tzinfo=zone)
    plain = rrulestr(rule, dtstart=start).between(low.replace(tzinfo=None), high.replace(tzinfo=None), inc=True)
    found = [one.wall for one in Recurrence(rule, start, None, zone).between(low, high) if one.at <= high]
    assert found == plain


def test_an_hourly_post_meets_no_other_in_the_hour_that_is_skipped(berlin):
    rule = Recurrence("FREQ=HOURLY", datetime(2027, 3, 27), None, ZoneInfo("Europe/Berlin"))
    names = [one.name[-5:] for one in rule.between(berlin("2027-03-28 00:00"), berlin("2027-03-28 05:00"))]
    assert names[:5] == ["T0000", "T0100", "T0300", "T0400", "T0500"]


def test_a_daily_post_in_the_skipped_hour_moves_forward(berlin):
    rule = Recurrence("FREQ=DAILY", datetime(2027, 3, 1, 2, 30), None, ZoneInfo("Europe/Berlin"))
    (one, *_) = rule.between(berlin("2027-03-28 00:00"), berlin("2027-03-28 23:00"))
    assert (one.name, one.at) == ("2027-03-28T0230", berlin("2027-03-28 03:30"))


def test_years_of_minutes_need_not_be_walked_through(berlin):
    import time

    rule = Recurrence("FREQ=MINUTELY;INTERVAL=7", datetime(2010, 1, 1), None, ZoneInfo("Europe/Berlin"))
    began = time.process_time()
    found = list(rule.between(berlin("2026-11-24 09:00"), berlin("2026-11-24 10:00")))
    assert time.process_time() - began < 0.2
    assert found[-2].at <= berlin("2026-11-24 10:00") < found[-1].at
    assert all(a.at < b.at <= a.at + timedelta(minutes=7) for a, b in pairwise(found))


def test_a_repeated_post_is_no_copy_of_another_that_says_the_same(desk, post, berlin):
    desk.went_out("hours", "2026-11-17 09:00", occurrence="2026-11-17T0900", digest="text of hours")
    desk.went_out("other", "2026-11-20 09:00", digest="text of hours")
    plan = desk.plan(post("hours", **WEEKLY), until=berlin("2026-11-24 09:00"))
    assert states(plan)["2026-11-24T0900"] == "planned"


def test_an_occurrence_that_went_out_late_stands_for_those_it_overtook(desk, post, berlin):
    hourly = post("hours", publish_at="2026-11-24 00:00", repeat="FREQ=HOURLY")
    desk.at("2026-11-24 09:10").went_out("hours", "2026-11-24 08:00", occurrence="2026-11-24T0800", at=berlin("2026-11-24 09:05"))
    assert due(desk.plan(hourly, until=desk.now), desk.now) == ()


def test_a_post_sent_before_its_time_does_not_go_out_again_when_it_repeats(desk, post, berlin):
    desk.went_out("hours", "2026-11-23 12:00", due=berlin("2026-11-27 09:00"))
    weekly = post("hours", publish_at="2026-11-27 09:00", repeat="FREQ=WEEKLY")
    coming = [d.occurrence for d in desk.plan(weekly).deliveries if d.state == "planned"]
    assert coming[0] == "2026-12-04T0900"
