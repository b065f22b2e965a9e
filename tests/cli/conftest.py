"""What several tests of commands use."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crontab program of its own, which keeps its table in a file, as cron's does."""
    table, folder = tmp_path / "table", tmp_path / "bin"
    folder.mkdir()
    program = folder / "crontab"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then [ -f {table} ] && cat {table} || {{ echo "no crontab" >&2; exit 1; }}\nelse cat > {table}; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return table
