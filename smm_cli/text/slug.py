"""Names made of titles."""

from __future__ import annotations

import re
import unicodedata

LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "oe",
        "å": "aa",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
    }
)
"""What the decomposition of Unicode does not give: German and Nordic spellings, letters with strokes."""
LONGEST = 80
"""A name of smm has 81 characters at most (words.delivery.NAME), and a slug may get a number behind it."""


def slug(text: str) -> str:
    """`text` as [a-z0-9-], at most 80 characters, cut between words; empty where `text` has no Latin letter or digit."""
    lower = unicodedata.normalize("NFC", text).lower().translate(LETTERS)
    latin = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])'(?=[a-z])", "", latin)).strip("-")
    if len(name) <= LONGEST:
        return name
    return name[: LONGEST + 1].rpartition("-")[0] or name[:LONGEST]
