"""Google Chat's dialect: its marks, and literal text that marks nothing and calls nobody."""

from __future__ import annotations

import pytest

from smm_cli.text.gchat import escaped, gchat
from smm_cli.text.markdown import read


def written(body):
    return gchat(read(body, threads=False).parts[0].blocks, lambda mention: f"<users/{mention.person}>")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("*a* **b** ~~c~~ `d`", "_a_ *b* ~c~ `d`"),
        ("# Head", "*Head*"),
        ("[label](https://e.example/a)", "<https://e.example/a|label>"),
        ("[a|b>c](https://e.example/x|y)", "<https://e.example/x%7Cy|a¦b›c>"),
        ("https://e.example/a_b_c", "https://e.example/a_b_c"),
        ("- one\n- two", "• one\n• two"),
        ("> said", "> said"),
        ("```\na `b`\n```", "```\na `b`\n```"),
        ("@{ada}", "<users/ada>"),
        ("`a``b`", "`aˋˋb`"),
    ],
)
def test_marks_are_google_chats(body, text):
    assert written(body) == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("<users/all> now", "<\u2060users/all> now"),
        ("<https://e.example|x>", "<\u2060https://e.example|x>"),
        ("*no* _no_ ~no~ `no`", "*\u2060no* _\u2060no_ ~\u2060no~ `\u2060no`"),
        ("a * b, 1 < 2, a_b", "a * b, 1 < 2, a_b"),
    ],
)
def test_literal_text_marks_nothing_and_calls_nobody(typed, text):
    assert escaped(typed) == text


def test_a_dash_that_begins_a_line_is_no_item():
    assert written("\\- no item") == "-\u2060 no item"
