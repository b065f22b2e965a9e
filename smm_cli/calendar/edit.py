"""Editing a post: exactly the lines that must change. Comments, quotes and line endings stay; all else is proved equal first."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any

from smm_cli.calendar import yaml
from smm_cli.calendar.frontmatter import TOML, Pieces, cut_at_fences, decode
from smm_cli.errors import PostError

Value = str | list[str] | None
_INDENTED_COMMENT = re.compile(r"(?:[ \t]*\r?\n)*[ \t]+#")
Splice = tuple[int, int, str]
"""Start, end and new text."""


def edit_post(data: bytes, changes: Mapping[str, Value]) -> bytes:
    """The file with these keys of its front matter set (None: removed).

    A key that is not there is added before the closing fence. Raises PostError where the file does not parse, or where the
    change cannot be made without touching anything else.
    """
    text, problems = decode("", data)
    if problems:
        raise PostError(problems[0].what, hint=problems[0].hint)
    cut = cut_at_fences(text)
    if isinstance(cut, str):
        raise PostError("this file has no front matter that can be edited", hint="its first line is ---, and --- ends it")
    newline = "\r\n" if "\r\n" in text else "\n"
    front = _toml(cut.front, changes, newline) if cut.kind == TOML else _yaml(cut.front, changes, newline)
    _prove(cut, front, changes)
    edited = text[: cut.start] + front + text[cut.end :]
    return (codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"") + edited.encode()


def new_post(values: Mapping[str, str | list[str]], body: str) -> bytes:
    """A new file with these keys, in this order, and `body`."""
    lines = "".join(_entry(key, value, "\n") for key, value in values.items())
    text = body.strip("\n")
    return f"---\n{lines}---\n".encode() + (f"\n{text}\n".encode() if text else b"")


# -- YAML ---------------------------------------------------------------------------------------------------------------------


def _yaml(front: str, changes: Mapping[str, Value], newline: str) -> str:
    try:
        node = yaml.compose(front)
    except yaml.Fault as fault:
        raise _not_readable(fault.said) from None
    if node is not None and (not yaml.is_table(node) or node.flow_style):
        raise PostError("this front matter is not written as key: value lines", hint="edit it by hand")
    splices: list[Splice] = []
    missing = ""
    entries = {key.value: (key, value) for key, value in node.value} if node else {}
    for key, value in changes.items():
        if key in entries:
            splices += _change(front, *entries[key], value, newline)
        elif value is not None:
            missing += _entry(key, value, newline)
    for start, end, new in sorted(splices, reverse=True):
        front = front[:start] + new + front[end:]
    if missing and front and not front.endswith("\n"):
        front += newline
    return front + missing


def _change(front: str, key: Any, node: Any, value: Value, newline: str) -> list[Splice]:
    if value is None:
        return [(_line_start(front, key.start_mark.index), _line_end(front, _end(front, node)), "")]
    if isinstance(value, list) and yaml.is_list(node) and node.value and value:
        return _change_list(front, node, value, newline)
    if not _nested(node) and value == node.value and (node.style or value not in yaml.NOTHING):
        return []
    end = _end(front, node)
    if isinstance(value, str) and not _nested(node) and "\n" not in value:
        quick = _change_text(front, key, node, value)
        if quick is not None:
            return quick
    stop = _line_end(front, max(end, key.end_mark.index))
    block = not _INDENTED_COMMENT.match(front, stop)  # an indented comment below would become part of the text
    whole = _entry(str(key.value), value, newline, block=block)
    if not front[:stop].endswith("\n"):
        whole = whole.removesuffix(newline)
    comment = _comment_after(front, key, node, end)
    if comment and whole.count("\n") <= 1:
        whole = whole.rstrip("\r\n") + comment + newline
    return [(key.start_mark.index, stop, whole)]


def _change_text(front: str, key: Any, node: Any, value: str) -> list[Splice] | None:
    """One text for another on the line of its key; None where the old one is a block or stands below its key."""
    start, end = node.start_mark.index, node.end_mark.index
    colon = front.index(":", key.end_mark.index) + 1
    if not value and not node.value:
        return []
    if node.style in ("|", ">") or front[colon:start].strip(" "):
        return None
    if end <= start:
        return [(colon, colon, f" {yaml.written(value)}")]
    return [(start, end, yaml.written(value, node.style if node.style in ("'", '"') else ""))]


def _comment_after(front: str, key: Any, node: Any, end: int) -> str:
    """A comment behind a value that stood on one line."""
    if not _nested(node) and node.style in ("|", ">"):
        return ""
    rest = front[end : _line_end(front, end)].rstrip("\r\n")
    return rest.rstrip() if rest.strip().startswith("#") and rest[:1].isspace() else ""


def _change_list(front: str, node: Any, value: list[str], newline: str) -> list[Splice]:
    """What both lists begin with stays; the rest of the old one is replaced by the rest of the new one."""
    items = node.value
    same = 0
    while same < min(len(items), len(value)) and not _nested(items[same]) and items[same].value == value[same]:
        same += 1
    if same == len(items) == len(value):
        return []
    last = _end(front, items[-1])
    if node.flow_style:
        new = [yaml.written(item, flow=True) for item in value[same:]]
        if same:
            return [(_end(front, items[same - 1]), last, "".join(f", {item}" for item in new))]
        return [(items[0].start_mark.index, last, ", ".join(new))]
    indent = " " * node.start_mark.column
    lines = "".join(f"{indent}- {yaml.written(item)}{newline}" for item in value[same:])
    stop = _line_end(front, last)
    if same:
        start = _line_end(front, _end(front, items[same - 1]))
        if not front[:start].endswith("\n"):
            return [(start, stop, newline + lines.removesuffix(newline))]
        return [(start, stop, lines)]
    start = _line_start(front, items[0].start_mark.index)
    return [(start, stop, lines if front[:stop].endswith("\n") else lines.removesuffix(newline))]


def _nested(node: Any) -> bool:
    return yaml.is_list(node) or yaml.is_table(node)


def _end(front: str, node: Any) -> int:
    """Where a value ends: blank lines and comments after block lists, tables and texts are not theirs, though YAML's marks say so."""
    if _nested(node) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(last[0].end_mark.index, _end(front, last[1])) if isinstance(last, tuple) else _end(front, last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if not _nested(node) and node.style in ("|", ">") and "+" not in front[start : start + 3]:
        return start + len(front[start:end].rstrip())
    return end


def _line_start(front: str, at: int) -> int:
    return front.rfind("\n", 0, at) + 1


def _line_end(front: str, at: int) -> int:
    """The index after the line that holds the sign before `at`."""
    if at and front[at - 1 : at] == "\n":
        return at
    found = front.find("\n", at)
    return found + 1 if found >= 0 else len(front)


def _entry(key: str, value: str | list[str], newline: str, *, block: bool = True) -> str:
    """A key and its value on lines of their own."""
    name = yaml.written(key)
    if isinstance(value, list):
        flow = ", ".join(yaml.written(item, flow=True) for item in value)
        if len(flow) <= 100 and not (key == "approved" and value):
            return f"{name}: [{flow}]{newline}"
        return f"{name}:{newline}" + "".join(f"  - {yaml.written(item)}{newline}" for item in value)
    if block and "\n" in value and _fits_block(value):
        sign = "|" if value.endswith("\n") else "|-"
        lines = "".join(f"  {line}{newline}" if line else newline for line in value.removesuffix("\n").split("\n"))
        return f"{name}: {sign}{newline}{lines}"
    return f"{name}: {yaml.written(value)}{newline}"


def _fits_block(value: str) -> bool:
    """Whether `value` reads the same as a block below `|`."""
    lines = value.split("\n")
    printable = all(sign.isprintable() or sign == "\n" for sign in value)
    return printable and value.strip("\n") != "" and not lines[0].startswith(" ") and bool(lines[0]) and not value.endswith("\n\n")


# -- TOML, and the proof ------------------------------------------------------------------------------------------------------


def _toml(front: str, changes: Mapping[str, Value], newline: str) -> str:
    from smm_cli.calendar import toml_front

    try:
        toml_front.strings(front)
    except toml_front.Broken as error:
        raise _not_readable(error.what) from None
    edited = toml_front.edit(front, changes)
    return edited.replace("\r\n", "\n").replace("\n", newline)


def _not_readable(said: str) -> PostError:
    return PostError(f"the front matter cannot be read, so it is not edited ({said})", hint="smm check says what is wrong")


def _prove(cut: Pieces, front: str, changes: Mapping[str, Value]) -> None:
    """Raises PostError unless the edited front matter says the same as before but for the changes, and still ends at the same fence."""
    expected = _values(cut.kind, cut.front)
    for key, value in changes.items():
        expected.pop(key, None)
        if value is not None:
            expected[key] = value
    around = cut_at_fences(f"{cut.kind}\n{front}{cut.kind}\n")
    same = not isinstance(around, str) and around.front == front and _values(cut.kind, front) == expected
    if not same:
        raise PostError(f"{', '.join(changes)} cannot be changed here without touching other lines", hint="edit the file by hand")


def _values(kind: str, front: str) -> dict[str, Any]:
    if kind == TOML:
        from smm_cli.calendar import toml_front

        try:
            return toml_front.strings(front)
        except toml_front.Broken as error:
            raise _not_readable(error.what) from None
    plain = front.replace("\r\n", "\n")
    try:
        node = yaml.compose(plain)
    except yaml.Fault as fault:
        raise _not_readable(fault.said) from None
    if node is None:
        return {}
    values, faults = yaml.values(node, plain)
    if faults:
        raise _not_readable(str(faults[0]))
    return dict(values)
