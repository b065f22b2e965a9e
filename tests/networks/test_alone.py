"""A network is imported when a channel names it, and none beside it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from smm_cli.networks import built_in

ASKED = """
import sys
from smm_cli.networks import load
load({name!r})
print("\\n".join(name.removeprefix("smm_cli.networks.") for name in sys.modules if name.startswith("smm_cli.networks.")))
"""
SHARED = frozenset({"base", "fault", "check"})


@pytest.mark.parametrize("network", built_in())
def test_to_load_one_network_imports_no_other(network):
    ran = subprocess.run([sys.executable, "-c", ASKED.format(name=network)], capture_output=True, text=True, check=True)
    own = network.replace("-", "_")
    found = {line.partition(".")[0] for line in ran.stdout.split()}
    assert {name for name in found if not name.startswith("_")} - SHARED == {own}


@pytest.mark.parametrize("network", [name for name in built_in() if name != "site"])
def test_to_load_one_network_imports_nothing_heavy(network):
    asked = f"import sys\nfrom smm_cli.networks import load\nload({network!r})\nprint(' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not {"pydantic", "httpx2", "typer", "jinja2", "authlib", "PIL"} & set(ran.stdout.split())
