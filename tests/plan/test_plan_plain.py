"""Plain posts take a short way through planning: it must come to the same as the long one, and be left where a rule may apply."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime

import pytest

from smm_cli.calendar.model import Approval, Pause
from smm_cli.words.delivery import FAILED, PUBLISHED, Delivery, Record
from smm_cli.words.post import WaitFor

TIMES = (
    "2026-11-24 08:30",  # this very moment
    "2026-11-24 08:31",
    "2026-11-24T09:00:30",
    "2027-03-28 02:30",  # a clock in Berlin does not show it
    "2027-10-31 02:30",  # it shows this twice
    "2027-01-01 00:00+05:30",
    "2027-01-01 00:00Z",
)


@pytest.mark.parametrize("when", TIMES)
@pytest.mark.parametrize("zone", ["", "America/New_York"])
def test_the_short_way_comes_to_the_same_as_the_long_one(desk, post, when, zone):
    plain = post("a", when, channels=("all",), timezone=zone, title="A title", campaign="winter", text_digest="d")
    desk.change("mastodon", account="@me", by_hand=True, max_late=7200.0)
    desk.change("blog", max_late=7200.0)
    short = desk.plan(plain)
    long = desk.plan(replace(plain, max_late="2h"))  # says what the channels say, but must be read
    assert len(short.deliveries) == 2
    assert (short.deliveries, short.problems, short.wake_at) == (long.deliveries, long.problems, long.wake_at)


def test_every_field_of_a_plain_delivery_is_set(desk, post):
    found = desk.one(post("a", "2026-11-25 09:00"))
    assert isinstance(found, Delivery)
    assert all(hasattr(found, field.name) for field in fields(Delivery))
    assert replace(found) == found


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "draft"}, "draft"),
        ({"publish_at": "2026-11-24 05:00"}, "late"),
        ({"publish_at": "soon"}, "error"),
        ({"publish_at": "9999-12-31 23:59", "timezone": "Nowhere/At_all"}, "error"),
        ({"wait_for": WaitFor(tag="v1")}, "waiting"),
        ({"max_late": "long"}, "error"),
        ({"targets": {"mastodon": {"publish_at": "soon"}}}, "error"),
    ],
)
def test_what_a_post_says_of_itself_still_holds_it(desk, post, said, reason):
    assert desk.one(replace(post("a", "2026-11-25 09:00"), **said)).reason == reason


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"pauses": (Pause(),)}, "paused"),
        ({"approval": Approval(required=True)}, "approval"),
        ({"quiet": "08:00-10:00"}, "quiet"),
    ],
)
def test_what_the_calendar_says_still_holds_it(desk, post, settings, reason):
    assert desk.one(post("a", "2026-11-25 09:00")).reason == ""
    desk.settings |= settings
    assert desk.one(post("a", "2026-11-25 09:00")).reason == reason


def test_an_error_of_one_target_still_holds_it(desk, post):
    held = {"a@mastodon": "too long"}
    found = {one.name: one.reason for one in desk.plan(post("a", "2026-11-25 09:00", channels=("all",)), held=held).deliveries}
    assert found == {"a@mastodon": "error", "a@blog": ""}


def test_a_copy_is_still_held(desk, post):
    desk.knows(Record("old@mastodon", "old", "mastodon", PUBLISHED, digest="d", at=desk.now))
    assert desk.one(post("a", "2026-11-25 09:00", text_digest="d"), until=datetime(2027, 1, 1, tzinfo=desk.now.tzinfo)).reason == "copy"


def test_gaps_still_move_it(desk, post):
    desk.change("mastodon", gap=3600.0)
    found = desk.times(post("a", "2026-11-25 09:00"), post("b", "2026-11-25 09:30"))
    assert found == {"a@mastodon": "2026-11-25 09:00", "b@mastodon": "2026-11-25 10:00"}


def test_a_channel_that_its_group_gained_later_still_stays_out(desk, post):
    desk.change("mastodon", since=date(2026, 12, 1))
    assert list(desk.times(post("a", "2026-11-25 09:00", channels=("all",)))) == ["a@blog"]


def test_what_is_recorded_still_counts(desk, post):
    desk.knows(Record("a@mastodon", "a", "mastodon", FAILED, due=desk.now))
    desk.knows(Record("b@mastodon@2026-11-20T0900", "b", "mastodon", PUBLISHED, occurrence="2026-11-20T0900", at=desk.now))
    found = {one.name: one.state for one in desk.plan(post("a", "2026-11-25 09:00"), post("b", "2026-11-25 09:00")).deliveries}
    assert found["a@mastodon"] == FAILED
    assert "planned" not in found.values()
