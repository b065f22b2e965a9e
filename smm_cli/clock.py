"""The only reader of the clock. Everything else takes `now` or a Clock as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""

    def elapsed(self) -> float:
        """Seconds since some moment, counted on while the machine sleeps, never set back."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        boot = getattr(time, "CLOCK_BOOTTIME", None)
        return time.clock_gettime(boot) if boot is not None else time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(seconds)


class SetClock:
    """A clock that stands where it is set; sleeping moves it (rehearsal, tests)."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return 0.0

    def set(self, moment: datetime) -> None:
        """Move to `moment`, never backwards."""
        self._now = max(self._now, moment)

    async def sleep(self, seconds: float) -> None:
        import asyncio

        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class ShiftedClock:
    """A clock set right by another that is trusted more: `shift` is what the trusted one is ahead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.shift = timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self.shift

    def set_right(self, trusted: datetime) -> None:
        """It is `trusted` now."""
        self.shift = trusted - self._clock.now()

    def elapsed(self) -> float:
        return self._clock.elapsed()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
