"""Rich text as Matrix clients show it: HTML of the few elements that the specification lets through, people as pills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from smm_cli.text.html import html
from smm_cli.text.within import within
from smm_cli.words.tree import Block, Link, Mention, Picture, Plain

MATRIX_TO = "https://matrix.to/#/"
"""Where addresses of people, rooms and events begin. Source: spec.matrix.org v1.19, appendices, matrix.to navigation (2026-07-21)."""


def pill(user: str) -> str:
    """The address of a person; clients show it as a pill."""
    return MATRIX_TO + quote(user, safe="@:")


def formatted(blocks: Sequence[Block], mention: Callable[[Mention], str], user: Callable[[Mention], str]) -> str:
    """`formatted_body` of `blocks`. `user` gives the Matrix id of a person, or nothing where she has none: then `mention` names her.

    Pictures in running text are links: `<img>` may show files of the server only.
    """
    return html([_for_clients(block, user) for block in blocks], mention)


def _for_clients(node: Any, user: Callable[[Mention], str]) -> Any:
    match node:
        case Mention() if found := user(node):
            return Link(pill(found), (Plain(found),))
        case Picture(url, alt):
            return Link(url, (Plain(alt or url),))
    return within(node, lambda inner: _for_clients(inner, user))
