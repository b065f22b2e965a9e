"""Zulip's Markdown."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.zulip import zulip


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a*b`", "**bold** *slanted* ~~gone~~ `a*b`"),
        ("2 * 3 and \\*no\\*", "2 * 3 and &#42;no&#42;"),
        ("a\\*b \\`c\\` \\~~d\\~~ 5$$ snake_case", "a&#42;b &#96;c&#96; &#126;~d&#126;~ 5&#36;$ snake_case"),
        ("\\[x\\](y) [brackets] &amp;amp; R&D", "&#91;x](y) [brackets] &#38;amp; R&D"),
        ("\\# none\n\\- none\n1986\\. none\n\\> none", "&#35; none\n&#45; none\n1986&#46; none\n&#62; none"),
        ("[a](https://example.org/a_b) https://example.org/a*b*", "[a](https://example.org/a_b) https://example.org/a*b*"),
        ("## Two\n\n> quoted\n\n- one\n  - deep", "## Two\n\n> quoted\n\n- one\n  - deep"),
        ("Hi @{ada}", "Hi @**Ada**"),
    ],
)
def test_literal_signs_are_entities_where_they_would_mean_something(body, wanted):
    assert zulip(read(body, threads=False).parts[0].blocks, lambda mention: "@**Ada**") == wanted
