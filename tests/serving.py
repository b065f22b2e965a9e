"""A sandbox that answers while a test runs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from smm_cli.sandbox.server import Sandbox


@contextmanager
def serving(*networks: str) -> Iterator[Sandbox]:
    """The fakes of `networks` (all, where none is named), on loopback, in a thread of their own."""
    with Sandbox(networks=networks) if networks else Sandbox() as made:
        thread = threading.Thread(target=lambda: asyncio.run(made.serve()))
        thread.start()
        while not made.ready:
            time.sleep(0.01)
        try:
            yield made
        finally:
            made.end()
            thread.join(10)
        assert not thread.is_alive()
