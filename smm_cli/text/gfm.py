"""Rich text as the Markdown of chats that escape HTML themselves and know no backslash before < and & (Mattermost).

Source: github.com/mattermost/marked, lib/marked.js, the rule `escape` (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, backslashed, fenced, marked, prefixed, ticked
from smm_cli.words.tree import Block, Mention

SIGNS = re.compile(r"([\\*_~`|\[\]]|!(?=\[))")
START = re.compile(r"^(\s*)([-+](?=\s|$)|#{1,6}(?=\s)|\d+(?=[.)]\s)|>|=+$)")


def gfm(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Markdown of `blocks`; single line breaks stay as they are, which these chats show."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text within a line."""
    return SIGNS.sub(r"\\\1", text)


def linked(url: str, label: str) -> str:
    """A link; an address with blanks or parentheses stands in angle brackets."""
    return f"[{label}](<{url}>)" if re.search(r"[\s()]", url) else f"[{label}]({url})"


MARKS = Marks(
    escape=escaped,
    strong=around("**"),
    emphasis=around("*"),
    strike=around("~~"),
    code=ticked,
    block=fenced,
    link=linked,
    heading=lambda level, text: f"{'#' * level} {text}",
    quote=lambda text: prefixed(text, "> ", "> "),
    start=backslashed(START),
    rule="___",
)
