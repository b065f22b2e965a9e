"""The start of what is measured: each process says on its standard output that it is ready, and waits for a line on its standard input."""

from __future__ import annotations

import sys


def wait_for_the_other() -> None:
    """Until whoever measures has heard of all."""
    if not sys.stdin.isatty():
        print("ready", flush=True)
        sys.stdin.readline()
