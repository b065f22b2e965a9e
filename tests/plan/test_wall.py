"""Wall time, in every zone, at every change of its clocks from 2026 to 2028."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smm_cli.errors import PostError
from smm_cli.plan.recurrence import Recurrence
from smm_cli.plan.wall import exists, occurrence_name, occurrence_wall, read_edge, read_wall, read_written, to_instant, to_wall

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants at which a zone's clocks change, to the minute."""
    zone, found, day = ZoneInfo(name), [], FIRST
    while day < LAST:
        following = day + timedelta(days=5)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            low, high = day, following
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                middle = middle.replace(second=0, microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        day = following
    return tuple(found)


@cache
def changing() -> tuple[str, ...]:
    return tuple(name for name in sorted(available_timezones()) if changes(name))


@pytest.fixture(scope="module", autouse=True)
def found_before():
    """The changes are found once, outside of what Hypothesis measures."""
    return changing()


@st.composite
def near_a_change(draw):
    """A zone, one of its changes, and a wall time within three hours of it."""
    name = draw(st.sampled_from(changing()))
    change = draw(st.sampled_from(changes(name)))
    zone = ZoneInfo(name)
    return zone, change, to_wall(change, zone) + timedelta(minutes=draw(st.integers(-180, 180)))


def test_many_zones_change_their_clocks():
    assert len(changing()) > 100
    assert "Australia/Lord_Howe" in changing()


@settings(deadline=None)
@given(near_a_change())
def test_nothing_is_early_and_a_gap_moves_it_forward_by_its_length(drawn):
    zone, change, wall = drawn
    shown = to_wall(to_instant(wall, zone), zone)
    assert shown >= wall
    if shown != wall:
        before, after = (moment.astimezone(zone).utcoffset() for moment in (change - timedelta(minutes=1), change))
        assert shown - wall == after - before
        assert not exists(wall, zone)


@settings(deadline=None)
@given(near_a_change())
def test_of_a_time_that_comes_twice_the_first_counts(drawn):
    zone, _, wall = drawn
    moment = to_instant(wall, zone)
    earlier = [moment - timedelta(minutes=minutes) for minutes in (30, 60, 120, 180)]
    assert all(to_wall(other, zone) != wall for other in earlier)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk"])
def test_every_wall_time_of_three_years_occurs_once(name):
    zone = ZoneInfo(name)
    rule = Recurrence("FREQ=MINUTELY;INTERVAL=10", datetime(2025, 12, 1), None, zone)
    for change in changes(name):
        found = list(rule.between(change - timedelta(hours=5), change + timedelta(hours=5)))
        assert len({one.name for one in found}) == len(found)
        assert all(a.at < b.at for a, b in pairwise(found))


@settings(deadline=None)
@given(
    near_a_change(),
    st.sampled_from(["FREQ=DAILY", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,20,40", "FREQ=WEEKLY", "FREQ=HOURLY;INTERVAL=5"]),
)
@example(
    (ZoneInfo("Antarctica/Troll"), datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 3)),
    "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,20,40",
)
def test_occurrences_are_in_order_unique_and_never_early(drawn, text):
    zone, change, wall = drawn
    rule = Recurrence(text, wall - timedelta(days=21), None, zone)
    found = list(rule.between(change - timedelta(days=2), change + timedelta(days=2)))
    assert len({one.name for one in found}) == len({one.at for one in found}) == len(found)
    assert [one.at for one in found] == sorted(one.at for one in found)
    for one in found:
        assert to_wall(one.at, zone) >= one.wall
        assert rule.has(one.wall)
        assert occurrence_wall(one.name) == one.wall.replace(second=0)


@settings(deadline=None)
@given(near_a_change(), st.integers(0, 4 * 1440))
def test_parting_a_stretch_anywhere_changes_no_occurrence(drawn, minutes):
    zone, change, wall = drawn
    rule = Recurrence("FREQ=HOURLY;BYMINUTE=0,30", wall - timedelta(days=5), None, zone)
    low, high = change - timedelta(days=2), change + timedelta(days=2)
    middle = low + timedelta(minutes=minutes)
    whole = [one.name for one in rule.between(low, high) if one.at <= high]
    parted = [one.name for one in rule.between(low, middle) if one.at < middle] + [
        one.name for one in rule.between(middle, high) if one.at <= high
    ]
    assert whole == parted


@settings(deadline=None)
@given(near_a_change())
def test_a_written_time_is_read_as_it_stands(drawn):
    zone, _, wall = drawn
    for text in (f"{wall:%Y-%m-%d %H:%M}", f"{wall:%Y-%m-%dT%H:%M:%S}"):
        assert read_wall(text, zone) == to_instant(wall.replace(microsecond=0), zone)
    aware = wall.replace(tzinfo=zone)
    assert read_wall(aware.isoformat(sep=" "), ZoneInfo("Asia/Tokyo")) == aware.astimezone(UTC)


@pytest.mark.parametrize("text", ["2026-11-24 09:00Z", "2026-11-24 09:00 Z", "2026-11-24T10:00+01:00", "2026-11-24 10:00:00 +0100"])
def test_an_offset_counts_more_than_the_zone(text):
    assert read_wall(text, ZoneInfo("Asia/Tokyo")) == datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2026-11-24", "2026-11-24 9:00", "2026-11-24 24:01", "2026-02-30 09:00", "2026-11-24 09:00 am", "24.11.2026 09:00"]
)
def test_other_spellings_are_refused(text):
    with pytest.raises(PostError, match="is no time"):
        read_written(text)


def test_a_day_has_two_edges(berlin):
    zone = ZoneInfo("Europe/Berlin")
    assert read_edge("2026-11-24", zone) == berlin("2026-11-24 00:00")
    assert read_edge("2026-11-24", zone, end_of_day=True) == berlin("2026-11-25 00:00")
    with pytest.raises(PostError):
        read_edge("2026-11-31", zone)


def test_names_of_occurrences_can_be_file_names():
    assert occurrence_name(datetime(2026, 11, 24, 9, 0)) == "2026-11-24T0900"
    assert occurrence_wall("2026-11-24T0900") == datetime(2026, 11, 24, 9, 0)
    assert occurrence_wall("soon") is None
