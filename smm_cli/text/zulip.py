"""Rich text as Zulip's Markdown, which knows no backslash: literal signs are written as HTML's entities, which it does read.

Source: zulip/zulip zerver/lib/markdown/__init__.py, build_inlinepatterns and build_block_parser (12).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from smm_cli.text import gfm
from smm_cli.text.marks import marked
from smm_cli.words.tree import Block, Mention

SIGNS = re.compile(r"&(?=#?\w+;)|(?<!\s)(?<!^)\*|\*(?=\S)|`|~(?=~)|\$(?=\$)|\[(?=[^\]]*\]\()|<(?=time:)", re.MULTILINE)
"""Signs where they would mean something: an asterisk between blanks does not."""
START = re.compile(r"^(\s*)([-+*>#](?=\s|#|>|$)|\d+(?=\.\s))")
DOT = "&#46;"


def zulip(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Zulip's Markdown of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def escaped(text: str) -> str:
    """Literal text within a line."""
    return SIGNS.sub(lambda found: _entity(found[0]), text)


def _entity(sign: str) -> str:
    return f"&#{ord(sign)};"


def _started(line: str) -> str:
    found = START.match(line)
    if not found:
        return line
    sign, rest = found[2], line[found.end() :]
    return f"{found[1]}{sign}{DOT}{rest[1:]}" if sign.isdigit() else f"{found[1]}{_entity(sign)}{rest}"


MARKS = replace(gfm.MARKS, escape=escaped, start=_started, rule="---")
