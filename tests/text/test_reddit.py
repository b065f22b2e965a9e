"""Reddit's Markdown."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.reddit import reddit


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Ask u/jack or /u/jack", "Ask u/\u2060jack or /u/\u2060jack"),
        ("See r/python and a/u/b", "See r/python and a/u/b"),
        ("Thanks @{ada_l} and @{bo}", "Thanks u/ada_l and u/bo"),
        ("2^10 and `2^10`", "2\\^10 and `2^10`"),
        ("```\nu/jack ^ 2\n```", "```\nu/jack ^ 2\n```"),
        ("**bold** >!no!<", "**bold** \\>!no!\\<"),
        ("https://a.org/u/jack^2", "<https://a.org/u/jack^2>"),
        ("[u/jack](https://a.org)", "[u/\u2060jack](https://a.org)"),
    ],
)
def test_marks_are_reddits_and_only_people_of_the_calendar_are_called(typed, written):
    assert reddit(read(typed).parts[0].blocks, lambda mention: f"u/{mention.person}") == written
