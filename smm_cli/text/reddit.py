"""Rich text as Reddit's Markdown: CommonMark whose carets are escaped, and whose typed names call nobody.

Source: github.com/reddit/snudown (escapes), Reddit's formatting guide (2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.tree import Block, Mention

USER = re.compile(r"(?<![\w/])/?u/(?=[\w-])")
"""What calls somebody, by inbox; in code it calls nobody."""
CARET = re.compile(r"(?=\^)")
"""A caret lifts what follows it."""
ASIDE, ESCAPE = "\ue000", "\ue001"
"""Private signs that stand for a mention and for a backslash while CommonMark is written."""
TAKEN = re.compile(f"{ASIDE}(\\d+){ASIDE}")


def reddit(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Reddit's Markdown of `blocks`; what `mention` gives stays as it is: an escaped underscore would call somebody else."""
    names: list[str] = []

    def aside(found: Mention) -> str:
        names.append(mention(found))
        return f"{ASIDE}{len(names) - 1}{ASIDE}"

    silent = quiet(quiet(blocks, USER, code=False), CARET, ESCAPE, code=False)
    return TAKEN.sub(lambda found: names[int(found[1])], commonmark(silent, aside).replace(ESCAPE, "\\"))
