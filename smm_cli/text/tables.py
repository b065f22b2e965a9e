"""Reading the tables of text/data: package data, read on first use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


@cache
def rows(name: str) -> tuple[str, ...]:
    """The rows of a table, without its head; each table names its source, date and licence in lines that begin with #."""
    return tuple(row for row in (FOLDER / name).read_text("utf-8").splitlines() if row and not row.startswith("#"))
