"""Discord's Markdown."""

from __future__ import annotations

import pytest

from smm_cli.text.discord import discord
from smm_cli.text.markdown import read


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a*b`", "**bold** *slanted* ~~gone~~ `a*b`"),
        ("# One\n\n#### Four", "# One\n\n**Four**"),
        ("2\\*3\\*4 \\_x\\_ \\|\\|no spoiler\\|\\| <@123> [x]", r"2\*3\*4 \_x\_ \|\|no spoiler\|\| \<@123\> \[x\]"),
        ("\\# none\n\\- none\n1986\\. none", "\\# none\n\\- none\n1986\\. none"),
        ("[a](https://example.org/a_b)", "[a](https://example.org/a_b)"),
        ("[a](<https://example.org/a_(b)>)", "[a](<https://example.org/a_(b)>)"),
        ("https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("> one\n>\n> two", "> one\n>\n> two"),
        ("- one\n  - deep\n\n1. first", "- one\n  - deep\n\n1. first"),
        ("````\n```\n````", "```\n``\u2060`\n```"),
        ("Hi @{ada}", "Hi <@42>"),
        ("one\n\n---\n\ntwo", "one\n\n———\n\ntwo"),
    ],
)
def test_marks_are_discords_and_literal_signs_stay_literal(body, wanted):
    blocks = read(body, threads=False).parts[0].blocks
    assert discord(blocks, lambda mention: "<@42>") == wanted
