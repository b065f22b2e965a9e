"""What posts have in running text beyond CommonMark: mentions, hashtags, bare addresses, emphasis at word edges only.

Each rule has the shape of a markdown-it inline rule: it gets the parser's state and tells whether it took something at
`state.pos`. The state is typed Any because only text/markdown.py imports markdown-it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

PERSON = re.compile(r"@\{([^{}\s]+)\}")
SCHEME = re.compile(r"(?:^|[^A-Za-z0-9.+-])(https?)$", re.IGNORECASE)
ADDRESS = re.compile(r"""://(?=[^\W_]|\[)[^\s<>"`“”„«»‹›「」『』【】（）《》、。，；！？\x00-\x1f]+""")
JOINS_TAGS = frozenset("\u00b7\u30fb\u200c")
"""Marks that a hashtag holds between two letters. Source: mastodon app/models/tag.rb, HASHTAG_SEPARATORS, 2026-11-22."""
NOT_BEFORE_TAGS = frozenset("/=)_&#")
"""Marks after which no hashtag starts. Source: mastodon app/models/tag.rb, HASHTAG_RE, and twitter-text, 2026-11-22."""


def person(state: Any, silent: bool) -> bool:
    """`@{ada}` becomes a mention; not after a letter, digit or `@`; `\\@{ada}` never comes here (the escape rule is first)."""
    if state.src[state.pos] != "@":
        return False
    found = PERSON.match(state.src, state.pos, state.posMax)
    if found is None or (state.pos > 0 and (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] in "@_/")):
        return False
    if not silent:
        state.push("mention", "", 0).content = found[1]
    state.pos = found.end()
    return True


def hashtag(state: Any, silent: bool) -> bool:
    """`#tag`: letters, marks, digits and `_`, not digits alone, not after a letter."""
    src, start = state.src, state.pos
    if src[start] != "#" or (start > 0 and (src[start - 1].isalnum() or src[start - 1] in NOT_BEFORE_TAGS)):
        return False
    end = tag_end(src, start + 1, state.posMax)
    tag = src[start + 1 : end]
    if not any(letter.isalpha() for letter in tag):
        return False
    if not silent:
        state.push("hashtag", "", 0).content = tag
    state.pos = end
    return True


def tag_end(text: str, start: int, stop: int) -> int:
    """Where the hashtag ends whose sign stands before `start`."""
    end = start
    while end < stop:
        letter = text[end]
        if letter.isalnum() or letter == "_" or (letter > "\u02ff" and unicodedata.category(letter)[0] == "M" and end > start):
            end += 1
        elif letter in JOINS_TAGS and start < end < stop - 1 and text[end + 1].isalnum():
            end += 2
        else:
            break
    return end


def address(state: Any, silent: bool) -> bool:
    """An http(s) address in running text, found at its colon as the scheme before it is still pending."""
    src = state.src
    if src[state.pos] != ":" or state.linkLevel > 0 or not src.startswith("://", state.pos):
        return False
    scheme = SCHEME.search(state.pending[-6:])
    found = ADDRESS.match(src, state.pos, state.posMax) if scheme else None  # in this order: a match may read to the end of the text
    if scheme is None or found is None:
        return False
    rest = trim_address(found[0])
    if len(rest) <= len("://"):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("address", "", 0).content = scheme[1] + re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", rest)
    state.pos += len(rest)
    return True


def trim_address(text: str) -> str:
    """`text` without what belongs to the sentence around it: final punctuation, marks of emphasis, unpaired brackets."""
    open_by = {close: text.count(close) - text.count(begin) for begin, close in ("()", "[]", "{}")}
    end = len(text)
    while end:
        last = text[end - 1]
        if last not in ".,;:!?'’…*_~\\|" and open_by.get(last, 0) <= 0:
            break
        if last in open_by:
            open_by[last] -= 1
        end -= 1
    return text[:end]


def at_word_edges(emphasis: Callable[[Any, bool], bool]) -> Callable[[Any, bool], bool]:
    """The parser's rule for emphasis, but `*` follows what CommonMark says of `_`: `2*3*4` and `Kund*innen` stay as written.

    Scripts without spaces between words (Chinese, Japanese, Korean) have word edges everywhere.
    """

    def rule(state: Any, silent: bool) -> bool:
        start, before = state.pos, len(state.delimiters)
        if not emphasis(state, silent):
            return False
        around = state.src[max(start - 1, 0) : start] + state.src[state.pos : state.pos + 1]
        if state.src[start] == "*" and not any("\u2e80" <= letter < "\ufb00" or letter >= "\U00020000" for letter in around):
            scanned = state.scanDelims(start, False)
            for delimiter in state.delimiters[before:]:
                delimiter.open, delimiter.close = scanned.can_open, scanned.can_close
        return True

    return rule
