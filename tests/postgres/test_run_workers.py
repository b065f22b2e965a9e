"""smm run --workers: what it refuses, and a crew whose processes are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smm_cli.cli.start import run
from tests.postgres.conftest import Server

HEAD = '[calendar]\nname = "plain"\ntimezone = "UTC"\npublish_from = "worktree"\n'


@pytest.fixture
def slow(tmp_path):
    """A server that takes a second to answer."""
    (tmp_path / "slow").mkdir()
    made = Server(tmp_path / "slow", 1.0)
    yield made
    made.end()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--calendar", "acme"], 2, "say --ledger URL"),
        (["--ledger", "env:SMM_LEDGER"], 2, "say --calendar NAME"),
        (["--ledger", "env:SMM_NO_SUCH", "--calendar", "acme"], 3, "SMM_NO_SUCH is not set"),
        (["--ledger", "mysql://x", "--calendar", "acme"], 3, "neither an address"),
        (["--ledger", "env:SMM_LEDGER", "--calendar", "Ac me"], 2, "no calendar's name"),
        (["--workers", "2", "--ledger", "postgresql://postgres@127.0.0.1:1/x", "--calendar", "acme"], 7, "cannot be reached"),
    ],
)
def test_what_cannot_begin_is_said_and_ends(words, code, said, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("SMM_NO_SUCH", raising=False)
    assert run(["run", *words]) == code
    assert said in capsys.readouterr().err


def test_a_place_for_workers_that_cannot_be_made_is_told(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("SMM_LEDGER", "postgresql://postgres@127.0.0.1:1/x")
    assert run(["run", "--ledger", "env:SMM_LEDGER", "--calendar", "acme"]) == 3
    assert "XDG_STATE_HOME" in capsys.readouterr().err


def test_a_ledger_in_a_file_has_no_workers(tmp_path, capsys):
    (tmp_path / "channels.toml").write_text(HEAD)
    assert run(["-C", str(tmp_path), "run", "--workers", "2"]) == 2
    assert "[ledger] url" in capsys.readouterr().err


def test_a_crew_in_a_checkout_syncs_writes_receipts_and_starts_a_worker_anew(calendar, crew, server, until):
    acme = calendar()
    acme.post("first")
    command = [sys.executable, "-m", "smm_cli", "-C", str(acme.root), "run", "--workers", "2", "--every", "1s"]
    with (crew.folder / "said-99").open("wb") as said:
        process = subprocess.Popen(command, env=crew.env, stdout=said, stderr=said)
    crew.running.append(process)
    until(lambda: len(server.texts()) == 2)
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    acme.post("second")
    until(lambda: len(server.texts()) == 4)
    until(lambda: len(list((acme.root / "receipts").rglob("*.toml"))) == 4)
    children = _children(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(_alive(child) for child in children))


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_crew_whose_every_process_is_told_to_end_finishes_what_it_sends(calendar, crew, slow, until, cluster, database, told):
    acme = calendar(accounts=("one",))
    acme.server = slow
    acme.settings()
    acme.post("first")
    crew.smm("ledger", "sync", calendar=acme)
    command = [sys.executable, "-m", "smm_cli", "-C", str(acme.root), "run", "--workers", "2"]
    with (crew.folder / "said-99").open("wb") as said:
        process = subprocess.Popen(command, env=crew.env, stdout=said, stderr=said, start_new_session=True)
    crew.running.append(process)
    until(lambda: cluster.ask("SELECT 1 FROM smm.part WHERE intent <> ''", database))
    os.killpg(process.pid, told)  # as a terminal does for Ctrl-C, and systemd for stop
    assert process.wait(30) == 0, crew.said()
    assert acme.states() == {"first@one": "published"}


def _children(pid):
    said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(word) for word in said]


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
