"""The walk that chat dialects share, and Telegram's HTML over it."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.marks import around, fenced, prefixed, ticked
from smm_cli.text.telegram import shown, telegram_html


def blocks(body):
    return read(body, threads=False).parts[0].blocks


def telegram(body):
    return telegram_html(blocks(body), lambda mention: f"@{mention.person}")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a<b`", "<b>bold</b> <i>slanted</i> <s>gone</s> <code>a&lt;b</code>"),
        ("# Title\n\nText", "<b>Title</b>\n\nText"),
        ("1 < 2 & 3 > 2 <b>no</b>", "1 &lt; 2 &amp; 3 &gt; 2 &lt;b&gt;no&lt;/b&gt;"),
        ('[a "b"](https://example.org/?a=1&b="2")', '<a href="https://example.org/?a=1&amp;b=&quot;2&quot;">a "b"</a>'),
        ("https://example.org/?a=1&b=2", "https://example.org/?a=1&amp;b=2"),
        ("[x](ftp://a.example/b)", "x"),
        ("```py\nprint(1 < 2)\n```", '<pre><code class="language-py">print(1 &lt; 2)</code></pre>'),
        ("```\nplain\n```", "<pre>plain</pre>"),
        ("> one\n> > two", "<blockquote>one\n\ntwo</blockquote>"),
        ("- one\n- two\n  - deep\n\n1. first\n2. second", "• one\n• two\n  • deep\n\n1. first\n2. second"),
        ("Thanks to @{ada}", "Thanks to @ada"),
        ("a\nb", "a\nb"),
    ],
)
def test_telegram_gets_the_tags_that_it_knows_and_nothing_else(body, wanted):
    assert telegram(body) == wanted


def test_what_readers_see_has_no_tags_and_no_entities():
    assert shown(telegram("**a** & [b](https://example.org) <c>")) == "a & b <c>"


def test_marks_stand_around_words_of_each_line_never_around_blanks():
    assert around("*")("one \ntwo\n") == "*one* \n*two*\n"
    assert around("<b>", "</b>")(" x ") == " <b>x</b> "


def test_code_stands_between_longer_runs_of_backticks_than_it_holds():
    assert ticked("a`b") == "``a`b``"
    assert ticked("`a") == "`` `a ``"
    assert fenced("a\n```\nb", "py") == "````py\na\n```\nb\n````"
    assert fenced("a", "not a word") == "```\na\n```"


def test_lines_below_the_first_are_set_in():
    assert prefixed("a\n\nb", "- ", "  ") == "- a\n\n  b"
