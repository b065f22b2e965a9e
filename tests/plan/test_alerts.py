"""What somebody must hear of, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smm_cli.plan.alerts import alerts_of, alerts_of_endings, alerts_of_stops
from smm_cli.plan.endings import endings
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import FAILED, HELD, PLANNED, PUBLISHED, UNKNOWN, WAITING, Delivery

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
LAUNCH = Delivery("launch", "mastodon", "mastodon", due=NOW, path="posts/launch.md")


def told(*deliveries: Delivery) -> list[str]:
    return [alert.what for alert in alerts_of(deliveries, NOW, ZONE)]


def test_what_failed_and_what_is_in_doubt_is_told_with_the_command_that_mends_it():
    found = list(alerts_of([replace(LAUNCH, state=FAILED, why="too long"), replace(LAUNCH, state=UNKNOWN)], NOW, ZONE))
    assert [alert.kind for alert in found] == ["failure", "unknown"]
    assert found[0].what == "launch@mastodon failed and is surely not published: too long"
    assert "smm queue retry launch@mastodon" in found[0].mend
    assert "smm queue resolve launch@mastodon --published URL" in found[1].mend


@pytest.mark.parametrize(("hours", "heard"), [(25, False), (23, True), (0, True), (-5, True)])
def test_a_hold_is_told_a_day_before_its_time(hours, heard):
    held = replace(LAUNCH, state=HELD, reason="approval", due=NOW + timedelta(hours=hours))
    assert bool(told(held)) is heard


@pytest.mark.parametrize("reason", ["by you", "draft", "paused", "quiet", "since", "waiting"])
def test_a_hold_that_is_meant_is_not_told(reason):
    assert told(replace(LAUNCH, state=HELD, reason=reason, wake=NOW + timedelta(hours=1))) == []
    assert told(replace(LAUNCH, state=HELD, reason=reason, due=None, wake=NOW + timedelta(hours=1))) == []


def test_a_time_that_was_written_into_quiet_hours_is_told():
    assert told(replace(LAUNCH, state=HELD, reason="quiet", why="it lies in quiet hours"))


@pytest.mark.parametrize(
    ("reason", "heard"), [("error", True), ("copy", True), ("approval", True), ("slot", True), ("late", True), ("waiting", False)]
)
def test_a_hold_without_a_time_is_told_at_once_where_it_does_not_end_by_itself(reason, heard):
    assert bool(told(replace(LAUNCH, state=HELD, reason=reason, due=None))) is heard


def test_what_is_planned_or_public_is_not_told_and_what_is_to_be_made_by_hand_is():
    assert told(replace(LAUNCH, state=PLANNED), replace(LAUNCH, state=PUBLISHED)) == []
    assert told(replace(LAUNCH, state=WAITING)) == ["launch@mastodon is to be made by hand, due Tue 24 Nov 2026 09:00 CET"]


@pytest.mark.parametrize(("days", "step"), [(15, None), (13.9, "14"), (6, "7"), (2.5, "3"), (0.5, "1"), (-1, "0")])
def test_a_login_that_ends_is_told_at_fourteen_seven_three_days_and_one(days, step):
    channels = {"acme-linkedin": Channel("acme-linkedin", "linkedin", title="LinkedIn", account="Acme GmbH")}
    at = NOW + timedelta(days=days)
    after = [Delivery(f"p{n}", "acme-linkedin", "linkedin", due=at + timedelta(days=n), state=PLANNED) for n in range(-1, 6)]
    found = list(alerts_of_endings(endings({"acme-linkedin": at}, after, NOW), channels, NOW, ZONE))
    if step is None:
        assert found == []
        return
    (alert,) = found
    assert alert.name.endswith(f" {step}")
    assert alert.what.startswith(f"The login of LinkedIn (Acme GmbH) {'ended' if days < 0 else 'ends'} ")
    assert alert.what.endswith("; 6 posts after it")
    assert alert.mend.startswith("smm channel login acme-linkedin")


def test_deliveries_made_by_hand_or_public_do_not_miss_a_login():
    at = NOW + timedelta(days=1)
    later = Delivery("a", "toots", "mastodon", due=at + timedelta(days=1), state=PLANNED)
    (ending,) = endings({"toots": at}, [later, replace(later, by_hand=True), replace(later, state=PUBLISHED)], NOW)
    assert ending.after == (later,)


def test_a_stopped_channel_is_told_with_its_login():
    (alert,) = alerts_of_stops({"toots": "the token was revoked"})
    assert alert.mend == "smm channel login toots"
    assert "the token was revoked" in alert.what
