"""Quiet hours and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from smm_cli.errors import ConfigError
from smm_cli.plan.calm import read_calm
from smm_cli.plan.holidays import free_days
from smm_cli.words.delivery import RETRY


@pytest.fixture
def calm_desk(desk):
    desk.settings |= {"quiet": "20:00-08:00; Sa,Su 00:00-24:00", "holidays": "DE-BY"}
    return desk


def test_an_explicit_time_in_quiet_hours_is_an_error_that_names_the_next_free_time(calm_desk, post):
    plan = calm_desk.plan(post(publish_at="2026-11-27 21:00"))
    (problem,) = plan.problems
    assert (problem.slug, problem.severity, problem.place.file) == ("quiet-hours", "error", "posts/launch.md")
    assert problem.what == "launch: Fri 27 Nov 2026 21:00 CET lies in quiet hours"
    assert 'Mon 30 Nov 2026 08:00 CET: smm post schedule launch "2026-11-30 08:00"' in problem.hint
    assert plan.deliveries[0].reason == "quiet"


def test_a_holiday_of_the_land_is_an_error_too(calm_desk, post):
    plan = calm_desk.plan(post(publish_at="2027-01-06 10:00"))
    assert plan.problems[0].slug == "holiday"
    assert "2027-01-07 08:00" in plan.problems[0].hint


def test_many_channels_make_one_problem(calm_desk, post):
    assert len(calm_desk.plan(post(publish_at="2026-11-27 21:00", channels=("all",))).problems) == 1


def test_an_urgent_post_goes_out_at_night_and_on_a_holiday(calm_desk, post):
    plan = calm_desk.plan(post(publish_at="2026-12-25 23:00", urgent=True))
    assert (plan.deliveries[0].state, plan.problems) == ("planned", ())


def test_a_delivery_that_was_missed_does_not_wake_people_at_night(calm_desk, post, berlin):
    found = calm_desk.at("2026-11-24 20:05").one(post(publish_at="2026-11-24 19:55"))
    assert (found.reason, found.wake) == ("quiet", berlin("2026-11-25 08:00"))
    assert calm_desk.at("2026-11-25 08:00").one(post(publish_at="2026-11-24 19:55")).reason == "late"


def test_a_retry_waits_for_the_morning_but_a_half_sent_thread_does_not(calm_desk, post, berlin):
    calm_desk.at("2026-11-24 20:05")
    begun = {"state": RETRY, "next_at": berlin("2026-11-24 20:05"), "attempts": 1, "slug": "retriable"}
    calm_desk.went_out("launch", "2026-11-24 19:55", **begun)
    assert calm_desk.one(post(publish_at="2026-11-24 19:55")).reason == "quiet"
    calm_desk.went_out("launch", "2026-11-24 19:55", **begun, parts_public=1, parts_total=2)
    assert calm_desk.one(post(publish_at="2026-11-24 19:55")).state == "retry"


def test_a_channel_may_have_hours_of_its_own_or_none(calm_desk, post):
    calm_desk.change("mastodon", quiet="none")
    calm_desk.change("blog", quiet="Mo 09:00-10:00")
    plan = calm_desk.plan(post(publish_at="2026-11-27 21:00", channels=("all",)))
    assert {d.state for d in plan.deliveries} == {"planned"}


def test_quiet_hours_end_to_the_minute(calm_desk, post):
    assert calm_desk.one(post(publish_at="2026-11-25 08:00")).state == "planned"
    assert calm_desk.one(post(publish_at="2026-11-25 07:59")).reason == "quiet"
    assert calm_desk.one(post(publish_at="2026-11-25 19:59")).state == "planned"


def test_free_days_may_be_given(desk, post):
    plan = desk.plan(post(), free_days=lambda year: frozenset({date(year, 11, 25)}))
    assert plan.deliveries[0].reason == "quiet"


def test_hours_that_cover_the_whole_week_leave_no_time_free(berlin):
    calm = read_calm("00:00-24:00", None, ZoneInfo("Europe/Berlin"))
    assert calm is not None
    assert calm.free_from(berlin("2026-11-25 09:00")) is None


@pytest.mark.parametrize(("now", "free"), [("2026-10-25 01:30", "2026-10-25 02:30"), ("2027-03-28 01:30", "2027-03-28 03:30")])
def test_quiet_hours_end_in_the_hour_that_changes(berlin, now, free):
    calm = read_calm("01:00-02:30", None, ZoneInfo("Europe/Berlin"))
    assert calm is not None
    assert calm.free_from(berlin(now)) == berlin(free)


def test_quiet_hours_end_after_the_moment_asked_for_in_the_hour_that_comes_again():
    calm = read_calm("01:00-02:30", None, ZoneInfo("Europe/Berlin"))
    assert calm is not None
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert calm.free_from(again) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_holidays_know_lands_and_refuse_what_is_none():
    assert date(2026, 1, 6) in free_days("DE-BY")(2026)
    assert date(2026, 1, 6) not in free_days("DE-BE")(2026)
    with pytest.raises(ConfigError, match="XX"):
        free_days("XX")(2026)
