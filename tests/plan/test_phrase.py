"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm_cli.errors import UsageError
from smm_cli.plan.phrase import read_moment
from smm_cli.plan.phrase_words import EXAMPLES, MONTHS, NEXT, TODAY, WEEKDAYS
from smm_cli.plan.say import say_moment

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=BERLIN)
"""A Wednesday."""
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc", "SystemV")))

READ = {
    "tomorrow 9am": "2026-11-19 09:00",
    "Tomorrow at 9 AM": "2026-11-19 09:00",
    "tomorrow 9:30pm": "2026-11-19 21:30",
    "tomorrow 9.30 p.m.": "2026-11-19 21:30",
    "tomorrow 12am": "2026-11-19 00:00",
    "tomorrow 12pm": "2026-11-19 12:00",
    "tomorrow noon": "2026-11-19 12:00",
    "tomorrow midnight": "2026-11-19 00:00",
    "tomorrow 9": "2026-11-19 09:00",
    "9am tomorrow": "2026-11-19 09:00",
    "today 18:00": "2026-11-18 18:00",
    "18:00": "2026-11-18 18:00",
    "midnight": "2026-11-19 00:00",
    "the day after tomorrow at 9:00": "2026-11-20 09:00",
    "morgen 9 Uhr": "2026-11-19 09:00",
    "morgen um 9": "2026-11-19 09:00",
    "morgen 9 Uhr 30": "2026-11-19 09:30",
    "morgen 9.30 Uhr": "2026-11-19 09:30",
    "morgen mittags": "2026-11-19 12:00",
    "heute 18 Uhr": "2026-11-18 18:00",
    "übermorgen 14 Uhr": "2026-11-20 14:00",
    "u\u0308bermorgen 14 Uhr": "2026-11-20 14:00",
    "uebermorgen 14 Uhr": "2026-11-20 14:00",
    "Freitag 9 Uhr": "2026-11-20 09:00",
    "Montag 10:30": "2026-11-23 10:30",
    "nächsten Montag 10 Uhr": "2026-11-23 10:00",
    "am kommenden Montag um 10 Uhr": "2026-11-23 10:00",
    "next Monday 10:30": "2026-11-23 10:30",
    "on Friday at noon": "2026-11-20 12:00",
    "Wednesday 18:00": "2026-11-25 18:00",
    "4.3.2027 9:00": "2027-03-04 09:00",
    "04.03.2027 9 Uhr": "2027-03-04 09:00",
    "4. März 2027 um 9 Uhr": "2027-03-04 09:00",
    "4. Maerz 2027, 9 Uhr": "2027-03-04 09:00",
    "24.11. 9:30": "2026-11-24 09:30",
    "4.1. 9 Uhr": "2027-01-04 09:00",
    "24 Nov 9am": "2026-11-24 09:00",
    "24th Nov 9am": "2026-11-24 09:00",
    "Nov 24, 2026 9am": "2026-11-24 09:00",
    "November 24 at 9:30": "2026-11-24 09:30",
    "4 March 9": "2027-03-04 09:00",
    "Dienstag, den 24.11. um 9 Uhr": "2026-11-24 09:00",
    "Tue 24 Nov 2026 09:00 CET": "2026-11-24 09:00",
    "in 90 minutes": "2026-11-18 13:30",
    "in 2 hours": "2026-11-18 14:00",
    "in 3 Stunden": "2026-11-18 15:00",
    "in einer Stunde": "2026-11-18 13:00",
    "in 3 days 9:00": "2026-11-21 09:00",
    "in 3 Tagen um 9 Uhr": "2026-11-21 09:00",
    "in 2 Wochen 9 Uhr": "2026-12-02 09:00",
    "2026-11-24 09:00": "2026-11-24 09:00",
    "2026-11-24T09:00:00Z": "2026-11-24 10:00",
    "2026-11-24 09:00 +02:00": "2026-11-24 08:00",
    "2026-11-24 9 Uhr": "2026-11-24 09:00",
    "2020-01-01 09:00": "2020-01-01 09:00",
    "28.3.2027 2:30": "2027-03-28 03:30",
}

REFUSED = (
    "", " ", "soon", "heute Abend", "morgen früh", "heute morgen 9 Uhr", "9", "10", "tomorrow", "24 Nov", "4 March", "2026-11-24",
    "in 2 weeks", "in 0 minutes", "in minutes", "in -5 minutes", "in 99999999 hours", "tomorrow 25:00", "tomorrow 9:60", "tomorrow 9:5",
    "tomorrow 13pm", "tomorrow 0am", "tomorrow 9.30", "24.11 9:30", "24.11.26 9:30", "31.11. 9:00", "29.2.2027 9:00", "2026-11-31 09:00",
    "2026-13-01 09:00", "Mon 24 Nov 2026 09:00", "next tomorrow 9:00", "next next Monday 9:00", "tomorrow 9:00 please", "at 9:00 at",
    "tomorrow 9am 10am", "tomorrow 9am UTC", "9:30", "noon", "today 9:00", "today midnight", "4.3.2020 9 Uhr", "1.9. 9 Uhr", "17 Nov 9am",
    "2026-W48-2 09:00", "20261124T0900", "0001-01-01 00:00", "١٢:٣٠", "tomorrow ٩:٣٠", "tomorrow\x009am", "1e3", "tomorrow 9:00 CEST",
)  # fmt: skip


