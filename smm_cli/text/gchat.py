"""Rich text as Google Chat reads it: one star is bold, one underscore italic, links stand in angle brackets; there is no escape.

Source: developers.google.com/workspace/chat/format-messages (2026-11-22). Whatever would begin a mark or call somebody in literal
text gets an invisible sign behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, fenced_by_three, marked, prefixed, ticked_once
from smm_cli.text.quiet import JOINER
from smm_cli.words.tree import Block, Mention

OPENING = re.compile(r"(?<!\w)([*_~`]+)(?=\S)|(<)(?=\w)")
"""A mark at the beginning of a word; `<users/all>` and `<https://…|…>` as typed."""
LISTED = re.compile(r"[*-](?=\s)")
"""What begins an item at the beginning of a line."""


def gchat(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Google Chat's text of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text: nobody is called, nothing is marked."""
    return OPENING.sub(rf"\g<0>{JOINER}", text)


def _link(url: str, label: str) -> str:
    if not url.lower().startswith(("https://", "http://", "mailto:")):
        return label
    inside = " ".join(label.replace("|", "\u00a6").replace(">", "\u203a").split())
    return f"<{url.replace('|', '%7C').replace('>', '%3E')}|{inside}>"


MARKS = Marks(
    escape=escaped,
    strong=around("*"),
    emphasis=around("_"),
    strike=around("~"),
    code=ticked_once,
    block=lambda text, language: fenced_by_three(text),
    link=_link,
    heading=lambda level, text: around("*")(text.replace("*", "")),
    quote=lambda text: prefixed(text, "> ", "> "),
    start=lambda text: LISTED.sub(rf"\g<0>{JOINER}", text, count=1) if LISTED.match(text) else text,
    item="• ",
)
