"""Whether another process is alive: it holds a file lock for as long as it lives, and the kernel lets go when it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


class Alive:
    """This process's sign of life, and the test for that of others, in `folder` (one for each ledger)."""

    def __init__(self, folder: Path, runner: str) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self.owner = f"{runner}.{os.getpid()}.{os.urandom(4).hex()}"
        self._file: IO[bytes] | None = _locked(folder / f"{self.owner}.lock")

    def is_alive(self, owner: str) -> bool:
        """True while the process that calls itself `owner` runs; true also where that cannot be told."""
        path = self._folder / f"{owner}.lock"
        if not owner or not path.exists():
            return False
        try:
            with path.open("r+b") as file:
                if not try_lock(file):
                    return True
            path.unlink(missing_ok=True)
        except OSError:
            return True
        return False

    def holds(self, owner: str, lease_until: int) -> bool:
        """Whether a claim of `owner` is one to respect: here as long as its process lives, however late it is."""
        return self.is_alive(owner)

    def end(self) -> None:
        """Give up the sign of life."""
        if self._file is not None:
            path = Path(self._file.name)
            self._file.close()
            path.unlink(missing_ok=True)
            self._file = None

    def sweep(self) -> None:
        """Remove what dead processes left."""
        for path in self._folder.glob("*.lock"):
            if path.stem != self.owner:
                self.is_alive(path.stem)


def _locked(path: Path) -> IO[bytes]:
    """`path`, made and locked. A sweep by another process may find it before it is locked and take it away: then it is made anew."""
    while True:
        file = path.open("wb")
        if try_lock(file) and _same(file, path):
            return file
        file.close()


def _same(file: IO[bytes], path: Path) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    own = os.fstat(file.fileno())
    return (own.st_dev, own.st_ino) == (found.st_dev, found.st_ino)


def try_lock(file: IO[bytes]) -> bool:
    """Lock `file` for as long as it is open; False where another process has it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
