"""On which line of a TOML file a table or key stands; the parser does not say."""

from __future__ import annotations

import re
from collections.abc import Sequence

Key = tuple[str | int, ...]
PIECE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*')
TRIPLE = ('"""', "'''")


def lines_of(text: str) -> dict[Key, int]:
    """1-based lines by path: `("channels", "blog", "gap")`; tables of `[[pause]]` by number: `("pause", 0, "reason")`.

    Keys of inline tables stand on the line of their key where they are written on one line. Reads any text, valid or not.
    """
    found: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    closing = ""
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        stripped = line.strip()
        if depth <= 0 and stripped.startswith("["):
            table = _header(stripped, counts)
            found.setdefault(table, number)
            continue
        if depth <= 0 and stripped and not stripped.startswith("#"):
            keys, rest = _keys(line)
            for length in range(1, len(keys) + 1):
                found.setdefault((*table, *keys[:length]), number)
            _inline((*table, *keys), rest, number, found)
        closing = _opens(line)
        depth = max(0, depth + _depth(line))
    return found


def line_of(lines: dict[Key, int], path: Sequence[str | int]) -> int:
    """The line of `path`, else of the nearest thing that holds it; 0 where nothing does."""
    return next((lines[tuple(path[:end])] for end in range(len(path), 0, -1) if tuple(path[:end]) in lines), 0)


def _header(line: str, counts: dict[Key, int]) -> Key:
    many = line.startswith("[[")
    keys, _ = _keys(line.lstrip("["))
    path: Key = ()
    for number, key in enumerate(keys):
        path = (*path, key)
        if number < len(keys) - 1 and path in counts:
            path = (*path, counts[path] - 1)
    if not many:
        return path
    counts[path] = counts.get(path, 0) + 1
    return (*path, counts[path] - 1)


def _keys(text: str) -> tuple[Key, str]:
    keys: list[str] = []
    place = 0
    while found := PIECE.match(text, place):
        keys.append(next(group for group in found.groups() if group is not None))
        place = found.end()
        if place >= len(text) or text[place] != ".":
            break
        place += 1
    return tuple(keys), text[place:]


def _inline(path: Key, rest: str, number: int, found: dict[Key, int]) -> None:
    for key in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", rest):
        found.setdefault((*path, key), number)


def _opens(line: str) -> str:
    """The mark that must come to end a text of several lines begun here."""
    return next((mark for mark in TRIPLE if line.count(mark) % 2), "")


def _depth(line: str) -> int:
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*', "", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
