"""What tells rows of the index apart: the bytes, the place, and what parsed them."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha1
from pathlib import Path

from smm_cli import __version__
from smm_cli.calendar.packed import SHAPE

ROOM = Path(__file__).parent


@cache
def version() -> str:
    """What parsed a post: this version, the fields of a Post, and the time of each module (a checkout changes without a new version)."""
    modules = sorted((entry.name, entry.stat().st_mtime_ns) for entry in os.scandir(ROOM) if entry.name.endswith(".py"))
    targets = (ROOM.parent / "text" / "targets.py").stat().st_mtime_ns
    return sha1(f"{__version__} {SHAPE} {modules} {targets}".encode(), usedforsecurity=False).hexdigest()


def blob_id(data: bytes) -> str:
    """The id that git gives to these bytes (in a SHA-1 repository): a file and its commit share one row."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def row_id(path: str, blob: str) -> int:
    """The row of these bytes at this path: 63 bits of a hash; two of 100,000 rows are the same with a chance of 1 in 1,800,000,000."""
    return int.from_bytes(sha1(f"{path}\0{blob}".encode(), usedforsecurity=False).digest()[:8]) >> 1
