"""Rulers: how long a text is, as each network counts it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

RULERS = ("code_points", "utf16", "utf8", "graphemes", "mastodon", "x")
"""The names that limits may use."""


@lru_cache(maxsize=128)
def measure(text: str, ruler: str, url_length: int = 23) -> int:
    """The length of `text` by `ruler`; `url_length` is what mastodon and x count for a link.

    code_points, utf16 (units), utf8 (bytes), graphemes (Unicode's extended clusters); mastodon: graphemes, an http(s) address
    counts url_length, @user@host as @user; x: twitter-text's weighted length. Raises ValueError for another ruler.
    """
    match ruler:
        case "code_points":
            return len(text)
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "utf8":
            return len(text.encode("utf-8", "surrogatepass"))
        case "graphemes":
            return graphemes(text)
        case "mastodon":
            from smm_cli.text.mastodon import mastodon_length

            return mastodon_length(text, url_length)
        case "x":
            from smm_cli.text.x import weighted_length

            return weighted_length(text, url_length)
    raise ValueError(f"no ruler is called {ruler}; there are {', '.join(RULERS)}")


def graphemes(text: str) -> int:
    """The number of extended grapheme clusters of `text`."""
    return len(text) - text.count("\r\n") if text.isascii() else len(clusters(text))


def clusters(text: str) -> Sequence[str]:
    """The extended grapheme clusters of `text`, in order."""
    if text.isascii() and "\r" not in text:
        return text
    found: list[str] = _cluster().findall(text)
    return found


@cache
def _cluster() -> Any:
    import regex

    return regex.compile(r"\X")
