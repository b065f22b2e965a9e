"""The door: `smm publish` with nothing due leaves here, having looked at a handful of marks and one row.

Each full tick stores in the index when the next thing happens (`wake_at`) and the marks it was computed from. Only when all
marks are unchanged and that time has not come does the door let the process go; anything else means the long way.
Imports os, sys, time and sqlite3 only: a test holds it to that.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time

from smm_cli import __version__

CONFIG, STATE, RECEIPTS = "channels.toml", ".smm", "receipts"
MASK = (1 << 63) - 1
WORKTREE = "worktree"


def nothing_to_do(arguments: list[str]) -> bool:
    """Whether this is an idle cron run: `publish` alone (or with -C DIR), not at a terminal, nothing changed, nothing due."""
    try:
        place = _place(arguments)
        if place is None or sys.stdout.isatty():
            return False
        root = find_root(place)
        if root is None:
            return False
        kept = _kept(root)
        if not kept or float(kept["wake_at"]) <= time.time():
            return False
        tick = os.path.join(root, STATE, "tick")
        if os.stat(tick).st_mtime > time.time() + 2:  # the clock was set back since: what was computed by it must be so again
            return False
        if marks(root, kept["ref"], kept["posts"]) != {name: kept.get(name) for name in MARKS} or counter(root) != kept["counter"]:
            return False
        os.utime(tick)
    except (OSError, ValueError, KeyError, sqlite3.Error):
        return False
    return True


MARKS = ("version", "commit", "config", "machine", "receipts", "files")


def marks(root: str, ref: str, posts: str) -> dict[str, str]:
    """What the plan was computed from, cheaply told: `ref` is the full published ref or "worktree", `posts` the folder of posts.

    Raises OSError or ValueError where something cannot be told; then the long way must be taken.
    """
    found = {
        "version": __version__,
        "config": _stat(os.path.join(root, CONFIG)),
        "machine": _stat(_machine_file()),
        "receipts": _stat(os.path.join(root, RECEIPTS)),
        "commit": "",
        "files": "",
    }
    if ref == WORKTREE:
        found["files"] = f"{_scan(os.path.join(root, posts), True)}.{_scan(os.path.join(root, RECEIPTS), False)}"
    else:
        found["commit"] = commit_of(root, ref)
    return found


def counter(root: str) -> str:
    """The number that every writing transaction of the ledger raises."""
    return str(_rows(os.path.join(root, STATE, "ledger.db"), "SELECT value FROM counter")[0][0])


def find_root(place: str) -> str | None:
    """The folder with channels.toml at `place` or above it."""
    here = os.path.abspath(place)
    while not os.path.exists(os.path.join(here, CONFIG)):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return here


def _place(arguments: list[str]) -> str | None:
    if arguments == ["publish"]:
        return os.environ.get("SMM_CALENDAR") or os.getcwd()
    if len(arguments) == 3 and arguments[0] == "-C" and arguments[2] == "publish":
        return arguments[1]
    return None


def _kept(root: str) -> dict[str, str]:
    return dict(_rows(os.path.join(root, STATE, "index.db"), "SELECT key, value FROM wake"))


def _rows(path: str, query: str) -> list[tuple[str, str]]:
    if not os.path.exists(path):
        raise OSError(path)
    connection = sqlite3.connect(path, timeout=1)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _machine_file() -> str:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "smm", "config.toml")


def _stat(path: str) -> str:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return ""
    return f"{found.st_mtime_ns}.{found.st_size}.{found.st_ino}"


def _scan(folder: str, files: bool) -> int:
    """A number that changes with any file (or folder) below `folder`; the order of listing does not matter."""
    total, pending = 0, [folder]
    while pending:
        try:
            entries = os.scandir(pending.pop())
        except FileNotFoundError:
            continue
        with entries:
            for entry in entries:
                inside = entry.is_dir(follow_symlinks=False)
                if inside:
                    pending.append(entry.path)
                if inside or files:
                    found = entry.stat()
                    total = (total + found.st_mtime_ns * 31 + found.st_size * 7919 + found.st_ino * 104729) & MASK
    return total


# -- git, read without git: anything unusual is an error, and an error is the long way ---------------------------------------


def commit_of(root: str, ref: str) -> str:
    """The id that `ref` (a full name, or HEAD) has now, loose or packed; worktrees and submodules included."""
    own, common = git_folders(root)
    for _ in range(5):
        text = _loose(own, common, ref)
        if text is None:
            return _packed(common, ref)
        if not text.startswith("ref: "):
            return _id(text)
        ref = text[5:].strip()
    raise ValueError(ref)


def git_folders(root: str) -> tuple[str, str]:
    """The repository's own folder and the common one (other than it in a linked worktree)."""
    here = os.path.abspath(root)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            raise ValueError("no repository")
        here = above
    own = os.path.join(here, ".git")
    if os.path.isfile(own):
        text = _read(own)
        if not text.startswith("gitdir: "):
            raise ValueError(own)
        own = os.path.join(here, text[8:].strip())
    common = own
    pointer = os.path.join(own, "commondir")
    if os.path.exists(pointer):
        common = os.path.join(own, _read(pointer).strip())
    if os.path.isdir(os.path.join(common, "reftable")):
        raise ValueError("reftable")
    return own, common


def _loose(own: str, common: str, ref: str) -> str | None:
    for folder in (own, common):
        try:
            return _read(os.path.join(folder, ref))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
    return None


def _packed(common: str, ref: str) -> str:
    for line in _read(os.path.join(common, "packed-refs")).splitlines():
        if line.endswith(" " + ref):
            return _id(line[: -len(ref) - 1])
    raise ValueError(ref)


def _id(text: str) -> str:
    found = text.strip()
    if len(found) not in (40, 64) or int(found, 16) < 0:
        raise ValueError(found)
    return found


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
