"""Rich text as BBCode, as phpBB has it without extensions: no strike, no code within a line. There is no escape for a bracket."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, marked
from smm_cli.text.quiet import JOINER
from smm_cli.words.tree import Block, Mention

TAG = re.compile(r"\[(?=[/*A-Za-z])")
"""What could begin a tag."""


def bbcode(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """BBCode of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text: brackets that could begin a tag get an invisible sign."""
    return TAG.sub(f"[{JOINER}", text)


def _link(url: str, label: str) -> str:
    if not url.lower().startswith(("https://", "http://", "mailto:")):
        return label
    return f"[url={url.replace('[', '%5B').replace(']', '%5D')}]{' '.join(label.split())}[/url]"


MARKS = Marks(
    escape=escaped,
    strong=around("[b]", "[/b]"),
    emphasis=around("[i]", "[/i]"),
    strike=around("~~"),
    code=escaped,
    block=lambda text, language: f"[code]{text.replace('[/code', f'[{JOINER}/code')}[/code]",
    link=_link,
    bare=escaped,
    heading=lambda level, text: around("[b]", "[/b]")(text.replace("[b]", "").replace("[/b]", "")),
    quote=lambda text: f"[quote]{text}[/quote]",
)
