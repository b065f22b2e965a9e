"""Adaptive Cards."""

from __future__ import annotations

import pytest

from smm_cli.text.adaptive import adaptive
from smm_cli.text.markdown import read


def card(body):
    return adaptive(read(body, threads=False).parts[0].blocks, lambda mention: f"<at>{mention.person}</at>")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a*b`", "**bold** _slanted_ ~~gone~~ a\\*b"),
        ("a\nb", "a\n\nb"),
        ("\\*no\\* \\[x\\](y) {{DATE(2026)}}", "\\*no\\* \\[x\\]\\(y\\) {\u2060{DATE\\(2026\\)}}"),
        ("[a](https://example.org/x_(y))", "[a](https://example.org/x_%28y%29)"),
        ("https://example.org/a_b", "[https://example.org/a\\_b](https://example.org/a_b)"),
        ("- one\n- two\n\n  more", "- one\r- two\r  more"),
        ("1. one\n2. two", "1. one\r2. two"),
        ("1986\\. none", "1986\\. none"),
        ("Hi @{ada}", "Hi <at>ada</at>"),
    ],
)
def test_a_paragraph_is_a_text_block_with_the_marks_of_cards(body, wanted):
    assert card(body) == [{"type": "TextBlock", "text": wanted, "wrap": True}]


def test_headings_code_quotes_and_rules_are_elements():
    head, code, quote, rule = card("# T *x*\n\n```\na  b\n```\n\n> said\n\n---")
    assert (head["text"], head["size"], head["style"]) == ("T _x_", "Large", "heading")
    assert (code["text"], code["fontType"]) == ("a\u00a0\u00a0b", "Monospace")
    assert (quote["type"], quote["items"][0]["text"]) == ("Container", "said")
    assert rule["text"] == "———"
