"""`smm …` by a clock that is as many seconds ahead as the file $SMM_AHEAD says at each moment."""

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


class Ahead(SystemClock):
    """The clock of this machine, so many seconds ahead."""

    def now(self):
        return super().now() + timedelta(seconds=float(Path(os.environ["SMM_AHEAD"]).read_text() or 0))


def main() -> int:
    try:
        return publish(Session(sys.argv[2], Ahead()))
    except SmmError as error:
        output.show_error(error)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
