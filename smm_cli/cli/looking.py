"""A runner to look with: for check, plan, preview, which work in a read-only folder and on a stranger's machine too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smm_cli.calendar.model import WORKTREE
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner, open_runner, open_scratch
from smm_cli.errors import ConfigError, LedgerError


@contextmanager
def look(session: Session, *, worktree: bool = False) -> Iterator[Runner]:
    """The runner of the session's calendar; `worktree`: of the files as they lie here, whatever ref is published.

    Where .smm cannot be written, or holds no readable ledger, it is a copy elsewhere that knows the receipts, removed at the end.
    Raises ConfigError; LedgerError where a receipt cannot be read.
    """
    try:
        runner = _of_worktree(session) if worktree else open_runner(session.root, session.clock)
    except (LedgerError, ConfigError) as error:
        if isinstance(error, ConfigError) and not worktree:
            raise
        import tempfile  # a file of the work tree is looked at without the address of a database, as on a stranger's proposal

        with tempfile.TemporaryDirectory(prefix="smm-look-") as folder:
            scratch = open_scratch(session.root, Path(folder) / "copy", session.clock, lambda _: None, WORKTREE if worktree else "")
            with scratch:
                yield scratch
        return
    with runner:
        yield runner


def _of_worktree(session: Session) -> Runner:
    from smm_cli.cli.post_desk import open_desk

    return open_desk(session)
