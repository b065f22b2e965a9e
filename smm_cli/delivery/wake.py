"""What a full tick leaves for the door: when the next thing happens, and the marks that this was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from smm_cli import door
from smm_cli.calendar import git
from smm_cli.calendar.model import GIT, WORKTREE, Calendar
from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError

LONGEST = timedelta(hours=24)
ASKED, UNREACHED = timedelta(minutes=5), timedelta(minutes=1)
"""With claims through git the remote is asked this often whether something is new; and again so soon where it did not answer."""
STOPPED = timedelta(hours=1)
"""A stopped channel is looked at this often: its credential may have been renewed where smm cannot see it (an environment variable)."""


def marks_now(calendar: Calendar) -> dict[str, str] | None:
    """The marks of this moment, taken before anything is read; None where they cannot be told: then the door stays shut."""
    try:
        ref = _full_ref(calendar)
        found = door.marks(str(calendar.root), ref, calendar.posts)
    except (OSError, ValueError, SmmError):
        return None
    return {**found, "ref": ref, "posts": calendar.posts}


def _full_ref(calendar: Calendar) -> str:
    if calendar.ledger.claims == GIT and calendar.scratch is None:
        from smm_cli.calendar.git_shared import seen_ref

        return git.full_ref(calendar.root, seen_ref(calendar))
    return WORKTREE if calendar.publish_from == WORKTREE else git.full_ref(calendar.root, calendar.publish_from)


def leave_word(runner: Runner, before: Mapping[str, str] | None, counter: int | None, wake_at: datetime | None, stopped: bool) -> None:
    """Store in the index what the door needs. `before`: the marks at the tick's start; `counter`: the ledger's, read before planning.

    Without a counter, as on PostgreSQL, the door stays shut: what changed there it cannot see, and each run takes the long way.
    """
    if before is None or counter is None:
        runner.index.store_wake({})
        return
    now = runner.clock.now()
    latest = now + (STOPPED if stopped else LONGEST)
    if runner.shared is not None:
        latest = now + (UNREACHED if runner.shared.why else ASKED)
    at = min(wake_at, latest) if wake_at is not None else latest
    runner.index.store_wake({**before, "counter": str(counter), "wake_at": str(at.timestamp())})
    (runner.calendar.state / "tick").touch()
