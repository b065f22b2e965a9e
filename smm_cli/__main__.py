"""The start: the idle cron run leaves through the door, everything else goes on to the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Run smm with the arguments of this process; the exit code."""
    arguments = sys.argv[1:]
    if "publish" in arguments[:3]:
        from smm_cli.door import nothing_to_do

        if nothing_to_do(arguments):
            return 0
    from smm_cli.cli.start import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
