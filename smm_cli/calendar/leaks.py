"""Secrets that slipped into texts: found by their shape, or by their value; told by their line, never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable

from smm_cli.calendar.config_secrets import SHAPES, found_in
from smm_cli.calendar.listing import IN_POST
from smm_cli.words.problem import Place, Problem

IN_FILE = "secret-in-file"
SHORTEST = 12
"""Characters of the shortest secret that is looked for by its value: shorter ones stand in plain words."""
ORDINARY = (r"[?&](access_token|token|api_key|key|secret|password)=[^&\s]{8,}", r"^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$")
"""Shapes that ordinary texts have too: a link with a key that is meant for everybody, a serial number."""
IN_TEXTS = tuple(shape for shape in SHAPES if shape.pattern not in ORDINARY)
PLACEHOLDER = re.compile(
    r"example|your|placeholder|dummy|secret|passwor[dt]|\btoken|x{4}|0{6}|1{6}|\*{2}|\.{3}|…|123456|abcdef|<|>|\{|\}|\$", re.IGNORECASE
)
"""What documentation writes in the place of a secret."""
FEW = 8
"""A secret has more different characters than this."""
HINT = "revoke it where it was made, take it out of the file, and make a new one: smm channel login"


def secret_lines(text: str) -> list[int]:
    """The lines (from 1) on which something stands that has the shape of a secret and is no placeholder."""
    return _lines(text, (match.start() for match in found_in(text, IN_TEXTS) if not is_placeholder(match[0])))


def value_lines(text: str, values: Iterable[str]) -> list[int]:
    """The lines on which one of `values` stands first."""
    return _lines(text, (text.find(value) for value in values if value in text))


def _lines(text: str, starts: Iterable[int]) -> list[int]:
    return sorted({text.count("\n", 0, start) + 1 for start in starts})


def is_placeholder(found: str) -> bool:
    """Whether what has the shape of a secret only shows how one looks."""
    if "PRIVATE KEY" in found:
        return False
    return PLACEHOLDER.search(found) is not None or len(set(found.rpartition("://")[2])) <= FEW


def leaks_in_post(path: str, data: bytes) -> list[Problem]:
    """A problem for each line of a post on which a secret stands: such a post does not go out."""
    text = data.decode("utf-8", "replace")
    what = "this looks like a secret (a token, a key or a password); the post does not go out with it"
    return [Problem(IN_POST, what, Place(path, line), hint_for(IN_POST)) for line in secret_lines(text)]


def hint_for(slug: str) -> str:
    """What to do, and how to say that it is no secret."""
    return f'{HINT}   no secret? [check] ignore = ["{slug}"] in channels.toml'
