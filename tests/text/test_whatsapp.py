"""The marks of WhatsApp."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.whatsapp import whatsapp


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("**b**, *i*, ~~s~~, `c`", "*b*, _i_, ~s~, `c`"),
        ("Literal \\*x\\* and snake_case and 2 * 3", "Literal *\u2060x* and snake_case and 2 * 3"),
        ("[this](https://a.org)", "this (https://a.org)"),
        ("[a.org](https://a.org)", "https://a.org"),
        ("# Head", "*Head*"),
        ("> said\n> twice", "> said\n> twice"),
        ("````\na ``` b\n````", "```\na ``\u2060` b\n```"),
        ("1\\. no list", "1.\u2060 no list"),
        ("- one\n- two", "- one\n- two"),
        ("(**b**)s", "(*b*)s"),
    ],
)
def test_marks_are_whatsapps_and_typed_ones_mean_nothing(typed, written):
    assert whatsapp(read(typed).parts[0].blocks, lambda mention: mention.person) == written
