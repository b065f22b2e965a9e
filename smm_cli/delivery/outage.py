"""When nobody looked: learned by the first tick after it, kept in the ledger for the ticks that spread what fell due."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from smm_cli.ledger.outages import KEPT, outages, remember
from smm_cli.plan.late import AWAY
from smm_cli.plan.outage import HOLD, SPREAD
from smm_cli.words.outage import Outage

if TYPE_CHECKING:
    from smm_cli.delivery.runner import Runner

BLIND = "outage.since"
COUNTS = {SPREAD: timedelta(days=1), HOLD: KEPT}
"""How long after its end an outage counts: by then all that was spread has gone out, or is too late; what is held waits for a person."""


def note_outage(runner: Runner, now: datetime) -> None:
    """Remember since when nobody looked, if that is long. Before a tick notes itself. A rehearsal leaps through time, and has none.

    A look while the remote that runners share cannot be asked is none: nothing could be claimed.
    """
    calendar = runner.calendar
    if runner.apps is not None or calendar.scratch is not None:
        return
    last, blind = last_look(runner), calendar.state / BLIND
    with suppress(OSError):
        if runner.shared is not None and runner.shared.why is not None:
            if not blind.exists():
                blind.write_text((last or now).isoformat(), "utf-8")
            return
        if blind.exists():
            last = min(last or now, _moment(blind.read_text("utf-8")) or now)
        if last is not None and now - last > AWAY:
            remember(runner.ledger, Outage(last, now))
        blind.unlink(missing_ok=True)


def last_look(runner: Runner) -> datetime | None:
    """When any runner that this ledger knows looked last; idle looks of this machine count."""
    ticks = [tick.at for tick in runner.ledger.ticks()]
    with suppress(OSError):
        ticks.append(datetime.fromtimestamp((runner.calendar.state / "tick").stat().st_mtime, UTC))
    now = runner.clock.now()
    return max((at for at in ticks if at <= now), default=None)


def outages_of(runner: Runner, now: datetime) -> tuple[Outage, ...]:
    """The outages that still matter, the last one last."""
    counts = COUNTS.get(runner.calendar.after_outage, timedelta())
    return tuple(one for one in outages(runner.ledger) if one.since < one.until <= now < one.until + counts)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except ValueError:
        return None
