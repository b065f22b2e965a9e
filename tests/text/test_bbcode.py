"""BBCode, for boards without Markdown."""

from __future__ import annotations

import pytest

from smm_cli.text.bbcode import bbcode
from smm_cli.text.markdown import read


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("**b** and *i*", "[b]b[/b] and [i]i[/i]"),
        ("[this](https://a.org/b)", "[url=https://a.org/b]this[/url]"),
        ("https://a.org/b", "https://a.org/b"),
        ("[x](https://a.org/?a[]=1)", "[url=https://a.org/?a%5B%5D=1]x[/url]"),
        ("## Head **bold**", "[b]Head bold[/b]"),
        ("> said", "[quote]said[/quote]"),
        ("```\na [/code] b\n```", "[code]a [\u2060/code] b[/code]"),
        ("Literal \\[b\\] and [1]", "Literal [\u2060b] and [1]"),
        ("`[img]x[/img]`", "[\u2060img]x[\u2060/img]"),
        ("- one\n- two", "- one\n- two"),
    ],
)
def test_marks_are_tags_and_typed_brackets_are_none(typed, written):
    assert bbcode(read(typed).parts[0].blocks, lambda mention: mention.person) == written
