"""The ledger's SQL as psycopg takes it, and rows that answer to names and numbers, as SQLite's do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.abc import Transformer

from smm_cli.ledger.engine import LOCKED, OFTEN

TOKEN = re.compile(r"'(?:[^']|'')*'|(?<![:\w]):([a-z_][a-z0-9_]*)|%")


@cache
def for_psycopg(sql: str) -> bytes:
    """The statement with `:name` as psycopg's `%(name)s`, outside texts in quotes, and LOCKED as what it says. Made once per statement."""
    return TOKEN.sub(_one, sql.replace(LOCKED, " FOR UPDATE")).encode()


def _one(found: re.Match[str]) -> str:
    return f"%({found[1]})s" if found[1] else found[0].replace("%", "%%")


class Prepared:
    """A statement that a connection plans once: `prepare` is said to it before the first time."""

    def __init__(self, sql: str) -> None:
        self._names: list[str] = []

        def numbered(found: re.Match[str]) -> str:
            if not found[1]:
                return found[0]
            if found[1] not in self._names:
                self._names.append(found[1])
            return f"${self._names.index(found[1]) + 1}"

        text = TOKEN.sub(numbered, sql.replace(LOCKED, " FOR UPDATE"))
        self._name = f"smm_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        self.prepare = f"PREPARE {self._name} AS {text}".encode()

    def execute(self, adapt: Transformer, params: Mapping[str, Any]) -> str:
        """The statement with these values, as text."""
        return f"EXECUTE {self._name}({', '.join([adapt.as_literal(params[name]).decode() for name in self._names])})"


@cache
def prepared(sql: str) -> Prepared:
    """The statement, which begins with OFTEN, as PREPARE has it. Made once per statement."""
    return Prepared(sql.removeprefix(OFTEN))


def storable(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same values; a NUL in a text, which PostgreSQL cannot keep, is shown as the sign for what cannot be shown."""
    if any(isinstance(value, str) and "\0" in value for value in params.values()):
        return {name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in params.items()}
    return params


class Row(tuple[Any, ...]):
    """A row; `names` tells where each column stands."""

    __slots__ = ()
    names: Mapping[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.names[key] if key.__class__ is str else key)

    def keys(self) -> list[str]:
        """The columns' names, in order."""
        return list(self.names)


def rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """psycopg's row factory: what makes a Row of the values of this cursor's result."""
    return _kind(tuple(column.name for column in cursor.description or ()))


@cache
def _kind(names: tuple[str, ...]) -> type[Row]:
    return type("Row", (Row,), {"__slots__": (), "names": {name: number for number, name in enumerate(names)}})
