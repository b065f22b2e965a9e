"""Rich text as Communote takes it: HTML of the few elements that it keeps, with nothing in it that calls, sends or posts elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from smm_cli.text.html import html
from smm_cli.text.quiet import JOINER, quiet
from smm_cli.text.within import within
from smm_cli.words.tree import (
    Block,
    Break,
    Code,
    CodeBlock,
    Heading,
    Inline,
    Link,
    Mention,
    Paragraph,
    Picture,
    Plain,
    Rule,
    Strike,
    Strong,
)

CALLS = re.compile(r"(?<![\w.+%-])[@\uff20](?=\w)|&(?=\w)|^d(?=\s)")
"""@alias and @@all notify, &topic posts there too, a leading "d " makes a direct message (communote-server, REST 3.0, 2026-11-22)."""


def kept(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """HTML of strong, em, ul, ol, li, blockquote, a, p and br; what Communote has no element for is said in these."""
    return html([_kept(block) for block in quiet(blocks, CALLS, JOINER)], mention)


def _kept(node: Any) -> Any:
    match node:
        case Heading(_, children):
            return Paragraph((Strong(_kept(children)),))
        case CodeBlock(text):
            return Paragraph(_lines(text))
        case Code(text):
            return Plain(text)
        case Rule():
            return Paragraph((Plain("---"),))
        case Picture(url, alt):
            return Link(url, (Plain(alt or url),))
        case tuple():
            return tuple(piece for one in node for piece in (_struck(one) if isinstance(one, Strike) else (_kept(one),)))
    return within(node, _kept)


def _struck(node: Strike) -> tuple[Inline, ...]:
    """Without its marks, struck text would say the contrary."""
    return (Plain("~~"), *_kept(node.children), Plain("~~"))


def _lines(text: str) -> tuple[Inline, ...]:
    """Lines with their indent, which HTML would drop."""
    found: list[Inline] = []
    for line in text.split("\n"):
        found += [Break()] if found else []
        found.append(Plain("\u00a0" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ")))
    return tuple(found)
