"""Rich text for Communote: few elements, and nothing in it that calls, sends or posts elsewhere."""

from __future__ import annotations

import re

import pytest

from smm_cli.text.communote import kept
from smm_cli.text.markdown import read

J = "\u2060"


def made(body):
    return kept(read(body, threads=False).parts[0].blocks, lambda mention: f"@{mention.person}")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("# Title\n\nText", "<p><strong>Title</strong></p>\n<p>Text</p>"),
        ("Say `a < b` ~~no~~", "<p>Say a &lt; b ~~no~~</p>"),
        ("```\nif x:\n    y\n```", "<p>if x:<br>\n\u00a0\u00a0\u00a0\u00a0y</p>"),
        ("***", "<p>---</p>"),
        ("See ![a cat](https://a.example/c.png) here", '<p>See <a href="https://a.example/c.png">a cat</a> here</p>'),
        ("> **~~old~~**", "<blockquote>\n<p><strong>~~old~~</strong></p>\n</blockquote>"),
    ],
)
def test_what_there_is_no_element_for_is_said_in_others(body, shown):
    assert made(body) == shown


def test_only_elements_that_are_kept_are_written():
    body = "# A\n\n- *b*\n- **c**\n\n1. d\n\n> e\n\n`f` ~~g~~ [h](https://h.example)\n\n```\ni\n```\n\n***\n\nj  \nk"
    assert set(re.findall(r"</?([a-z]+)", made(body))) <= {"p", "strong", "em", "ul", "ol", "li", "blockquote", "a", "br"}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("@alice and @@all", f"@{J}alice and @@{J}all"),
        ("`@alice`", f"@{J}alice"),
        ("&news and AT&T", f"&amp;{J}news and AT&amp;{J}T"),
        ("d bob hello", f"d{J} bob hello"),
        ("me@example.org & you", "me@example.org &amp; you"),
        ("#tag stays", "#tag stays"),
        ("Hi @{bob}", "Hi @bob"),
    ],
)
def test_typed_signs_neither_call_nor_send_nor_post_elsewhere(body, shown):
    assert made(body) == f"<p>{shown}</p>"
