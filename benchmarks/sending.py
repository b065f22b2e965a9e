"""1,000 due deliveries over 10 channels beside a bare httpx2 loop that sends the same requests over as many connections.

Requests per second as the server sees them, from its first post to its last: neither side's start and end count. smm writes an
intent, the answer and a receipt for each, all fsynced. The times of the whole processes are told beside.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks import calendars
from benchmarks.loopback import Loopback, loopback
from benchmarks.measure import Cost, Failed, Figure, compared, cost_of, environment, mb
from benchmarks.places import TOOLS, fresh, python, smm

POSTS, CHANNELS = 100, 10
MEMORY = 120e6


def figures(runs: int) -> list[Figure]:
    """Against a server that takes 20 ms, and one that answers at once."""
    return [*_against(0.02, 0.7, "20 ms", runs), *_against(0.0, 0.3, "at once", runs)]


def _against(delay: float, budget: float, told: str, runs: int) -> list[Figure]:
    with loopback(delay) as server:
        root = calendars.due("sending", server.url, POSTS, CHANNELS)
        tokens = {f"BENCH_TOKEN_{n}": f"token-{n}" for n in range(CHANNELS)}
        told_of = (root / "channels.toml").read_text("utf-8")
        for n in range(CHANNELS):
            told_of = told_of.replace('"env:BENCH_TOKEN"', f'"env:BENCH_TOKEN_{n}"', 1)
        (root / "channels.toml").write_text(told_of, "utf-8")
        env = environment(**tokens, XDG_CONFIG_HOME=str(fresh("config")))
        recorded = _record(root, server, env)
        ours, theirs = [], []
        for _ in range(max(3, runs // 2)):
            ours.append(_publish(root, server, env))
            theirs.append(_timed(server, lambda: cost_of([python(), Path(__file__).parent / "bare.py", recorded, server.url], root, env)))
    best, bare = max(rate for rate, _ in ours), max(rate for rate, _ in theirs)
    whole, loop = min(cost.wall for _, cost in ours), min(cost.wall for _, cost in theirs)
    name = f"1,000 deliveries, 10 channels, server answers {'after ' if delay else ''}{told}"
    memory = min(cost.memory for _, cost in ours)
    return [
        Figure(f"{name}: requests/s", f"{best:.0f}", f"{bare:.0f}", best / bare, budget, at_least=True),
        Figure(f"{name}: memory", mb(memory), "-", memory / 1e6, MEMORY / 1e6, unit=" MB"),
        compared(f"{name}: whole process", whole, loop, None),
        compared(f"{name}: whole process, CPU", min(cost.cpu for _, cost in ours), min(cost.cpu for _, cost in theirs), None),
    ]


def _record(root: Path, server: Loopback, env: dict[str, str]) -> Path:
    """smm's own requests, kept as the server got them."""
    server.told("keep")
    _timed(server, lambda: _fresh_publish(root, env), "all")
    posts = server.told("all")["posts"]
    if len(posts) != POSTS * CHANNELS:
        raise Failed(f"{len(posts)} posts came, {POSTS * CHANNELS} were due")
    file = TOOLS / "work" / "recorded.json"
    file.write_text(json.dumps(posts), "utf-8")
    server.told("reset")
    return file


def _publish(root: Path, server: Loopback, env: dict[str, str]) -> tuple[float, Cost]:
    return _timed(server, lambda: _fresh_publish(root, env))


def _fresh_publish(root: Path, env: dict[str, str]) -> Cost:
    for name in (".smm", "receipts"):
        shutil.rmtree(root / name, ignore_errors=True)
    return cost_of([smm(), "publish"], root, env)


def _timed(server: Loopback, act, keep: str = "") -> tuple[float, Cost]:  # type: ignore[no-untyped-def]
    if not keep:
        server.told("reset")
    cost = act()
    told = server.told()
    if told["count"] != POSTS * CHANNELS:
        raise Failed(f"{told['count']} posts came, {POSTS * CHANNELS} were expected")
    return (told["count"] - 1) / told["seconds"], cost
