"""Every message for people passes through here: one day in their own language."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _translation() -> Any:
    import gettext
    import os
    from pathlib import Path

    language = os.environ.get("SMM_LANG", "")
    return gettext.translation("smm", Path(__file__).parent / "locale", [language] if language else None, fallback=True)


def say(message: str) -> str:
    """`message` in the language of the person, as far as there is a translation."""
    translated: str = _translation().gettext(message) if message else ""
    return translated
