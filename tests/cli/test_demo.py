"""`make demo` is the first thing that anybody tries: its commands, on a repository that holds all that this one does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).parent.parent.parent
LEFT = shutil.ignore_patterns(
    ".git", ".venv", ".tools", ".smm", "public", "receipts", "build", "__pycache__", ".*_cache", "*.egg-info", ".hypothesis"
)


@pytest.fixture
def clone(tmp_path):
    shutil.copytree(TREE, tmp_path / "smm", ignore=LEFT, symlinks=True)
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "all of it"]):
        subprocess.run(["git", "-C", str(tmp_path / "smm"), *words], check=True)
    return tmp_path / "smm"


def test_every_command_of_make_demo_ends_well(clone):
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", (clone / "Makefile").read_text(), re.MULTILINE)[1]
    commands = re.findall(r";\s+\$\(SMM\) (.*)", recipe)
    assert [command.split()[0] for command in commands] == ["check", "plan", "publish", "rehearse"]
    for command in commands:
        done = subprocess.run([sys.executable, "-m", "smm_cli", *command.split()], cwd=clone, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (clone / "public" / "index.html").exists()
