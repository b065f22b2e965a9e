"""Front matter in TOML: read by tomllib into the same strings, lists and tables as YAML; edited by tomlkit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any


class Broken(Exception):
    """TOML that does not parse; `line` and `column` from 1, within the front matter."""

    def __init__(self, what: str, line: int, column: int, hint: str) -> None:
        super().__init__(what)
        self.what, self.line, self.column, self.hint = what, line, column, hint


def strings(text: str) -> dict[str, Any]:
    """The front matter with every number, time and truth value as the text a post would have. Raises Broken."""
    import tomllib

    try:
        return {key: _string(value) for key, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = re.search(r"\(at line (\d+), column (\d+)\)", said)
        line, column = (int(found[1]), int(found[2])) if found else (max(text.count("\n"), 1), 1)
        what = said.partition(" (at ")[0]
        hint = 'in TOML every text stands in quotes: key = "value"'
        if "overwrite" in what:
            hint = "a key stands twice: keep one of them"
        raise Broken(f"the TOML of the front matter cannot be read: {what}", line, column, hint) from None
    except RecursionError:
        raise Broken("lists and tables are nested too deeply", 1, 1, "a post needs no more than four levels") from None


def _string(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _string(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_string(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix("+00:00") + ("Z" if value.utcoffset() is not None and not value.utcoffset() else "")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def place(text: str, keys: tuple[str | int, ...], first_line: int) -> tuple[int, int]:
    """Line and column of a key, as well as a search for it can tell; of the table around it where it is not found."""
    names = [key for key in keys if isinstance(key, str)]
    lines = text.split("\n")
    start = 0
    for depth in range(len(names) - 1, 0, -1):
        table = r"\s*\.\s*".join(rf"[\"']?{re.escape(name)}[\"']?" for name in names[:depth])
        found = next((number for number, line in enumerate(lines) if re.match(rf"\s*\[+\s*{table}\s*\]", line)), None)
        if found is not None:
            start = found
            break
    if names:
        for number, line in enumerate(lines[start:], start):
            if hit := re.match(rf"\s*[\"']?{re.escape(names[-1])}[\"']?\s*[=.]", line):
                return number + first_line, len(hit[0]) - len(hit[0].lstrip()) + 1
        for number, line in enumerate(lines):
            if re.match(rf"\s*\[+\s*[\"']?{re.escape(names[0])}\b", line):
                return number + first_line, 1
    return start + first_line, 1


def edit(text: str, changes: Mapping[str, str | list[str] | None]) -> str:
    """`text` with these keys set (None: removed), all else as it stands."""
    import tomlkit

    document = tomlkit.parse(text)
    for key, value in changes.items():
        if value is None:
            if key in document:
                document.remove(key)
        elif key in document:
            document[key] = value
        else:
            document.append(key, tomlkit.item(value))
    return tomlkit.dumps(document)
