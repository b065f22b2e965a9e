"""Tumblr's blocks: what each kind of block becomes, and that marks stand where they should."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.npf import LONGEST, npf


def said(body: str, handle: str = "@bea"):
    return npf(read(body, threads=False).parts[0].blocks, lambda mention: handle)


def shown(block, mark):
    return block["text"][mark["start"] : mark["end"]]


@pytest.mark.parametrize(
    ("body", "subtypes"),
    [
        ("Text", [None]),
        ("# A\n\n## B\n\n### C", ["heading1", "heading2", "heading2"]),
        ("> quoted\n>\n> more", ["indented", "indented"]),
        ("- a\n- b", ["unordered-list-item"] * 2),
        ("1. a\n2. b", ["ordered-list-item"] * 2),
        ("```\ncode\n```", ["chat"]),
        ("a\n\n---\n\nb", [None, None, None]),
    ],
)
def test_blocks_have_their_subtype(body, subtypes):
    assert [block.get("subtype") for block in said(body)] == subtypes


def test_a_list_in_a_list_is_indented():
    assert [(block["text"], block.get("indent_level", 0)) for block in said("- a\n  - b\n    - c\n- d")] == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
        ("d", 0),
    ]


def test_marks_count_code_points_not_units():
    (block,) = said("👋🏽 **böld** and *a **b** c* ~~no~~ [here](https://a.example/) @{bea}")
    assert [(mark["type"], shown(block, mark)) for mark in block["formatting"]] == [
        ("bold", "böld"),
        ("italic", "a b c"),
        ("bold", "b"),
        ("strikethrough", "no"),
        ("link", "here"),
        ("mention", "@bea"),
    ]
    assert block["formatting"][4]["url"] == "https://a.example/"
    assert block["formatting"][5]["blog"] == {"name": "bea"}


def test_a_name_without_a_handle_is_plain_text():
    assert "formatting" not in said("Hi @{bea}", "Bea")[0]


def test_addresses_that_run_something_are_no_links():
    assert "formatting" not in said("[x](javascript:alert)")[0]


def test_single_breaks_stay():
    assert said("one\ntwo")[0]["text"] == "one\ntwo"


@pytest.mark.parametrize("word", ["word ", "x"])
def test_what_is_too_long_for_a_block_becomes_several_and_loses_nothing(word):
    text = (word * 3000)[: 2 * LONGEST + 10].strip()
    blocks = said(f"**{text}**")
    assert "".join(block["text"] for block in blocks) == text
    assert all(len(block["text"]) <= LONGEST for block in blocks)
    assert all(block["formatting"] == [{"start": 0, "end": len(block["text"]), "type": "bold"}] for block in blocks)
