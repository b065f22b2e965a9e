"""`smm publish` by a clock that is ahead: `python ahead.py CALENDAR SECONDS [TICKS]`; each further tick is 400 s later."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from smm_cli.clock import SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick

STEP = 400.0


class Ahead(SystemClock):
    """The clock of this machine, so many seconds ahead."""

    def __init__(self, seconds):
        self.seconds = seconds

    def now(self):
        return super().now() + timedelta(seconds=self.seconds)


def run(root, seconds):
    with open_runner(Path(root), Ahead(seconds)) as runner:
        return asyncio.run(tick(runner))


if __name__ == "__main__":
    root, seconds = sys.argv[1], float(sys.argv[2])
    for n in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        ahead = seconds + n * STEP
        (Path(root) / "ahead").write_text(str(ahead))
        run(root, ahead)
