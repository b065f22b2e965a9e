"""The tutorial, run as it stands: each console block in one temporary folder, one after the other, as a person would.

Lines that begin with `$ ` are run; the lines below must come in the output, in this order. `…` stands for anything, and a line that is
`…` alone for any number of lines. Before a block, `<!-- write: path -->` puts the fenced text that follows into a file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"(?:<!-- write: (?P<path>\S+) -->\n\n?)?^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(tmp_path):
    """A person's shell: bash in an empty folder, smm on the PATH, git knows who she is."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Mira\n\temail = mira@tailwind.example\n[init]\n\tdefaultBranch = main\n")
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "TZ": "Europe/Berlin",
        "LANG": "C.UTF-8",
        "COLUMNS": "160",
    }
    return Shell(tmp_path, env)


class Shell:
    """Remembers the folder from one line to the next."""

    def __init__(self, place, env):
        self.place, self.env = place, env

    def run(self, line):
        """What a line prints, on both streams; and its exit code."""
        done = subprocess.run(
            ["bash", "-c", f'{line}\ncode=$?\npwd > "$HOME/.place"\nexit $code'],
            cwd=self.place,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.place = Path((Path(self.env["HOME"]) / ".place").read_text().strip())
        return done.stdout, done.returncode


def _commands(text):
    """Each line to run, with the lines that it must print."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def _missing(expected, output):
    """The first expected line that does not come, or None."""
    lines = iter(" ".join(line.split()) for line in output.splitlines())
    for wanted in expected:
        if wanted.strip() == "…":
            continue
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in wanted.split("…"))
        if not any(re.search(pattern, line) for line in lines):
            return wanted
    return None


def test_the_tutorial_runs_as_it_is_written(shell, root):
    ran = 0
    for block in BLOCK.finditer((root / "docs/tutorial.md").read_text("utf-8")):
        if block["path"]:
            (shell.place / block["path"]).write_text(block["text"], "utf-8")
        elif block["kind"] == "console":
            for line, expected in _commands(block["text"]):
                output, code = shell.run(line)
                assert code == 0, f"$ {line}\n{output}"
                assert _missing(expected, output) is None, f"$ {line}\nexpected: {_missing(expected, output)}\n{output}"
                ran += 1
    assert ran >= 10
    assert (shell.place / "public" / "index.html").exists()
    assert list((shell.place / "receipts").rglob("*.toml"))


def test_a_line_that_does_not_come_would_be_found():
    assert _missing(["one", "…", "three 3"], "zero one\ntwo\nthree  3") is None
    assert _missing(["three", "one"], "one\nthree") == "one"
    assert _missing(["at … CET"], "at 9:00 CET") is None
    assert _missing(["at … CET"], "at 9:00 UTC") == "at … CET"
