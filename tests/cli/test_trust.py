"""smm trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smm_cli.accounts.trust import is_trusted
from smm_cli.cli.start import run

CONFIG = """[calendar]
name = "t"
[networks.mastodon]
secret = "command:pass show shared"
[channels.main]
network = "mastodon"
server = "https://m.example"
secret = "command:pass show smm"
[channels.blog]
network = "site"
address = "https://t.example"
"""
OWN, SHARED = "pass show smm", "pass show shared"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / "channels.toml").write_text(CONFIG)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


def test_only_what_was_allowed_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", OWN, "--yes"]) == 0
    assert is_trusted(root, OWN) and not is_trusted(root, SHARED)
    assert OWN in capsys.readouterr().err


def test_without_a_terminal_nothing_is_trusted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust"]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert not is_trusted(root, OWN) and not is_trusted(root, SHARED)


def test_all_commands_of_the_calendar_are_shown_with_their_users(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", SHARED, "--yes"]) == 0
    capsys.readouterr()
    assert run(["trust", "--list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"command": OWN, "used_by": ["main"], "trusted": False},
        {"command": SHARED, "used_by": ["all of mastodon"], "trusted": True},
    ]


def test_a_command_that_the_calendar_does_not_name_cannot_be_trusted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "pass show sm", "--yes"]) == 2
    assert f"did you mean {OWN}?" in capsys.readouterr().err
    assert not is_trusted(root, "pass show sm")


def test_trust_is_taken_back(root: Path) -> None:
    assert run(["trust", "--yes"]) == 0
    assert run(["trust", OWN, "--revoke"]) == 0
    assert not is_trusted(root, OWN) and is_trusted(root, SHARED)
    assert run(["trust", "--revoke"]) == 0
    assert not is_trusted(root, SHARED)
    assert run(["trust", "--revoke"]) == 2


def test_a_dry_run_trusts_nothing(root: Path) -> None:
    assert run(["trust", "--dry-run"]) == 0
    assert not is_trusted(root, OWN)


def test_the_program_that_brings_pictures_to_an_address_can_be_trusted_too(root: Path) -> None:
    put, key = "scripts/put-picture", "pass show bucket"
    (root / "channels.toml").write_text(
        CONFIG + f'[media]\nhost = "command: {put}"\nsecret = {{ key = "command:{key}", secret = "env:B" }}\n'
    )
    assert run(["trust", "--yes"]) == 0
    assert is_trusted(root, put) and is_trusted(root, key)


def test_a_command_of_the_machine_s_own_file_can_be_trusted_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = root.parent / "config" / "smm" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[alerts]\nto = ["command:pass show phone"]\n[networks.x]\nsecret = { client_id = "command:pass show x" }\n')
    own.chmod(0o600)
    assert run(["trust", "pass show phone", "--yes"]) == 0
    capsys.readouterr()
    assert run(["trust", "--list", "--json"]) == 0
    shown = {one["command"]: (one["used_by"], one["trusted"]) for one in json.loads(capsys.readouterr().out)}
    assert shown["pass show phone"] == (["this machine's file"], True)
    assert shown["pass show x"] == (["this machine's file"], False)
