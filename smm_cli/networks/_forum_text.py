"""Text as forums take it: Markdown that calls nobody who was not meant, with pictures below it; tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.tree import Block, Link, Mention, Paragraph, Plain


def markdown(blocks: Sequence[Block], mention: Any) -> str:
    """CommonMark in which typed names call nobody, and an address that stands alone is shown as a card where the forum makes one."""
    named: dict[str, None] = {}

    def written(who: Mention) -> str:
        found = str(mention(who))
        named.update({found: None} if found.startswith("@") else {})
        return found

    pieces: list[str] = []
    waiting: list[Block] = []
    for block in quiet(blocks, code=False):
        match block:
            case Paragraph((Link(url, bare=True),)) if re.fullmatch(r"https?://[^\s<>]+", url):
                pieces += [commonmark(waiting, written)] if waiting else []
                pieces.append(url)
                waiting = []
            case _:
                waiting.append(block)
    pieces += [commonmark(waiting, written)] if waiting else []
    text = "\n\n".join(pieces)
    for name in named:  # forums look for names in the source: no backslash may stand in them
        text = text.replace(literal(name), name)
    return text


def hyphened(tag: str) -> str:
    """`tag` in small letters, with hyphens for blanks."""
    return "-".join(tag.lower().split())


def escaped(text: str) -> str:
    """`text` as Markdown that says just that and calls nobody: an alternative text."""
    return literal(hushed(text))


def literal(text: str) -> str:
    """`text` in one line as Markdown that says just that."""
    return commonmark((Paragraph((Plain(" ".join(text.split())),)),), lambda who: who.person) if text else ""


def joined(text: str, pictures: Iterable[str]) -> str:
    """The text, then its pictures, each a paragraph."""
    return "\n\n".join(piece for piece in (text, *pictures) if piece)
