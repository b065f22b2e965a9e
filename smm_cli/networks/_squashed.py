"""Texts without what servers change, so that they can be compared."""

from __future__ import annotations

import unicodedata
from typing import Any


def squashed(text: Any) -> str:
    """A text without white space, in one normal form (NFC)."""
    return "".join(unicodedata.normalize("NFC", str(text or "")).split())
