"""The report of a bug: version, command, traceback; secrets masked."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from smm_cli import __version__
from smm_cli.accounts.masks import masked


def write_report(error: BaseException, arguments: Sequence[str]) -> Path:
    """Write the report to a private file of its own in the folder for temporary files; its path."""
    trace = "".join(traceback.format_exception(error))
    text = "\n".join(
        (
            f"smm {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: smm {' '.join(arguments)}",
            "",
            trace,
        )
    )
    descriptor, name = tempfile.mkstemp(prefix="smm-report-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(masked(text))
    if os.environ.get("SMM_TRACE"):
        sys.stderr.write(masked(trace))
    return Path(name)
