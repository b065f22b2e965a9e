"""Edits of channels.toml that change exactly the lines they must: comments, order and blank lines stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from smm_cli.calendar.toml_lines import Key, lines_of
from smm_cli.errors import ConfigError

Values = Mapping[str, Any]
HEADER = re.compile(r"^(\s*\[+)[^\]]*(\])")


def set_table(data: bytes, path: Key, values: Values) -> bytes:
    """`data` with these keys of the table `path` set; None removes a key; a table that is not there is added beside its kind.

    `path` is ("channels", "blog"), or ("pause", 0) for the first `[[pause]]`. Raises ConfigError where `data` is no TOML.
    """
    table, text = _at(_parse(data), path), _text(data)
    given = {key: value for key, value in values.items() if value is not None}
    if table is None:
        return _finish(data, _insert(text, path[:1], [f"[{_dotted(path)}]", *_rendered(given)]))
    has_header = any(key == path for key, _ in _headers(text))
    changed = {key: value for key, value in values.items() if key in table and table[key] != value}
    new = {key: value for key, value in given.items() if key not in table}
    if changed or (new and not has_header):
        data = _replace(data, path, changed if has_header else {**changed, **new})
    return _finish(data, _append(_text(data), path, _rendered(new))) if new and has_header else data


def add_table(data: bytes, name: str, values: Values) -> bytes:
    """`data` with one more `[[name]]`."""
    given = {key: value for key, value in values.items() if value is not None}
    return _finish(data, _insert(_text(data), (name,), [f"[[{name}]]", *_rendered(given)]))


def remove_table(data: bytes, path: Key) -> bytes:
    """`data` without the table `path`, what is below it, and the comment that stands directly above it."""
    if _at(_parse(data), path) is None:
        return data
    text = _text(data)
    spans = _spans(text, path)
    if not spans:
        return _replace_whole(data, path)
    lines = text.split("\n")
    for start, end in reversed(spans):
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        del lines[start:end]
    return _finish(data, "\n".join(lines))


def rename_table(data: bytes, path: Key, name: str) -> bytes:
    """`data` with the table `path` (and what is below it) under another last name, at its place. Raises ConfigError if that exists."""
    told = _parse(data)
    if _at(told, path) is None:
        return data
    new = (*path[:-1], name)
    if _at(told, new) is not None:
        raise ConfigError(f"there is already a [{_dotted(new)}]", where="channels.toml", slug="name-twice")
    lines = _text(data).split("\n")
    headers = [(key, number) for key, number in _headers(_text(data)) if key[: len(path)] == path]
    if not headers:
        raise ConfigError(f"[{_dotted(path)}] is not written as a table of its own", where="channels.toml", hint="rename it by hand")
    for key, number in headers:
        lines[number] = HEADER.sub(lambda found, key=key: f"{found[1]}{_dotted((*new, *key[len(path) :]))}{found[2]}", lines[number])  # type: ignore[misc]
    return _finish(data, "\n".join(lines))


# -- lines ------------------------------------------------------------------------------------------------------------------


def _headers(text: str) -> list[tuple[Key, int]]:
    """Tables with a header of their own and its line, counted from 0, as they follow each other."""
    lines = text.split("\n")
    found = [(path, line - 1) for path, line in lines_of(text).items() if lines[line - 1].lstrip().startswith("[")]
    return sorted(found, key=lambda pair: pair[1])


def _spans(text: str, path: Key) -> list[tuple[int, int]]:
    """Where `path` and the tables below it stand: first line, and the line after the last; comments above the next table are its own."""
    headers = _headers(text)
    lines = text.split("\n")
    spans: list[tuple[int, int]] = []
    for number, (key, start) in enumerate(headers):
        if key[: len(path)] == path:
            end = headers[number + 1][1] if number + 1 < len(headers) else len(lines)
            while end < len(lines) and lines[end - 1].lstrip().startswith("#"):
                end -= 1
            spans.append((start, end))
    return spans


def _insert(text: str, kind: Key, new: Sequence[str]) -> str:
    """`new` behind the last table whose path begins with `kind`, else at the end, a blank line between."""
    lines = text.split("\n")
    end = max((end for _, end in _spans(text, kind)), default=len(lines))
    while end and not lines[end - 1].strip():
        end -= 1
    rest = lines[end:] if any(line.strip() for line in lines[end:]) else [""]
    return "\n".join([*lines[:end], *([""] if end else []), *new, *rest])


def _append(text: str, path: Key, new: Sequence[str]) -> str:
    """`new` behind the last key of the table `path`, which has a header of its own."""
    lines, headers = text.split("\n"), _headers(text)
    place = next(number for number, (key, _) in enumerate(headers) if key == path)
    start = headers[place][1]
    end = headers[place + 1][1] if place + 1 < len(headers) else len(lines)
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return "\n".join([*lines[:end], *new, *(lines[end:] or [""])])


# -- values -----------------------------------------------------------------------------------------------------------------


def _replace(data: bytes, path: Key, values: Values) -> bytes:
    document = _document(data)
    table: Any = document
    for key in path:
        table = table[key]
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif table.get(key) != value:
            table[key] = _item(value)
    return _finish(data, tomlkit.dumps(document))


def _replace_whole(data: bytes, path: Key) -> bytes:
    document = _document(data)
    table: Any = document
    for key in path[:-1]:
        table = table[key]
    del table[path[-1]]
    return _finish(data, tomlkit.dumps(document))


def _rendered(values: Values) -> list[str]:
    return [f"{_dotted((key,))} = {_item(value).as_string()}" for key, value in values.items()]


def _item(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table[key] = _item(inner)
        return table
    return tomlkit.item([_item(inner) for inner in value] if isinstance(value, list | tuple) else value)


def _dotted(path: Key) -> str:
    words = [str(key) for key in path if isinstance(key, str)]
    return ".".join(
        word if word.replace("-", "").replace("_", "").isalnum() and word.isascii() else _item(word).as_string() for word in words
    )


# -- bytes ------------------------------------------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def _finish(before: bytes, text: str) -> bytes:
    """The bytes of `text` as `before` wrote its lines; what is no TOML is never given back."""
    text = text.replace("\r\n", "\n")
    _parse(text.encode())
    whole = text.replace("\n", "\r\n") if b"\r\n" in before else text
    return (b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b"") + whole.encode()


def _parse(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(data))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"channels.toml cannot be edited: {error}", where="channels.toml", hint="smm check shows where") from None


def _document(data: bytes) -> Any:
    try:
        return tomlkit.parse(_text(data))
    except TOMLKitError as error:
        raise ConfigError(f"channels.toml cannot be edited: {error}", where="channels.toml", hint="smm check shows where") from None


def _at(tables: Any, path: Key) -> Any:
    for key in path:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return None
    return tables
