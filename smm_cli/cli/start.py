"""Where the command line begins: the quick forms without typer, the rest with it; and where every error ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from smm_cli.errors import SmmError


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code. Never raises, never shows a traceback for a person's mistake."""
    from smm_cli.cli import output

    gc.set_threshold(100_000, 50, 50)  # a short life: looking for rubbish costs more than the rubbish
    try:
        code = _run(list(arguments))
        sys.stdout.flush()  # a closed pipe shows here, not when Python ends
        return code
    except SmmError as error:
        output.show_error(error)
        if error.exit_code == 1 and error.__cause__ is not None:
            _report(error.__cause__, arguments)
        return error.exit_code
    except KeyboardInterrupt:
        output.tell("\nInterrupted. What was begun is in the ledger; the next run goes on with it.")
        return 130
    except BrokenPipeError:
        _let_go_of_stdout()
        return 0
    except Exception as error:
        _report(error, arguments)
        return 1


def _run(arguments: list[str]) -> int:
    from smm_cli.cli.quick import parse_quick

    quick = parse_quick(arguments)
    if quick is not None:
        return quick()
    from smm_cli.cli.app import call

    return call(arguments)


def _let_go_of_stdout() -> None:
    """Nobody reads any more (`smm plan | head`): what is left to be written goes nowhere, silently."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - lives as long as the process


def _report(error: BaseException, arguments: Sequence[str]) -> None:
    """A bug in smm: a report file with everything a maintainer needs, secrets masked."""
    from smm_cli.cli import output
    from smm_cli.cli.report import write_report

    path = write_report(error, arguments)
    output.tell(f"smm failed; this is a bug, not your mistake: {type(error).__name__}")
    output.tell(f"  A report is in {path}. Please send it; secrets in it are masked.")
