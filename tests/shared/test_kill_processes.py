"""Four machines at once on one calendar, each a process that is killed with -9 again and again: each delivery once, or told as unknown."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

KILLS = Path(__file__).parent.parent / "kill"
HOOK_SECRET = "whsec_YSBzZWNyZXQgb2YgdGhlIHNhbmRib3gsIG5vIG1vcmU="
KINDS = {
    "mastodon": 'server = "http://127.0.0.1:{port}"\nsecret = "env:M"',
    "bluesky": 'server = "http://127.0.0.1:{port}"\nidentifier = "it.test"\nsecret = "env:B"',
    "webhook": 'url = "http://127.0.0.1:{port}/in"\nsecret = "env:W"',
}
CHANNELS = {"m1": "mastodon", "m2": "mastodon", "b1": "bluesky", "w1": "webhook"}
HEAD = (
    '[calendar]\nname = "killed"\ntimezone = "UTC"\npublish_from = "main"\nmax_late = "none"\nlanguage = "en"\n\n[ledger]\nclaims = "git"\n'
)
MACHINES, POSTS, KILLS_EACH = 4, int(os.environ.get("SMM_SHARED_POSTS", "4")), int(os.environ.get("SMM_SHARED_KILLS", "3"))


def _arena():
    spec = importlib.util.spec_from_file_location("smm_test_kill", KILLS / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ARENA = _arena()
arena = ARENA.arena


@pytest.fixture
def machines(arena, team):
    arena.env |= {"M": "sandbox-it", "B": "sandbox-it.test", "W": HOOK_SECRET, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    arena.serve(CHANNELS, faults=None)
    told = "".join(
        f'\n[channels.{name}]\nnetwork = "{kind}"\n{KINDS[kind].format(port=arena.ports[name])}\n' for name, kind in CHANNELS.items()
    )
    (team.author / "channels.toml").write_text(HEAD + told)
    for n in range(POSTS):
        front = f"id: post-{n:02}\nstatus: ready\nchannels: [{', '.join(CHANNELS)}]\npublish_at: 2026-01-02 09:{n:02}\n"
        (team.author / "posts" / f"post-{n:02}.md").write_text(f"---\n{front}---\n\nNumber {n:02}.\n")
    team.push()
    roots = [team.clone(f"machine{n}").root for n in range(MACHINES)]
    for root in roots:
        (root / "ahead").symlink_to(arena.clock)
    arena.posted("w1")
    return roots


def start(arena, root, seconds):
    command = [sys.executable, str(KILLS / "ahead.py"), str(root), str(seconds)]
    return subprocess.Popen(command, env=arena.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=KILLS.parent.parent)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(int(os.environ.get("SMM_SHARED_SEEDS", "1"))))
def test_machines_that_are_killed_at_random_send_each_delivery_once(arena, team, machines, seed):
    chance, killed = random.Random(seed), Counter()
    seconds = 0.0
    while min((killed[root] for root in machines), default=0) < KILLS_EACH:
        running = {root: start(arena, root, seconds) for root in machines}
        for root, process in sorted(running.items(), key=lambda _: chance.random()):
            time.sleep(chance.uniform(0.1, 3.0))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed[root] += 1
            said = process.communicate()[0].decode(errors="replace")
            assert "Traceback" not in said, said
        if chance.random() < 0.3:  # the remote is away for a while
            team.remote.rename(team.folder / "away.git")
            process = start(arena, machines[0], seconds)
            said = process.communicate()[0].decode(errors="replace")
            (team.folder / "away.git").rename(team.remote)
            assert process.returncode == 0, said
        seconds += chance.choice((5.0, 400.0))
        if len(team.receipts()) == POSTS * len(CHANNELS):
            break  # all is out: there is nothing left to die of
    for _ in range(12):
        seconds += 1500.0
        for process in [start(arena, root, seconds) for root in machines]:
            said = process.communicate()[0].decode(errors="replace")
            assert process.returncode == 0, said
        receipts = team.receipts()
        if len(receipts) == POSTS * len(CHANNELS) and not team.refs() and not team.progress():
            break
    states = Counter(receipt.state for receipt in receipts.values())
    assert sum(states.values()) == POSTS * len(CHANNELS), states
    for channel in CHANNELS:
        said = Counter(one["text"] for one in arena.posted(channel))
        assert max(said.values()) == 1, (channel, said)
        open_ones = {path for path, receipt in receipts.items() if receipt.channel == channel and receipt.state == "unknown"}
        assert len(said) + len(open_ones) >= POSTS, (channel, said, open_ones)
    assert states["unknown"] <= killed.total()
    assert team.refs() == []
    print(f"seed {seed}: {dict(states)}, {killed.total()} killed")
