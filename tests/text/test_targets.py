from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.targets import split_targets

BODY = """Für alle.

<!-- for: linkedin, xing -->

Für Kollegen.
<!-- for: mastodon -->
Für Mastodon.

<!-- for: all -->
Noch für alle."""


def test_a_body_without_markers_is_for_everybody():
    taken = split_targets("a\n\nb\n", line=4)
    assert (taken.common, taken.texts, taken.lines, taken.problems) == ("a\n\nb\n", {}, {}, ())


def test_texts_run_from_their_marker_to_the_next():
    taken = split_targets(BODY, line=10)
    assert taken.texts == {"linkedin": "Für Kollegen.", "xing": "Für Kollegen.", "mastodon": "Für Mastodon."}
    assert taken.lines == {"linkedin": 14, "xing": 14, "mastodon": 16}
    assert taken.problems == ()


def test_the_text_for_everybody_keeps_its_line_numbers():
    rows = split_targets(BODY).common.split("\n")
    assert (rows[0], rows[9], len(rows)) == ("Für alle.", "Noch für alle.", 10)
    assert set(rows[1:9]) == {""}


@pytest.mark.parametrize("fence", ["```", "~~~~", "- ```", "> ```", "1. ~~~"])
def test_markers_in_code_are_code(fence: str):
    inside = "> " if fence[0] == ">" else "  "
    body = f"{fence}\n{inside}<!-- for: x -->\n{inside}{fence.lstrip('->1. ')}\n\nb"
    taken = split_targets(body)
    assert (taken.common, taken.texts, taken.problems) == (body, {}, ())


def test_a_fence_ends_with_its_list():
    taken = split_targets("- ```\n  offen\n\nText\n\n<!-- for: x -->\nX")
    assert taken.texts == {"x": "X"}


def test_a_shorter_fence_closes_no_code():
    assert split_targets("````\n```\n<!-- for: x -->\n````").texts == {}


@pytest.mark.parametrize(
    "row",
    [
        "Text <!-- for: linkedin --> mehr",
        "<!-- for: linkedin --> mehr",
        " <!-- for: linkedin -->",
        "> <!-- for: linkedin -->",
        "- <!-- for: linkedin -->",
    ],
)
def test_a_marker_in_the_wrong_place_is_a_problem(row: str):
    taken = split_targets(f"a\n\n{row}\nb", line=5)
    assert taken.texts == {}
    assert [(problem.slug, problem.place.line) for problem in taken.problems] == [("marker", 7)]
    assert "<!-- for: linkedin -->" in taken.problems[0].hint


def test_a_marker_in_the_wrong_place_is_the_same_problem_to_the_reader():
    body = "a\n\nText <!-- for: linkedin --> mehr"
    assert split_targets(body).problems == read(body).problems


def test_a_marker_in_backticks_is_code():
    assert split_targets("so: `<!-- for: x -->` beginnt").problems == ()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<!-- for: -->\nx", "names no"),
        ("<!-- for: all, x -->\nx", "all stands beside"),
        ("<!-- for: x -->\na\n<!-- for: x -->\nb", "given before, in line 1"),
        ("<!-- for: x -->\n\n<!-- for: all -->\nb", "the text for x is empty"),
    ],
)
def test_markers_that_mean_nothing_are_problems(body: str, what: str):
    (problem,) = split_targets(body).problems
    assert what in problem.what


def test_markers_forgive_blanks_letter_case_and_windows_line_ends():
    assert split_targets("a\r\n<!--FOR :x ,  y-->  \r\nb\r\n<!-- for: ALL -->").texts == {"x": "b", "y": "b"}


def test_definitions_of_links_hold_in_all_texts():
    body = "a [doc] [Zwei]\n\n[doc]: https://x.de/doc\n\n<!-- for: x -->\nb [das][DOC]\n\n[zwei]: https://x.de/2\n\n<!-- for: y -->\nc"
    taken = split_targets(body)
    assert taken.texts["x"] == "b [das][DOC]\n\n[zwei]: https://x.de/2\n\n[doc]: https://x.de/doc"
    assert taken.texts["y"] == "c"
    assert taken.common == "a [doc] [Zwei]\n\n[doc]: https://x.de/doc\n\n[zwei]: https://x.de/2"
    assert "https://x.de/doc" in repr(read(taken.texts["x"]).parts)
