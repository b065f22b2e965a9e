"""`smm publish` with nothing due: what cron starts every minute."""

from __future__ import annotations

from pathlib import Path

from benchmarks import calendars
from benchmarks.measure import Figure, compared, cost_of, environment, in_turn
from benchmarks.places import python, smm


def figures(runs: int) -> list[Figure]:
    """By published ref with 10,000 and 100,000 posts, and as a work tree with 10,000, each beside `python -c pass`."""
    return [
        *_one("idle publish, 10,000 posts by ref", calendars.in_git(10_000), runs, 3.0),
        *_one("idle publish, 100,000 posts by ref", calendars.in_git(100_000), runs, 3.0),
        *_one("idle publish, 10,000 posts in a work tree", calendars.in_files("idle", 10_000), runs, 10.0),
    ]


def _one(what: str, root: Path, runs: int, budget: float) -> list[Figure]:
    env = environment()
    publish = lambda: cost_of([smm(), "publish"], root, env)  # noqa: E731
    publish()  # reads every post, and leaves word for the door
    publish()
    idle, bare = in_turn(max(runs, 5) * 3, publish, lambda: cost_of([python(), "-c", "pass"], root, env))
    return [compared(f"{what}: CPU", idle.cpu, bare.cpu, budget), compared(f"{what}: wall", idle.wall, bare.wall, None)]
