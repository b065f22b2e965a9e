"""Files below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Each file below `folder`: its posix path there, and its stat. Hidden ones (also those being written) and links are passed over."""
    pending = [("", str(folder))]
    while pending:
        prefix, here = pending.pop()
        try:
            with os.scandir(here) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".") and not entry.is_symlink()]
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in found:
            if entry.is_dir():
                pending.append((f"{prefix}{entry.name}/", entry.path))
                continue
            try:
                yield f"{prefix}{entry.name}", entry.stat()
            except FileNotFoundError:
                continue  # taken away this moment
