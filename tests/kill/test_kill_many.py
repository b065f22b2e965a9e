"""Several publishers at once on one calendar: each delivery once, in order within its channel; and a disk that fills up meanwhile."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter

import pytest

HOOK_SECRET = "whsec_YSBzZWNyZXQgb2YgdGhlIHNhbmRib3gsIG5vIG1vcmU="
CHANNELS = {"m1": "mastodon", "m2": "mastodon", "b1": "bluesky", "b2": "bluesky", "w1": "webhook", "w2": "webhook"}
POSTS, PROCESSES = 10, 4


def told(ports):
    kinds = {
        "mastodon": 'server = "http://127.0.0.1:{port}"\nsecret = "env:M"',
        "bluesky": 'server = "http://127.0.0.1:{port}"\nidentifier = "it.test"\nsecret = "env:B"',
        "webhook": 'url = "http://127.0.0.1:{port}/in"\nsecret = "env:W"',
    }
    return "".join(f'\n[channels.{name}]\nnetwork = "{kind}"\n{kinds[kind].format(port=ports[name])}\n' for name, kind in CHANNELS.items())


def post(n):
    channels = ", ".join(CHANNELS)
    return f"---\nid: post-{n:02}\nstatus: ready\nchannels: [{channels}]\npublish_at: 2026-01-02 09:{n:02}\n---\n\nNumber {n:02}.\n"


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_four_publishers_at_once_send_each_delivery_once_and_in_order(arena):
    arena.env |= {"M": "sandbox-it", "B": "sandbox-it.test", "W": HOOK_SECRET}
    arena.serve(CHANNELS, faults=None)
    arena.write(told(arena.ports), {f"post-{n:02}": post(n) for n in range(POSTS)})
    arena.posted("w2")
    running, said = [], []
    until = time.monotonic() + 120
    while len(states := arena.states()) < POSTS * len(CHANNELS) or set(states.values()) != {"published"}:
        assert time.monotonic() < until, Counter(states.values())
        said += [process.communicate()[0] for process in running if process.poll() is not None]
        running = [process for process in running if process.returncode is None]
        running += [arena.start() for _ in range(PROCESSES - len(running))]
        time.sleep(0.1)
    said += [process.communicate()[0] for process in running]
    assert not [words for words in said if b"Traceback" in words or b"bug" in words]
    for channel in CHANNELS:
        assert [one["text"] for one in arena.posted(channel)] == [f"Number {n:02}." for n in range(POSTS)], channel


@pytest.fixture
def small_disk(arena):
    """A small disk under the calendar."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    arena.calendar.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(arena.calendar)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield arena.calendar
    subprocess.run(["umount", "-l", str(arena.calendar)], check=False)


def fill(disk, leave):
    """Take all room but `leave` bytes."""
    with (disk / "ballast").open("wb") as file:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        try:
            file.write(b"\0" * max(0, free - leave))
            file.flush()
        except OSError:
            pass


@pytest.mark.slow
@pytest.mark.parametrize("leave", [0, 131072, 400000, 700000])
def test_a_disk_that_is_full_stops_with_exit_7_and_later_everything_goes_out_once(arena, small_disk, leave):
    arena.env |= {"M": "sandbox-it", "B": "sandbox-it.test", "W": HOOK_SECRET}
    arena.serve(CHANNELS, faults=None)
    arena.write(told(arena.ports), {f"post-{n:02}": post(n) for n in range(POSTS)})
    arena.posted("w2")
    fill(small_disk, leave)
    process = arena.start()
    said = process.communicate()[0].decode()
    assert process.returncode == 7 if leave < 500_000 else process.returncode in (0, 7), said
    assert "Traceback" not in said
    (small_disk / "ballast").unlink()
    before = {channel: len(arena.posted(channel)) for channel in CHANNELS}
    if process.returncode == 7:
        assert sum(before.values()) <= POSTS * len(CHANNELS)
        states = arena.finish(400.0, 4)
    else:
        process = arena.start()
        process.communicate()
        states = arena.states()
    assert Counter(states.values()) == {"published": POSTS * len(CHANNELS)}
    for channel in CHANNELS:
        assert Counter(one["text"] for one in arena.posted(channel)) == Counter(f"Number {n:02}." for n in range(POSTS)), channel
    names = [str(path) for path in (small_disk / "receipts").rglob("*") if path.is_file()]
    assert len(names) == POSTS * len(CHANNELS)
    assert not [name for name in names if not name.endswith(".toml")]
