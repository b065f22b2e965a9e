"""Rich text as the body of an Adaptive Card: one element a block, in them the few marks that cards know (bold, slanted, links, lists).

Source: learn.microsoft.com/adaptive-cards/authoring-cards/text-features and learn.microsoft.com/microsoftteams/platform/
task-modules-and-cards/cards/cards-format (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from smm_cli.text.marks import RULE, Marks, around, backslashed, marked
from smm_cli.words.tree import Block, Bullets, CodeBlock, Heading, Mention, Numbers, Quote, Rule

SIGNS = re.compile(r"([\\*_\[\]()`])")
BRACES = re.compile(r"\{(?=\{)")
"""`{{DATE(…)}}` is read as an expression; a word joiner between the braces makes them text."""
START = re.compile(r"^(\s*)([-+](?=\s)|\d+(?=\.\s))")
SIZES = {1: "Large", 2: "Medium"}


def adaptive(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> list[dict[str, Any]]:
    """The elements of a card's body."""
    return [element for block in blocks for element in _elements(block, mention)]


def escaped(text: str) -> str:
    """Literal text."""
    return SIGNS.sub(r"\\\1", BRACES.sub("{\u2060", text))


def text_block(text: str, **more: Any) -> dict[str, Any]:
    """A TextBlock that wraps."""
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _elements(block: Block, mention: Callable[[Mention], str]) -> list[dict[str, Any]]:
    match block:
        case Heading(level):
            return [text_block(marked([block], mention, MARKS), size=SIZES.get(level, "Default"), weight="Bolder", style="heading")]
        case CodeBlock(text):
            lines = "\n\n".join(line.replace(" ", "\u00a0") for line in text.split("\n"))
            return [text_block(escaped(lines), fontType="Monospace")]
        case Quote(inside):
            return [{"type": "Container", "style": "emphasis", "items": adaptive(inside, mention)}]
        case Bullets() | Numbers():
            return [text_block(re.sub(r"\n+", "\r", marked([block], mention, MARKS)))]
        case Rule():
            return [text_block(RULE)]
        case _:
            return [text_block(re.sub(r"\n+", "\n\n", marked([block], mention, MARKS)))]


def _link(url: str, label: str) -> str:
    address = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{label}]({address})" if url.lower().startswith(("https://", "http://", "mailto:", "tel:")) else label


MARKS = Marks(
    escape=escaped,
    strong=around("**"),
    emphasis=around("_"),
    strike=around("~~"),
    code=escaped,
    block=lambda text, language: escaped(text),
    link=_link,
    bare=lambda text: _link(text, escaped(text)),
    heading=lambda level, text: text,
    quote=lambda text: text,
    start=backslashed(START),
)
"""Struck text keeps its tildes: without them it would say the contrary."""
