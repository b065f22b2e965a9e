"""smm check --watch: again after each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.source import WorkTree
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.errors import SmmError

SECONDS = 1.0


def watch_calendar(session: Session, act: Callable[[], int]) -> int:
    """Run `act` now and whenever a file of the calendar is another, until interrupted; then the last exit code."""
    code, seen = 0, None
    try:
        while True:
            now = _marks(session)
            if now != seen:
                if seen is not None:
                    output.tell("")
                try:
                    code = act()
                except SmmError as error:  # a person mends it, and watching goes on
                    output.show_error(error)
                    code = error.exit_code
                seen = now
                output.tell("Watching. Ctrl+C ends it.")
            asyncio.run(session.clock.sleep(SECONDS))
    except KeyboardInterrupt:
        return code


def _marks(session: Session) -> frozenset[tuple[str, int, int]]:
    """What is looked at, told by path, time and size: channels.toml, the posts and what lies beside them."""
    root = session.root
    folders = ["posts", "receipts"]
    with suppress(SmmError):
        folders[0] = load_calendar(root).posts
    config = (root / "channels.toml").stat()
    found = {("channels.toml", config.st_mtime_ns, config.st_size)}
    for folder in folders:
        for path, entry in WorkTree(root).entries(folder):
            with suppress(FileNotFoundError):
                stat = entry.stat(follow_symlinks=False)
                found.add((path, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)
