"""Text that calls nobody: what was typed as `@name` gets an invisible sign after the @. People of channels.toml are still called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smm_cli.text.within import within
from smm_cli.words.tree import Block, Code, CodeBlock, Link, Picture, Plain

JOINER = "\u2060"
"""WORD JOINER: no width, no line break, no letter of a name."""
CALL = re.compile(r"(?<![\w.+%-])([@\uff20])(?=\w)")
"""An @ that may call somebody: at the start of a word, not inside of a mail address."""


def quiet(blocks: Sequence[Block], call: re.Pattern[str] = CALL, sign: str = JOINER, *, code: bool = True) -> tuple[Block, ...]:
    """`blocks` with `sign` behind what `call` finds in typed text; addresses stay as they are, labels of links do not.

    `code`: False where the network looks for names outside of code alone, so that code can be copied as it was typed.
    """
    return tuple(_quiet(block, call, sign, code) for block in blocks)


def hushed(text: str, call: re.Pattern[str] = CALL, sign: str = JOINER) -> str:
    """As `quiet`, for a text without marks (a title)."""
    return call.sub(rf"\g<0>{sign}", text) if call.search(text) else text


def _quiet(node: Any, call: re.Pattern[str], sign: str, code: bool) -> Any:
    match node:
        case Code() | CodeBlock() if not code:
            return node
        case Plain(text) | Code(text) | CodeBlock(text):
            return node if (calm := hushed(text, call, sign)) == text else replace(node, text=calm)
        case Picture(alt=alt):
            return replace(node, alt=hushed(alt, call, sign))
        case Link(bare=True):
            return node
    return within(node, lambda inner: _quiet(inner, call, sign, code))
