"""Rich text as LinkedIn's little text: everything that could be a mark is escaped, hashtags and mentions are written as elements.

Source: learn.microsoft.com/linkedin, little text format (li-lms-2024-11): reserved signs are escaped even where they mean nothing;
one that is not may cut off the text from there on, in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.dialects import trimmed
from smm_cli.text.lines import Piece, lines_of
from smm_cli.words.tree import Block, Mention

RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
ELEMENT = re.compile(r"@\[((?:[^\\\]]|\\.)+)\]\(urn:li:(?:person|organization):[\w-]+\)", re.DOTALL)
"""A mention: the name, escaped, and whom it means."""
HASHTAG = re.compile(r"\{hashtag\|\\?#\|((?:[^\\}]|\\.)+)\}", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ANY = re.compile(rf"{ELEMENT.pattern}|{HASHTAG.pattern}|{ESCAPED.pattern}", re.DOTALL)


def little(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Little text of `blocks`; `mention` gives an element as `called` makes it, or plain text."""
    lines = trimmed(lines_of(blocks, mention, "after"))
    return "\n".join("".join(_written(piece) for piece in line) for line in lines)


def called(name: str, urn: str) -> str:
    """The element that mentions `urn`; `name` must be the name on LinkedIn, letter for letter, else it stays text."""
    return f"@[{escaped(name)}]({urn})"


def escaped(text: str) -> str:
    """`text` with a backslash before each reserved sign."""
    return RESERVED.sub(r"\\\g<0>", text)


def visible(text: str) -> str:
    """What readers see of a little text."""
    return ANY.sub(lambda found: (found[1] and visible(found[1])) or (found[2] and f"#{visible(found[2])}") or found[3] or "", text)


def _written(piece: Piece) -> str:
    if piece.kind == "mention" and ELEMENT.fullmatch(piece.text):
        return piece.text
    return f"{{hashtag|\\#|{escaped(piece.value)}}}" if piece.kind == "tag" else escaped(piece.text)
