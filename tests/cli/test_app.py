"""The tree of commands."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from smm_cli.cli.app import COMMANDS
from smm_cli.cli.start import run


def test_help_imports_no_command() -> None:
    code = (
        "import sys; from smm_cli.cli.start import run; run(['--help']); from smm_cli.cli.app import COMMANDS\n"
        "print([name for name, _ in COMMANDS.values() if f'smm_cli.cli.{name}' in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chanel", "list"]) == 2
    assert "did you mean channel?" in capsys.readouterr().err
    assert run(["channel", "lst"]) == 2
    assert "'list'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["channel", "network", "runner", "init", "trust", "doctor", "run"])
def test_help_of_a_command_ends_with_an_example_and_offers_no_completion(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"smm_cli.cli.{COMMANDS[name][0]}")
    commands = [info.name or info.callback.__name__ for info in module.app.registered_commands]
    calls = [[name, command] for command in commands] if len(commands) > 1 else [[name]]
    for call in calls:
        assert run([*call, "--help"]) == 0
        told = capsys.readouterr().out
        assert "Example: smm" in told and "--install-completion" not in told
