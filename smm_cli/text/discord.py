"""Rich text as Discord's Markdown: headings of three levels, no rule, no tables; a backslash takes a mark its meaning.

Source: github.com/discord/discord-api-docs, Message Formatting (2026-08-06).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.gfm import linked
from smm_cli.text.marks import Marks, around, backslashed, fenced_by_three, marked, prefixed, ticked
from smm_cli.words.tree import Block, Mention

SIGNS = re.compile(r"([\\*_~`|<>\[\]])")
START = re.compile(r"^(\s*)(#{1,3}(?=\s)|-#?(?=\s)|\d+(?=\.\s))")
"""What begins a heading, small text or a list; quotes and asterisks have their backslash already."""
DEEPEST = 3


def discord(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Discord's Markdown of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text."""
    return SIGNS.sub(r"\\\1", text)


MARKS = Marks(
    escape=escaped,
    strong=around("**"),
    emphasis=around("*"),
    strike=around("~~"),
    code=ticked,
    block=lambda text, language: fenced_by_three(text, language if re.fullmatch(r"[\w+#.-]+", language) else ""),
    link=linked,
    heading=lambda level, text: f"{'#' * level} {text}" if level <= DEEPEST else around("**")(text),
    quote=lambda text: prefixed(text, "> ", "> "),
    start=backslashed(START),
)
