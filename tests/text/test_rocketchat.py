"""Rocket.Chat's Markdown."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.rocketchat import rocketchat

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a*b`", "*bold* _slanted_ ~gone~ `a*b`"),
        ("\\# none\n\\- none\n1986\\. none\n\\> none", f"{JOINER}# none\n{JOINER}- none\n{JOINER}1986. none\n{JOINER}> none"),
        ("\\[x\\](y) \\|\\|none\\|\\|", f"[x]{JOINER}(y) |{JOINER}|none|{JOINER}|"),
        ("[a](https://example.org/a_b) https://example.org/a_b", "[a](https://example.org/a_b) https://example.org/a_b"),
        ("##### Five\n\n> one\n> two\n\n- one\n- two", "#### Five\n\n> one\n> two\n\n- one\n- two"),
        ("``a`b``", "`a\u02cbb`"),
        ("```py\na\n```", "```py\na\n```"),
        ("Hi @{ada}", "Hi @ada"),
    ],
)
def test_marks_are_written_and_what_begins_a_line_is_kept_apart(body, wanted):
    assert rocketchat(read(body, threads=False).parts[0].blocks, lambda mention: "@ada") == wanted
