"""A stretch of time in which no runner looked at a calendar."""

from __future__ import annotations

from datetime import datetime

from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Outage:
    """Nobody looked after `since`, until `until` (both aware)."""

    since: datetime
    until: datetime

    def covers(self, due: datetime) -> bool:
        """Whether what was due then fell due while nobody looked."""
        return self.since < due < self.until
