"""Rich text as Rocket.Chat's Markdown. Its parser knows no escape: what begins a line or a link is kept apart by a word joiner, a pair of
literal asterisks, underscores, tildes or backticks still marks what stands between.

Source: RocketChat/Rocket.Chat packages/message-parser/src/grammar.pegjs (8; its rule `Escaped` is used by no other).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.gfm import linked
from smm_cli.text.marks import Marks, around, fenced_by_three, marked, prefixed, ticked_once
from smm_cli.text.quiet import JOINER
from smm_cli.words.tree import Block, Mention

PAIRS = re.compile(r"(?<=\])(?=\()|(?<=\|)(?=\|)|(?<=<)(?=[^\s|>]+\|)")
"""Within a link and between the bars of a spoiler."""
START = re.compile(r"^(?=[-*][ \t]|#{1,4}[ \t]|>|\d+\.[ \t]|```)")


def rocketchat(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Rocket.Chat's Markdown of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text, as far as that can be said."""
    return PAIRS.sub(JOINER, text)


MARKS = Marks(
    escape=escaped,
    strong=around("*"),
    emphasis=around("_"),
    strike=around("~"),
    code=ticked_once,
    block=lambda text, language: fenced_by_three(text, language if re.fullmatch(r"[\w.-]+", language) else ""),
    link=linked,
    heading=lambda level, text: f"{'#' * min(level, 4)} {text}",
    quote=lambda text: prefixed(text, "> ", "> "),
    start=lambda line: START.sub(JOINER, line),
)
