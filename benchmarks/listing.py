"""`smm queue list --json` over 10,000 posts beside `hugo list future` on the same files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from benchmarks import calendars
from benchmarks.measure import Cost, Failed, Figure, compared, cost_of, environment, in_turn, mb
from benchmarks.places import hugo, smm

POSTS = 10_000
CONFIG = 'baseURL = "https://tailwind.example"\ncontentDir = "posts"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n'


def figures(runs: int) -> list[Figure]:
    """Warm: the index knows every file. Cold: there is no index; every file is read, as Hugo does each time."""
    root = calendars.in_files("listing", POSTS)
    (root / "hugo.toml").write_text(CONFIG, "utf-8")
    env = environment()
    _same(root, env)
    ours = lambda: cost_of([smm(), "queue", "list", "--json"], root, env)  # noqa: E731

    def cold() -> Cost:
        shutil.rmtree(root / ".smm")
        return ours()

    first, theirs = in_turn(max(2, runs // 2), cold, lambda: cost_of([hugo(), "list", "future"], root, env))
    ours()
    warm, again = in_turn(runs, ours, lambda: cost_of([hugo(), "list", "future"], root, env))
    theirs = Cost(min(theirs.cpu, again.cpu), min(theirs.wall, again.wall), min(theirs.memory, again.memory))
    return [
        compared("queue list, 10,000 posts, warm: CPU, hugo", warm.cpu, theirs.cpu, 1 / 5),
        compared("queue list, 10,000 posts, warm: memory, hugo", warm.memory, theirs.memory, 1 / 3, lambda size: mb(int(size))),
        compared("queue list, 10,000 posts, cold: CPU, hugo", first.cpu, theirs.cpu, 1.5),
        compared("queue list, 10,000 posts, warm: wall, hugo", warm.wall, theirs.wall, None),
        compared("queue list, 10,000 posts, cold: wall, hugo", first.wall, theirs.wall, None),
    ]


def _same(root: Path, env: dict[str, str]) -> None:
    """Both must list every post, or they are not compared."""
    listed = subprocess.run([smm(), "queue", "list", "--json"], cwd=root, env=env, capture_output=True, check=True).stdout
    future = subprocess.run([hugo(), "list", "future"], cwd=root, env=env, capture_output=True, check=True).stdout
    counts = len(json.loads(listed)), len(future.splitlines()) - 1
    if counts != (POSTS, POSTS):
        raise Failed(f"of {POSTS} posts smm lists {counts[0]}, hugo {counts[1]}")
