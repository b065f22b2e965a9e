"""The same input gives the same requests: in two processes with different hash seeds, and as they were when last looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smm_cli.networks import built_in, load
from smm_cli.sandbox.world import fakes

HERE = Path(__file__).parent
KEPT = HERE / "gallery"
NETWORKS = tuple(name for name in built_in() if name in fakes() or name == "site" or load(name).handoff)


def told(folder, seed, network):
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, str(HERE / "gallery.py"), str(folder), network]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)[network]


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_sent_is_the_same_in_every_process_and_as_when_last_looked_at(tmp_path, network):
    """SMM_GALLERY=write renews the network's file; look at the difference before you commit it."""
    first = told(tmp_path, "1", network)
    assert told(tmp_path, "4242", network) == first
    file = KEPT / f"{network}.json"
    if os.environ.get("SMM_GALLERY") == "write":
        KEPT.mkdir(exist_ok=True)
        file.write_text(json.dumps(first, ensure_ascii=False, sort_keys=True, indent=1) + "\n", "utf-8")
    assert first == json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("network", [name for name in NETWORKS if not load(name).handoff])
def test_most_kinds_of_post_go_out(network):
    states = json.loads((KEPT / f"{network}.json").read_text("utf-8"))["states"]
    assert list(states.values()).count("published") >= len(states) - 5, states


def test_every_network_that_has_a_fake_or_a_person_is_in_the_gallery():
    assert {file.stem for file in KEPT.glob("*.json")} == set(NETWORKS)
