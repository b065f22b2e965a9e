"""`smm …` by a clock that is as many seconds ahead as the file $SMM_AHEAD says at each moment. It touches $SMM_STARTED before it begins."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from smm_cli.cli import output
from smm_cli.cli.publishing import publish
from smm_cli.cli.session import Session
from smm_cli.clock import SystemClock
from smm_cli.errors import SmmError


class Ahead:
    """The clock of this machine, so many seconds ahead. No SystemClock: a database leaves the time to it."""

    def __init__(self):
        self._own = SystemClock()

    def now(self):
        return self._own.now() + timedelta(seconds=float(Path(os.environ["SMM_AHEAD"]).read_text()))

    def elapsed(self):
        return self._own.elapsed()

    async def sleep(self, seconds):
        await self._own.sleep(seconds)


def main() -> int:
    Path(os.environ["SMM_STARTED"]).touch()
    try:
        return publish(Session(sys.argv[2], Ahead()))
    except SmmError as error:
        output.show_error(error)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