@pytest.mark.parametrize(("phrase", "wall"), READ.items())
def test_a_phrase_is_read(phrase, wall):
    assert read_moment(phrase, NOW, BERLIN) == datetime.fromisoformat(wall).replace(tzinfo=BERLIN)


@pytest.mark.parametrize("phrase", REFUSED)
def test_anything_else_is_refused_with_a_way_out(phrase):
    with pytest.raises(UsageError) as refused:
        read_moment(phrase, NOW, BERLIN)
    assert refused.value.hint
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_that_a_refusal_gives_are_read(example):
    assert read_moment(example, NOW, BERLIN) > NOW


def test_a_refusal_names_what_is_wrong():
    def refusal(phrase):
        with pytest.raises(UsageError) as refused:
            read_moment(phrase, NOW, BERLIN)
        return refused.value

    assert refusal("24 Nov").what == '"24 Nov": a time of day is missing'
    assert refusal("24 Nov").hint == 'add one: "24 Nov 9:00"'
    assert refusal("1.9. 9 Uhr").hint == 'add the year: "1 Sep 2027 09:00"'
    assert refusal("today 9:00").what == '"today 9:00": has passed: Wed 18 Nov 2026 09:00 CET'
    assert '"nächsten Montag 10:30"' in refusal("bald").hint


def test_the_hour_that_comes_twice_is_told_apart_by_its_zone():
    now = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    first = read_moment("25 Oct 2026 02:30 CEST", now, BERLIN)
    second = read_moment("25 Oct 2026 02:30 CET", now, BERLIN)
    assert second - first == timedelta(hours=1)
    assert read_moment("25 Oct 2026 02:30", now, BERLIN) == first


def test_today_is_the_day_where_the_person_is():
    evening = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert say_moment(read_moment("tomorrow 9am", evening, ZoneInfo("Asia/Tokyo")), ZoneInfo("Asia/Tokyo")).startswith(
        "Fri 20 Nov 2026 09:00"
    )


def test_counted_minutes_are_rounded_up_so_that_nothing_is_early():
    now = datetime(2026, 11, 18, 12, 0, 30, tzinfo=UTC)
    assert read_moment("in 5 minutes", now, BERLIN) == datetime(2026, 11, 18, 12, 6, tzinfo=UTC)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)).map(lambda m: m.replace(second=0, microsecond=0))


@given(moments, st.sampled_from(ZONES), st.integers(1, 10**6))
def test_what_smm_says_it_also_reads(moment, name, minutes_before):
    zone = ZoneInfo(name)
    assert read_moment(say_moment(moment, zone), moment - timedelta(minutes=minutes_before), zone) == moment


DAYS = [*TODAY, *WEEKDAYS, *(f"{word} {day}" for word in NEXT for day in WEEKDAYS)]
dates = st.builds("{}. {}{}".format, st.integers(0, 32), st.sampled_from(sorted(MONTHS)), st.sampled_from(["", " 2026", " 2027", " 2020"]))
dotted = st.builds("{}.{}.{}".format, st.integers(0, 32), st.integers(0, 13), st.sampled_from(["", "2026", "2028", "2019", "27"]))
later = st.builds("in {} {}".format, st.integers(0, 400), st.sampled_from(["days", "Wochen", "minutes", "Stunden"]))
clocks = st.one_of(
    st.builds("{}:{:02}".format, st.integers(0, 24), st.integers(0, 60)),
    st.builds("{}{}".format, st.integers(0, 24), st.sampled_from(["", "am", "pm", " Uhr", " Uhr 15", ".30 Uhr", ".30"])),
    st.sampled_from(["noon", "mittags", "Mitternacht", "midnight", ""]),
)
phrases = st.builds(
    "{}{}{}{}".format,
    st.one_of(st.sampled_from(DAYS), dates, dotted, later, st.just("")),
    st.sampled_from([" ", " at ", " um "]),
    clocks,
    st.sampled_from(["", "", "", " CET", " bald"]),
)


@given(phrases, moments, st.sampled_from(ZONES))
def test_every_phrase_that_is_read_lies_in_the_future_and_says_back_the_same(phrase, now, name):
    zone = ZoneInfo(name)
    try:
        moment = read_moment(phrase, now, zone)
    except UsageError:
        return
    assert moment > now
    assert moment.second == 0
    assert read_moment(say_moment(moment, zone), now, zone) == moment


@given(st.text(st.sampled_from("0123456789:.+-TZ tomrwngehiäunMach@"), max_size=24))
def test_whatever_is_typed_is_read_or_refused_and_never_breaks(text):
    try:
        found = read_moment(text, NOW, BERLIN)
    except UsageError:
        return
    assert found.tzinfo is UTC
