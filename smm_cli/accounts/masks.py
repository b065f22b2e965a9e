"""Hiding secrets in whatever a person, a log or a report may see."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 4
"""Shorter values are not looked for: masking them would blot out plain words and hide nothing."""
SHORTEST_ENCODED = 8

SHAPES = re.compile(
    r"(?P<user>(?<=://)[^/?#\s@]+(?=@))"
    r"|(?P<query>(?<=[?&;])(?P<name>(?:[a-z_-]*(?:token|secret|password|signature|api[_-]?key|credential))|sig|code|key|access_key)=)[^&#\s\"'<>]+"
    r"|(?P<hook>/(?:api/webhooks/\d+|(?-i:services/T[A-Z0-9]+/B[A-Z0-9]+)|hooks)/)[\w-]{8,}"
    r"|(?P<bot>/bot\d+:)[\w-]{20,}"
    r"|(?P<header>\b(?:bearer|basic|dpop)\s+)[\w.~+/=-]{8,}"
    r"|\b(?:xox[abeprs]-|gh[oprsu]_|github_pat_|glpat-|whs[ek][a-z]*_|(?-i:EAA))[\w+/=-]{10,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    re.IGNORECASE,
)
"""How tokens look in addresses and headers: user parts, query keys, Discord and Slack hooks, Telegram bots, JWTs, known prefixes."""

PASSING = 512
"""How many short-lived values (addresses for uploads, codes) are kept in mind; the oldest are dropped."""

_known: dict[str, bool] = {}


def remember(*values: str, passing: bool = False) -> None:
    """Let `masked` hide these values from now on, in this whole process; `passing` ones until many others have come."""
    for value in values:
        if len(value) >= SHORTEST and (value not in _known or _known[value] > passing):
            _known.pop(value, None)
            _known[value] = passing
            _pattern_of_known.cache_clear()
    if passing and len(_known) > PASSING:
        for old in [value for value, short in _known.items() if short][: len(_known) - PASSING]:
            del _known[old]


def forget_all() -> None:
    """Know no secret any more (tests)."""
    _known.clear()
    _pattern_of_known.cache_clear()


def masked(text: str) -> str:
    """`text` without any secret that this process has seen."""
    if _known:
        text = _pattern_of_known().sub(MASK, text)
    return _without_shapes(text)


def without_known(text: str) -> str:
    """`text` with the secrets of this process masked, but not what only looks like one (answers must stay usable)."""
    return _pattern_of_known().sub(MASK, text) if _known else text


def knows_any(text: str, shortest: int = 12) -> bool:
    """Whether a lasting secret that this process has seen stands in `text`; shorter ones stand in plain words."""
    return any(value in text for value, passing in _known.items() if not passing and len(value) >= shortest)


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets`, plain, percent-encoded, base64 or escaped, and without what is known to look like a token."""
    forms = _forms(tuple(secrets))
    return _without_shapes(re.compile("|".join(map(re.escape, forms))).sub(MASK, text) if forms else text)


def _without_shapes(text: str) -> str:
    def shown(match: re.Match[str]) -> str:
        kept = next((match[name] for name in ("query", "hook", "bot", "header") if match[name]), "")
        return kept + MASK

    return SHAPES.sub(shown, text)


@lru_cache(maxsize=1)
def _pattern_of_known() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _forms(tuple(_known)))))


def _forms(secrets: tuple[str, ...]) -> list[str]:
    """All ways in which these values may be written, the longest first, so that no tail of one stays."""
    forms: set[str] = set()
    for value in secrets:
        if len(value) >= SHORTEST:
            forms |= _plain_forms(value)
        if len(value) >= SHORTEST_ENCODED:
            forms |= _base64_forms(value.encode(errors="surrogatepass"))
    return sorted(forms, key=len, reverse=True)


def _plain_forms(value: str) -> set[str]:
    encoded = {quote(value, errors="replace"), quote(value, safe="", errors="replace"), quote_plus(value, errors="replace")}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in encoded}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    lines = {line.strip() for line in value.splitlines() if len(line.strip()) >= SHORTEST_ENCODED}
    return {value, *encoded, *lower, *escaped, *lines}


def _base64_forms(value: bytes) -> set[str]:
    """The characters that stand in every base64 text in which `value` stands, at each of the three alignments."""
    forms = set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + value).decode().rstrip("=")
        first = (0, 2, 3)[before]
        last = len(text) - (0 if (before + len(value)) % 3 == 0 else 1)
        core = text[first:last]
        forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
