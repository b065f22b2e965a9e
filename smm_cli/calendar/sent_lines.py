"""Which lines of a post's file say what is sent: all but approvals, notes, comments and the keys that never leave the calendar."""

from __future__ import annotations

from typing import Any

from smm_cli.calendar import yaml
from smm_cli.calendar.frontmatter import TOML, cut_at_fences, decode
from smm_cli.calendar.toml_lines import lines_of

UNSENT = frozenset({"id", "approved", "notes", "status", "order", "campaign", "pillar"})


def sent_lines(data: bytes) -> set[int]:
    """Numbers (from 1) of lines that an approval is about. Of a file that cannot be taken apart, all."""
    text, problems = decode("", data)
    lines = text.split("\n")
    every = {number for number, line in enumerate(lines, 1) if line.strip()}
    cut = cut_at_fences(text)
    if problems or isinstance(cut, str):
        return every
    first = text.count("\n", 0, cut.start) + 1
    last = first + cut.front.count("\n")
    body = {number for number in every if number > last}
    return body | (_of_toml(cut.front, first, every) if cut.kind == TOML else _of_yaml(cut.front, first, every))


def lines_with(data: bytes, text: str) -> list[int]:
    """Numbers (from 1) of the lines that hold `text`."""
    return [number for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1) if text in line]


def _of_yaml(front: str, first: int, every: set[int]) -> set[int]:
    """Lines of values, and of their keys: what stands between them are comments."""
    try:
        node = yaml.compose(front)
    except yaml.Fault:
        return every
    found: set[int] = set()
    for key, value in node.value if yaml.is_table(node) and node is not None else ():
        if key.value not in UNSENT:
            found.add(key.start_mark.line + first)
            _add(value, first, found)
    return found & every


def _add(node: Any, first: int, found: set[int]) -> None:
    if yaml.is_table(node):
        for key, value in node.value:
            found.add(key.start_mark.line + first)
            _add(value, first, found)
    elif yaml.is_list(node):
        for item in node.value:
            _add(item, first, found)
    else:
        end = node.end_mark.line + (node.end_mark.column > 0)
        found.update(range(node.start_mark.line + first, max(end, node.start_mark.line + 1) + first))


def _of_toml(front: str, first: int, every: set[int]) -> set[int]:
    """Lines from each key that is sent to the next one."""
    starts = sorted((line, path[0]) for path, line in lines_of(front).items())
    last = first + front.count("\n")
    found: set[int] = set()
    for (line, key), (end, _) in zip(starts, [*starts[1:], (last - first + 1, "")], strict=True):
        if key not in UNSENT:
            found.update(range(line + first - 1, max(end, line + 1) + first - 1))
    return found & every
