"""Files that must survive a power cut: written beside, made durable, renamed. Many at once share what the disk is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

FEW = 4
"""Up to so many files are made durable one by one; more by one request to their file system (Linux)."""


def write_together(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write all these files, each whole or not at all. Raises OSError (a full disk): then none of them has changed."""
    beside: list[tuple[Path, Path]] = []
    try:
        for path, content in files:
            temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")  # containers may share a process id
            beside.append((temporary, path))
            temporary.write_bytes(content)
        make_durable(temporary for temporary, _ in beside)
        for temporary, path in beside:
            temporary.replace(path)
    except OSError:
        for temporary, _ in beside:
            temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        make_durable({path.parent for path, _ in files})


def make_durable(paths: Iterable[Path]) -> None:
    """Make files, or folders, of one file system durable. Raises OSError."""
    wanted = list(paths)
    together = _sync_file_system if len(wanted) > FEW and sys.platform == "linux" else None
    for path in wanted[:1] if together else wanted:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if together:
                together(descriptor)
            else:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_file_system(descriptor: int) -> None:
    """syncfs(2): everything written to the file system of `descriptor` is durable when it returns."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.syncfs(descriptor) != 0:
        wrong = ctypes.get_errno()
        raise OSError(wrong, os.strerror(wrong))
