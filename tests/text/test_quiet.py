"""Typed names call nobody."""

from __future__ import annotations

import pytest

from smm_cli.text.dialects import plain
from smm_cli.text.markdown import read
from smm_cli.text.quiet import hushed, quiet


def told(text: str) -> str:
    return plain(quiet(read(text).parts[0].blocks), lambda mention: f"@{mention.person}")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Hi @nobody!", "Hi @\u2060nobody!"),
        ("(@a) **@b** `@c`", "(@\u2060a) @\u2060b @\u2060c"),
        ("- @a\n- > @b", "- @\u2060a\n- > @\u2060b"),
        ("Mail ada@example.org, and me @ home", "Mail ada@example.org, and me @ home"),
        ("Thanks @{ada}", "Thanks @ada"),
        ("https://a.example/@ada", "https://a.example/@ada"),
        ("[@ada](https://a.example/@ada)", "@\u2060ada (https://a.example/@ada)"),
    ],
)
def test_only_people_of_the_calendar_are_called(typed, sent):
    assert told(typed) == sent


def test_a_title_is_hushed_likewise():
    assert hushed("From @ada, a@b.example") == "From @\u2060ada, a@b.example"


def test_code_blocks_and_pictures_are_hushed():
    assert told("```\n@ada\n```") == "@\u2060ada"


def test_code_stays_as_typed_where_the_network_calls_nobody_from_it():
    blocks = read("Use `@app.route` @bea").parts[0].blocks
    assert plain(quiet(blocks, code=False), lambda mention: "") == "Use @app.route @\u2060bea"
