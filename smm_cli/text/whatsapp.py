"""Rich text in the marks of WhatsApp: *bold* _slanted_ ~struck~ `code` > quote. There is no escape for them.

Source: faq.whatsapp.com/539178204879377 (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, fenced_by_three, marked, prefixed, ticked_once
from smm_cli.text.quiet import JOINER
from smm_cli.words.tree import Block, Mention

OPENING = re.compile(r"(?<!\w)([*_~`])(?=\S)")
"""A mark that would begin something: at the edge of a word only."""
START = re.compile(r"^([>*-]|\d+\.)(?= )")


def whatsapp(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """The text of `blocks` as one writes it in WhatsApp."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text: marks get an invisible sign behind them."""
    return OPENING.sub(rf"\1{JOINER}", text)


def _link(url: str, label: str) -> str:
    shown = url.removeprefix("mailto:")
    return shown if label.strip() in ("", shown, shown.partition("://")[2]) else f"{label} ({shown})"


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
    start=lambda line: START.sub(rf"\1{JOINER}", line),
    joint=JOINER,
)
