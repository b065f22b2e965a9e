from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm_cli.calendar.toml_lines import line_of, lines_of
from smm_cli.calendar.week import NAMES, Quiet, read_quiet, read_slots, say_quiet
from smm_cli.words.channel import Slot


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 09:00", [(0, 540)]),
        ("mo 9:00", [(0, 540)]),
        ("Montag 09:00", [(0, 540)]),
        ("Mo-Mi 12:30", [(0, 750), (1, 750), (2, 750)]),
        ("Sa-Mo 8:00", [(0, 480), (5, 480), (6, 480)]),
        ("Di,Do 9:00,17:30", [(1, 540), (1, 1050), (3, 540), (3, 1050)]),
        ("Tue, Thu 9:00, 10:00", [(1, 540), (1, 600), (3, 540), (3, 600)]),
        ("daily 23:59", [(day, 1439) for day in range(7)]),
        ("werktags 00:00", [(day, 0) for day in range(5)]),
        ("So 10:00", [(6, 600)]),
        ("Fr–Sa 10:00", [(4, 600), (5, 600)]),
    ],
)
def test_slots_are_read_in_english_and_german(text: str, expected: list[tuple[int, int]]):
    assert read_slots(text) == tuple(Slot(*pair) for pair in expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon",
        "Tue, Thu",
        "09:00",
        "Mon 24:00",
        "Mon 9",
        "Mon 09:60",
        "Mon 9am",
        "Mon ٠٩:٠٠",
        "Mon- 09:00",
        "Feb 09:00",
        "Mon 09:00 10:00",
    ],
)
def test_what_is_no_slot_is_refused_whole(text: str):
    with pytest.raises(ValueError, match=r"write|mean"):
        read_slots(text)


def test_every_name_of_a_day_names_one_day_only():
    assert len({name for names in NAMES for name in names}) == sum(len(names) for names in NAMES)


def test_quiet_hours_are_read_with_and_without_days():
    assert read_quiet("20:00-08:00; Sa,So 00:00-24:00") == (Quiet(tuple(range(7)), 1200, 480), Quiet((5, 6), 0, 1440))
    assert read_quiet("Mo-Fr 22:00-23:30") == (Quiet((0, 1, 2, 3, 4), 1320, 1410),)
    assert read_quiet("") == ()


@pytest.mark.parametrize("text", ["20:00", "20-8", "evening", "20:00-20:00", "25:00-08:00", "20:00-24:01", "Xa 20:00-21:00"])
def test_what_is_no_stretch_is_refused(text: str):
    with pytest.raises(ValueError, match=r"write|mean"):
        read_quiet(text)


DAYS = st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple)
STRETCHES = st.builds(Quiet, DAYS, st.integers(0, 1439), st.integers(0, 1440)).filter(lambda quiet: quiet.start != quiet.end)


@given(st.lists(STRETCHES))
def test_quiet_hours_said_are_the_quiet_hours_read(stretches: list[Quiet]):
    assert read_quiet(say_quiet(stretches)) == tuple(stretches)


TOML = '''# head
[calendar]
name = "acme" # [not.a.table]
text = """
[channels.fake]
network = 1
"""
slots = [
  "a = b",
  "[x]",
]
"quoted key" = 1

[channels."b.c"]
network = "x"
secret = { token = "env:A", "other" = 1 }
[[pause]]
reason = "one"
[[pause]]
reason = "two"
a.b.c = 1
[channels.d.limits]
text = 5
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("calendar",), 2),
        (("calendar", "name"), 3),
        (("calendar", "text"), 4),
        (("calendar", "slots"), 8),
        (("calendar", "slots", 1), 8),
        (("calendar", "quoted key"), 12),
        (("channels", "b.c"), 14),
        (("channels", "b.c", "network"), 15),
        (("channels", "b.c", "secret", "token"), 16),
        (("pause", 0), 17),
        (("pause", 0, "reason"), 18),
        (("pause", 1, "reason"), 20),
        (("pause", 1, "a", "b", "c"), 21),
        (("channels", "d", "limits", "text"), 23),
        (("channels", "d", "limits", "nothing"), 22),
        (("nowhere",), 0),
        (("channels", "fake"), 0),
    ],
)
def test_every_key_is_found_on_its_line(path: tuple[str | int, ...], line: int):
    assert line_of(lines_of(TOML), path) == line


@given(st.text(alphabet="[]{}=\"'\n#.a \\", max_size=60))
def test_any_text_has_lines(text: str):
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())
