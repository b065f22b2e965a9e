"""A tick of a calendar whose runners share a git remote: look there first; begin anew where the calendar changed under the plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from smm_cli.calendar.source import keep
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.shared import MOVED

if TYPE_CHECKING:
    from smm_cli.delivery.tick import Ticked

TRIES = 3


async def looked_at(runner: Runner, once: Callable[[], Awaitable[Ticked]]) -> Ticked:
    """Do `once` with what the remote has now; again, at most three times, where that changed before anything was sent."""
    shared, done = runner.shared, list[Outcome]()
    assert shared is not None
    for _ in range(TRIES):
        await shared.look()
        runner.refresh()
        ticked = await once()
        late = [outcome for outcome in ticked.outcomes if outcome.note == MOVED]
        done += [outcome for outcome in ticked.outcomes if outcome.note != MOVED]
        if not shared.moved:
            break
    if shared.why is not None and _said_before(runner, shared.held):
        done = [outcome for outcome in done if outcome.note != shared.held]
    elif shared.why is None:
        with suppress(OSError):
            (runner.calendar.state / "shared.told").unlink(missing_ok=True)
    return replace(ticked, outcomes=tuple(done + late))


def _said_before(runner: Runner, what: str) -> bool:
    """Whether the last tick told the same; it is remembered."""
    path = runner.calendar.state / "shared.told"
    with suppress(OSError):
        if path.exists() and path.read_text("utf-8") == what:
            return True
        keep(path, what.encode())
    return False
