"""What a command works on: the calendar it was started in, and the clock."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from smm_cli.calendar.model import Calendar
from smm_cli.clock import Clock, SystemClock
from smm_cli.delivery.runner import Runner, open_runner
from smm_cli.door import find_root
from smm_cli.errors import ConfigError


@dataclass
class Session:
    """One call of smm. `place` is what -C or SMM_CALENDAR said, or the current folder."""

    place: str = ""
    clock: Clock = field(default_factory=SystemClock)

    @property
    def root(self) -> Path:
        """The folder with channels.toml. Raises ConfigError where there is none."""
        place = self.place or os.environ.get("SMM_CALENDAR") or str(Path.cwd())
        found = find_root(place)
        if found is None:
            hint = "smm init makes one; smm -C DIR … names another"
            raise ConfigError(f"there is no calendar in {place} or above it", hint=hint, slug="no-calendar")
        return Path(found)

    def calendar(self) -> Calendar:
        """What channels.toml of the work tree says. Raises ConfigError."""
        from smm_cli.calendar.cached import load_calendar

        return load_calendar(self.root)

    def runner(self, through: Collection[str] = ()) -> Runner:
        """Everything for looking at, and sending, deliveries of the published calendar; posts of `through` in spite of a pause.

        Raises ConfigError, LedgerError.
        """
        return open_runner(self.root, self.clock, through)
