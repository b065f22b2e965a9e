"""Who is alive, seen from another machine: nobody can tell, so a claim holds as long as its lease. And what this machine is called."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from smm_cli.ledger.moments import ms


class Living(Protocol):
    """This process's name in claims, and whether others' claims are to be respected."""

    owner: str

    def is_alive(self, owner: str) -> bool:
        """Whether the process that calls itself `owner` may be at work; true where that cannot be told."""

    def holds(self, owner: str, lease_until: int) -> bool:
        """Whether a claim of `owner` is one to respect."""

    def end(self) -> None:
        """This process claims nothing any more."""


class _Telling(Protocol):
    def now(self) -> datetime: ...


class Leases:
    """On a ledger that machines share: a claim is respected until its lease ends, by the database's clock."""

    def __init__(self, clock: _Telling, runner: str) -> None:
        self._clock = clock
        self.owner = f"{runner}.{os.getpid()}.{os.urandom(4).hex()}"

    def is_alive(self, owner: str) -> bool:
        """True: from afar nobody can see that a process died."""
        return bool(owner)

    def holds(self, owner: str, lease_until: int) -> bool:
        """Until the lease ends."""
        return bool(owner) and lease_until > (ms(self._clock.now()) or 0)

    def end(self) -> None:
        """Nothing to give up: what is claimed still is free when its lease ends."""


def identity(folder: Path, known: str = "") -> str:
    """This machine's id in receipts and claims: `known` or a random one, kept in `folder` from the first time on. Raises OSError."""
    kept = folder / "identity"
    if not kept.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = folder / f"identity.{os.getpid()}.{os.urandom(4).hex()}"
        made.write_text(known or os.urandom(4).hex(), "ascii")
        made.chmod(0o600)
        try:
            os.link(made, kept)  # of two processes that start at once, one's is kept
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return kept.read_text("ascii").strip()
