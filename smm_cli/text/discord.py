"""Rich text as Discord's Markdown: headings of three levels, no rule, no tables; a backslash takes a mark its meaning.

Source: github.com/discord/discord-api-docs, Message Formatting (2026-08-06).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, marked, prefixed, ticked
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


def _started(line: str) -> str:
    return START.sub(lambda found: f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}", line)


def _block(text: str, language: str) -> str:
    """Between three backticks: Discord knows no longer fence, so that three in the text are held apart."""
    named = language if re.fullmatch(r"[\w+#.-]+", language) else ""
    inside = text.replace("```", "``\u2060`")
    return f"```{named}\n{inside}\n```"


MARKS = Marks(
    escape=escaped,
    strong=around("**"),
    emphasis=around("*"),
    strike=around("~~"),
    code=ticked,
    block=_block,
    link=lambda url, label: f"[{label}]({url})" if not re.search(r"[\s()]", url) else f"[{label}](<{url}>)",
    heading=lambda level, text: f"{'#' * level} {text}" if level <= DEEPEST else around("**")(text),
    quote=lambda text: prefixed(text, "> ", "> "),
    start=_started,
)
