"""Did you mean …? One rule of nearness for keys, channels, campaigns and people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LIKENESS = 0.6
"""Least likeness (difflib's ratio) of a word that is offered."""


def near(word: str, among: Iterable[str]) -> str:
    """The one of `among` most like `word`, letter case aside; empty where none is like it."""
    folded: dict[str, str] = {}
    for name in among:
        folded.setdefault(name.casefold(), name)
    found = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=LIKENESS)
    return folded[found[0]] if found else ""


def did_you_mean(word: str, among: Iterable[str], otherwise: str = "") -> str:
    """`did you mean linkedin?`, or `otherwise` where nothing is near."""
    found = near(word, among)
    return f"did you mean {found}?" if found else otherwise
