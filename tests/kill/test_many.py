"""Eight runners at once, each killed five times, whatever they share cut off for a while: each delivery once, or unknown; none lost."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _many():
    spec = importlib.util.spec_from_file_location("smm_test_many", HERE / "many.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MANY = _many()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("kind", "deliveries"), [("sqlite", 80), ("git", 24), ("postgresql", 80)])
def test_eight_runners_that_are_killed_again_and_again_send_each_delivery_once(kind, deliveries, tmp_path):
    if kind == "postgresql" and MANY.cluster_module().programs() is None:
        pytest.skip("PostgreSQL is not installed")
    parent = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else tmp_path
    ended, kills, _ = MANY.once(kind, "test", deliveries, MANY.free_ports(40), parent)
    assert sum(ended.values()) == deliveries
    assert set(ended) <= {"published", "unknown"}
    assert kills >= 20
