"""How far this machine's clock is from the clocks of the servers that it talks to: learned from their answers, kept for other processes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from smm_cli.clock import Clock, SystemClock
from smm_cli.words.frozen import dataclass

FILE = "clock.json"
FAST = timedelta(seconds=60)
"""A clock that is ahead by more than this sends nothing before its true time."""
KNOWN, AGAIN = 3600.0, 600.0
"""Seconds that what was learned is good for where all is well, and where something is held for it."""
LATEST = 60.0
"""Seconds in which one host is not read again."""
LATEST_JUDGED = 1.0
"""Seconds for which a clock that was found right is not judged again."""
OLDEST = 86_400.0
BOOT = Path("/proc/sys/kernel/random/boot_id")
LOCAL = ("localhost", "127.", "::1", "[::1]")
"""Hosts on this machine: they go by the clock that is in question."""


class Place(Protocol):
    """Whose clock it is: a calendar, as far as it is needed here."""

    @property
    def state(self) -> Path: ...
    @property
    def scratch(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What one answer told: this clock was at least `least` and at most `most` seconds ahead, at `wall` (epoch) and `elapsed`."""

    least: float
    most: float
    wall: float
    elapsed: float

    def drifted(self, wall: float, elapsed: float) -> float:
        """Seconds that the clock was set forward since: what it shows more than has passed."""
        return (wall - self.wall) - (elapsed - self.elapsed)


class Skew:
    """What one calendar's runners on this machine know, in `.smm/clock.json`. Nothing where another clock than the system's counts."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self.clock = clock
        self.path = place.state / FILE
        self.real = isinstance(clock, SystemClock) and place.scratch is None
        self._read_at: dict[str, float] = {}
        self._boot = ""
        self._text: Any = {}
        self._stamp = 0
        self._right_at = -LATEST

    # -- learning -------------------------------------------------------------------------------------------------------------

    def begins(self) -> tuple[float, float]:
        """What to give `note` when the answer is there: taken before the request leaves."""
        return (self.clock.now().timestamp(), self.clock.elapsed()) if self.real else (0.0, 0.0)

    def note(self, host: str, headers: Mapping[str, str], begun: tuple[float, float]) -> None:
        """Learn from the `Date` of an answer of `host`; one from a cache tells nothing, and none troubles the sending."""
        now = self.clock.elapsed() if self.real else 0.0
        if not self.real or now - self._read_at.get(host, -LATEST) < LATEST or headers.get("age", "0").strip() != "0":
            return
        date = _date(headers.get("date", ""))
        if date is None:
            return
        self._read_at[host], self._right_at = now, -LATEST
        # Whole seconds: the server wrote it between `date` and a second later, and we were somewhere between asking and hearing.
        wall = begun[0] + (now - begun[1])
        seen = Seen(begun[0] - date - 1.0, wall - date, wall, now)
        with suppress(OSError):
            self._keep({host: seen})

    def _keep(self, more: Mapping[str, Seen]) -> None:
        wall, elapsed = self.clock.now().timestamp(), self.clock.elapsed()
        hosts = {host: seen for host, seen in self.seen().items() if elapsed - seen.elapsed < OLDEST}
        told = {name: [one.least, one.most, one.wall, one.elapsed] for name, one in {**hosts, **more}.items()}
        said = {"boot": self.boot, "mark": [wall, elapsed], "hosts": told}
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f".{FILE}.{os.getpid()}")
        new.write_text(json.dumps(said), "utf-8")
        new.replace(self.path)

    def mark(self) -> None:
        """Remember how the clock stands, so that a later process can tell that it was set."""
        if self.real:
            with suppress(OSError):
                self._keep({})

    # -- knowing --------------------------------------------------------------------------------------------------------------

    @property
    def boot(self) -> str:
        """Since when the machine's seconds count: another start of it, another count."""
        if not self._boot:
            with suppress(OSError):
                self._boot = BOOT.read_text("ascii").strip()
            self._boot = self._boot or "unknown"
        return self._boot

    def _said(self) -> Mapping[str, Any]:
        """What the file says, if it is of this start of the machine; a damaged one says nothing."""
        if not self.real:
            return {}
        try:
            stamp = self.path.stat().st_mtime_ns
            if stamp != self._stamp:
                self._text, self._stamp = json.loads(self.path.read_text("utf-8")), stamp
            said = self._text
            return said if said["boot"] == self.boot and said["mark"][1] <= self.clock.elapsed() else {}
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return {}

    def seen(self) -> dict[str, Seen]:
        """By host, what its last answer told, brought to the clock of this moment."""
        wall, elapsed = self.clock.now().timestamp(), self.clock.elapsed()
        found: dict[str, Seen] = {}
        with suppress(ValueError, TypeError, AttributeError):
            for host, told in self._said().get("hosts", {}).items():
                one = Seen(*map(float, told))
                if 0 <= elapsed - one.elapsed < OLDEST:
                    by = one.drifted(wall, elapsed)
                    found[str(host)] = Seen(one.least + by, one.most + by, wall - (elapsed - one.elapsed), one.elapsed)
        return found

    def judges(self) -> list[Seen]:
        """The answers that count: those from elsewhere, and only where there are none those of this machine itself."""
        seen = self.seen()
        return [one for host, one in seen.items() if not host.startswith(LOCAL)] or list(seen.values())

    def ahead(self) -> timedelta:
        """How far this clock is ahead of every server that was heard, at most; nought where it is not surely more than a minute."""
        judges = self.judges()
        if min((one.least for one in judges), default=0.0) <= FAST.total_seconds():
            return timedelta()
        return timedelta(seconds=min(one.most for one in judges))

    def behind(self) -> timedelta:
        """How far it is surely behind them all; nought below a minute."""
        least = timedelta(seconds=min((-one.most for one in self.judges()), default=0.0))
        return least if least > FAST else timedelta()

    def is_fresh(self, seconds: float) -> bool:
        """Whether something was learned within so many seconds."""
        elapsed = self.clock.elapsed()
        return any(elapsed - one.elapsed < seconds for one in self.judges())

    def was_set(self) -> bool:
        """Whether the clock jumped by more than a minute since smm last marked it, or nobody can tell (the machine started anew)."""
        said = self._said()
        if not said:
            return True
        wall, elapsed = said["mark"]
        return bool(abs((self.clock.now().timestamp() - wall) - (self.clock.elapsed() - elapsed)) > FAST.total_seconds())

    def early(self, at: datetime | None) -> datetime | None:
        """When, by this clock, the moment `at` truly comes, if it has not; else None."""
        if at is None or not self.real:
            return None
        elapsed = self.clock.elapsed()
        if elapsed - self._right_at < LATEST_JUDGED:
            return None
        ahead = self.ahead()
        if not ahead:
            self._right_at = elapsed
        return at + ahead if ahead and self.clock.now() < at + ahead else None


def _date(text: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None
