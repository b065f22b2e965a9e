"""Signs that nobody sees, in values whose language can write them escaped: "\\0" of YAML, "\\u001b" of TOML.

NUL frames the stand-ins of secrets in requests (words.exchange.handle), ESC drives terminals: neither gets into a post or a channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
Keys = tuple[str | int, ...]


def unseen_in(value: Any, keys: Keys = ()) -> tuple[Keys, str] | None:
    """The keys of the first text, or key, that holds such a sign, and the sign; None where there is none."""
    if isinstance(value, str):
        found = UNSEEN.search(value)
        return (keys, found[0]) if found else None
    inside: list[tuple[str | int, Any]] = []
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if wrong := UNSEEN.search(str(name)):
                return keys, wrong[0]
            inside.append((name, inner))
    elif isinstance(value, list | tuple):
        inside = list(enumerate(value))
    return next((hit for name, inner in inside if (hit := unseen_in(inner, (*keys, name)))), None)


def told(sign: str) -> str:
    """What to call the sign."""
    return "NUL" if sign == "\x00" else f"an invisible sign (U+{ord(sign):04X})"
