"""What a command costs, and figures that are judged against a budget."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START = Path(__file__).parent / "_start.py"


class Failed(Exception):
    """A benchmark could not be run."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU (user and system, children included) and of wall time; peak memory in bytes."""

    cpu: float
    wall: float
    memory: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `budget` is the most (or, with `at_least`, the least) that `ratio` may be; None: told, not judged."""

    what: str
    ours: str
    theirs: str
    ratio: float
    budget: float | None = None
    at_least: bool = False
    unit: str = "x"

    @property
    def holds(self) -> bool:
        if self.budget is None:
            return True
        return self.ratio >= self.budget if self.at_least else self.ratio <= self.budget


def environment(**more: str) -> dict[str, str]:
    """The environment of a person's shell, without what would slow Python down or change it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SMM_", "COVERAGE"))}
    return {**kept, **more}


def cost_of(command: Sequence[str | Path], where: Path, env: Mapping[str, str], code: int = 0) -> Cost:
    """Run a command to its end. Raises Failed, with what it said, where it does not end with `code`."""
    with tempfile.NamedTemporaryFile() as output:
        line = [sys.executable, "-I", "-S", str(START), output.name, *map(str, command)]
        told = json.loads(subprocess.run(line, cwd=where, env=dict(env), check=True, capture_output=True, text=True).stdout)
        if told["code"] != code:
            said = Path(output.name).read_text("utf-8", "replace")[-2000:]
            raise Failed(f"{' '.join(map(str, command))} ended with {told['code']}\n{said}")
    return Cost(told["user"] + told["system"], told["wall"], told["memory"])


def in_turn(runs: int, *acts: Callable[[], Cost]) -> list[Cost]:
    """Each act `runs` times, taking turns, so that a busy moment meets all alike; the least of each."""
    found: list[list[Cost]] = [[] for _ in acts]
    for _ in range(runs):
        for costs, act in zip(found, acts, strict=True):
            costs.append(act())
    return [Cost(min(c.cpu for c in costs), min(c.wall for c in costs), min(c.memory for c in costs)) for costs in found]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def compared(what: str, ours: float, theirs: float, budget: float | None, say: Callable[[float], str] = ms) -> Figure:
    """Ours beside theirs, less is better."""
    return Figure(what, say(ours), say(theirs), ours / theirs, budget)
