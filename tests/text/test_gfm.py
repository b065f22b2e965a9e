"""The Markdown of Mattermost."""

from __future__ import annotations

import pytest

from smm_cli.text.gfm import gfm
from smm_cli.text.markdown import read


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a*b` ``a`b``", "**bold** *slanted* ~~gone~~ `a*b` ``a`b``"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("\\*no\\* a\\_b \\[x\\](y) \\`c\\`", "\\*no\\* a\\_b \\[x\\](y) \\`c\\`"),
        ("\\# none\n\\- none\n1986\\. none\n\\> none", "\\# none\n\\- none\n1986\\. none\n\\> none"),
        ("a\nb", "a\nb"),
        ("[a](<https://example.org/a_(b)>) https://example.org/a_b", "[a](<https://example.org/a_(b)>) https://example.org/a_b"),
        ("## Two\n\n> quoted\n\n- one\n  - deep\n\n1. first", "## Two\n\n> quoted\n\n- one\n  - deep\n\n1. first"),
        ("````py\n```\n````", "````py\n```\n````"),
        ("Hi @{ada}", "Hi @a_b"),
        ("one\n\n---\n\ntwo", "one\n\n___\n\ntwo"),
    ],
)
def test_marks_are_written_and_literal_signs_stay_literal(body, wanted):
    assert gfm(read(body, threads=False).parts[0].blocks, lambda mention: "@a_b") == wanted
