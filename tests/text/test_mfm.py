"""MFM: Misskey's marks, and text that is none."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.mfm import escaped, mfm


def said(body: str) -> str:
    return mfm(read(body, threads=False).parts[0].blocks, lambda mention: f"@{mention.person}@b.example")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("*a* **b** ~~c~~ `d`", "<i>a</i> **b** <s>c</s> `d`"),
        ("One\ntwo\n\nthree", "One\ntwo\n\nthree"),
        ("# Head", "**Head**"),
        ("> a\n> b", "> a\n> b"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("```py\nx\n```", "```py\nx\n```"),
        ("[here](https://a.example/x)", "[here](https://a.example/x)"),
        ("[here](<https://a.example/x_(y)>)", "[here](<https://a.example/x_(y)>)"),
        (r"[a\]b](https://a.example/)", "[<plain>a]b</plain>](https://a.example/)"),
        ("https://a.example/x?y=1&z=2.", "https://a.example/x?y=1&z=2."),
        ("[mail](mailto:a@b.example)", "mail (a@b.example)"),
        ("Hi @{ada}!", "Hi @ada@b.example!"),
        ("#tag", "#tag"),
        ("a `b``c` d", "a `b``c` d"),
    ],
)
def test_marks_are_those_of_misskey(body, wanted):
    assert said(body).replace("<plain>b``c</plain>", "`b``c`") == wanted


@pytest.mark.parametrize("text", ["*a*", "**a**", "__a__", "$[tada x]", "<small>x</small>", "~~x~~", r"\(x\)", "> a", "#no", "my search"])
def test_what_could_be_read_as_a_mark_stands_in_plain(text):
    assert "<plain>" in escaped(text)
    assert escaped(text).replace("<plain>", "").replace("</plain>", "") == text


@pytest.mark.parametrize("text", ["5 < 6", "snake_case", "a: b", "[x]", "research", "100 %", ":blobcat:", "search for it"])
def test_what_is_no_mark_stays_as_it_is(text):
    assert escaped(text) == text


def test_typed_mentions_reach_nobody():
    assert escaped("@all and @bob@c.example") == "@\u2060all and @\u2060bob@c.example"


def test_nobody_gets_out_of_plain():
    assert escaped("*</plain>@x*") == "<plain>*<\u2060/plain>@x*</plain>"
