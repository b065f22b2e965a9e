"""How long a text is on Threads: an emoji counts as its bytes in UTF-8, anything else as UTF-16 units.

Source: developers.facebook.com/docs/threads/posts, "Emojis are counted as the number of UTF-8 bytes" (2026-11-22). What other signs
beyond the basic plane count is not said: counted strictly.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from smm_cli.text.rulers import clusters, measure

LINK = re.compile(r"https?://[^\s<>()]+")


def threads_length(text: str) -> int:
    """The length of `text` as Threads counts it."""
    if text.isascii():
        return len(text)
    return sum(measure(cluster, "utf8" if _emoji().search(cluster) else "utf16") for cluster in clusters(text))


def links_of(text: str) -> set[str]:
    """The addresses in `text`, each once."""
    return {found.rstrip(".,;:!?") for found in LINK.findall(text)}


@cache
def _emoji() -> Any:
    import regex

    return regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
