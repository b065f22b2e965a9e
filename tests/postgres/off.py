"""`off.py SECONDS DIR`: smm publish on a machine whose clock is so many seconds off, and does not know it."""

from __future__ import annotations

import sys
from datetime import timedelta

from smm_cli.cli import output
from smm_cli.cli.publishing import publish
from smm_cli.cli.session import Session
from smm_cli.clock import SystemClock
from smm_cli.errors import SmmError


class Off(SystemClock):
    """The clock of this machine, so many seconds off."""

    def now(self):
        return super().now() + timedelta(seconds=float(sys.argv[1]))


def main() -> int:
    try:
        return publish(Session(sys.argv[2], Off()))
    except SmmError as error:
        output.show_error(error)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
