"""LinkedIn's little text."""

from __future__ import annotations

import pytest

from smm_cli.text.little import called, escaped, little, visible
from smm_cli.text.markdown import read

ADA = "urn:li:person:AbC-1"


def told(text):
    return little(read(text).parts[0].blocks, lambda mention: called("Ada (L.)", ADA) if mention.person == "ada" else mention.person)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Plain.", "Plain."),
        ("a (b) [c] {d} <e> | f_g ~ @h", r"a \(b\) \[c\] \{d\} \<e\> \| f\_g \~ \@h"),
        (r"back\\slash", r"back\\slash"),
        ("*slanted* and **bold**", "slanted and bold"),
        ("~~gone~~", r"\~\~gone\~\~"),
        ("Now #launch_day!", r"Now {hashtag|\#|launch\_day}!"),
        ("No. #1 and C#", r"No. \#1 and C\#"),
        ("Thanks @{ada}.", rf"Thanks @[Ada \(L.\)]({ADA})."),
        ("Thanks @{bea}.", "Thanks bea."),
        ("See [this](https://a.org/b_c).", r"See this \(https://a.org/b\_c\)."),
        ("- one\n- two", "- one\n- two"),
        ("> said", r"\> said"),
    ],
)
def test_all_that_could_be_a_mark_is_escaped(typed, sent):
    assert told(typed) == sent


@pytest.mark.parametrize("typed", ["a (b) [c] \\\\ {d} | f_g", "Now #launch_day, *so*", "See [this](https://a.org/b_(c))", "\\\\("])
def test_readers_see_what_was_meant(typed):
    from smm_cli.text.dialects import plain

    assert visible(told(typed)) == plain(read(typed).parts[0].blocks, lambda mention: mention.person)


def test_of_a_mention_readers_see_the_name():
    assert visible(told("Thanks @{ada}!")) == "Thanks Ada (L.)!"
    assert visible("{hashtag|#|plain} " + escaped("@[x](y)")) == "#plain @[x](y)"
