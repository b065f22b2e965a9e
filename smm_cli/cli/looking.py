"""A runner to look with: for check, plan, preview, which work in a read-only folder and on a stranger's machine too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smm_cli.calendar.model import WORKTREE
from smm_cli.cli.session import Session
from smm_cli.delivery.lasting import in_a_job
from smm_cli.delivery.runner import Runner, open_runner, open_scratch
from smm_cli.errors import ConfigError, LedgerError


@contextmanager
def look(session: Session, *, worktree: bool = False) -> Iterator[Runner]:
    """The runner of the session's calendar; `worktree`: of the files as they lie here, whatever ref is published.

    Where .smm cannot be written, or holds no readable ledger, it is a copy elsewhere that knows the receipts, removed at the end.
    Raises ConfigError; LedgerError where a receipt cannot be read.
    """
    runner = _opened(session, worktree)
    if runner is not None:
        with runner:
            yield runner
        return
    import tempfile

    ref = WORKTREE if worktree else ""
    with (
        tempfile.TemporaryDirectory(prefix="smm-look-") as folder,
        open_scratch(session.root, Path(folder) / "copy", session.clock, lambda _: None, ref) as scratch,
    ):
        yield scratch


def _opened(session: Session, worktree: bool) -> Runner | None:
    """None where a copy must do: a file of the work tree is looked at without the address of a database, and a job of CI, which may
    check the proposal of a stranger, asks no database that it names."""
    try:
        if not worktree:
            return open_runner(session.root, session.clock)
        if in_a_job() and session.calendar().ledger.url:
            return None
        return _of_worktree(session)
    except LedgerError:
        if not worktree and session.calendar().ledger.url:  # nobody else remembers what a database that is away knows
            raise
        return None
    except ConfigError:
        if not worktree:
            raise
        return None


def _of_worktree(session: Session) -> Runner:
    from smm_cli.cli.post_desk import open_desk

    return open_desk(session)
