"""The same input gives the same requests: in two processes with different hash seeds, and as they were when last looked at."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KEPT = HERE / "gallery.json"


def _gallery():
    spec = importlib.util.spec_from_file_location("smm_test_gallery", HERE / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def calendar(tmp_path_factory):
    root = tmp_path_factory.mktemp("gallery") / "calendar"
    _gallery().set_up(root)
    return root


def told(calendar, seed):
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent.parent)}
    ran = subprocess.run([sys.executable, str(HERE / "gallery.py"), str(calendar)], env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def first(calendar):
    return told(calendar, "1")


def test_two_processes_with_different_hash_seeds_ask_the_same(calendar, first):
    assert told(calendar, "4242") == first


def test_every_network_and_post_is_in_the_gallery(first):
    assert len(first) == 12
    networks = set().union(*first.values())
    assert {"mastodon", "bluesky", "webhook", "site", "xing"} <= networks
    assert all(set(by) == networks for by in first.values())
    assert sum(bool(told) for by in first.values() for told in by.values()) >= 44


def test_the_requests_are_as_they_were_when_last_looked_at(first):
    """SMM_GALLERY=write renews the file; look at the difference before you commit it."""
    if os.environ.get("SMM_GALLERY") == "write":
        KEPT.write_text(json.dumps(first, ensure_ascii=False, sort_keys=True, indent=1) + "\n", "utf-8")
    kept = json.loads(KEPT.read_text("utf-8"))
    for post, networks in kept.items():
        for network, asked in networks.items():
            assert first[post].get(network) == asked, f"{post} on {network}"
    assert set(kept) == set(first)
