"""Refs of a remote, moved by compare-and-swap, and nothing of the user's touched: plumbing only.

Exit codes of a push decide nothing (two runners that push one object to one ref both get 0): who wants to know asks `listing`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.errors import ConfigError
from smm_cli.words.frozen import dataclass

SEEN = "refs/smm/seen/"
"""Where this clone keeps what it last saw of the remote."""
PATIENCE = 60.0
RACES = (
    "stale info",
    "failed to update ref",
    "already exists",
    "cannot lock ref",
    "fetch first",
    "non-fast-forward",
    "atomic",
    "incorrect old",
)
"""What git says when somebody else was quicker: no reason to give up."""


class Unreachable(ConfigError):
    """The remote cannot be asked, or does not take what every runner must be able to write."""


@dataclass(frozen=True, slots=True)
class Move:
    """A ref is to go from the object `old` (empty: there is none) to `new` (empty: it is to be gone)."""

    ref: str
    old: str
    new: str

    @property
    def arguments(self) -> tuple[str, str]:
        return f"--force-with-lease={self.ref}:{self.old}", f"{self.new}:{self.ref}"


def listing(root: Path, remote: str, patterns: Sequence[str]) -> dict[str, str]:
    """The remote's refs that fit `patterns` now, and their objects. Raises Unreachable with git's words."""
    try:
        said = git.run(root, "ls-remote", "--refs", remote, *patterns, limit=PATIENCE)
    except ConfigError as error:
        why = error.what.removeprefix("git ls-remote: ").rstrip(".")
        raise Unreachable(f"{remote} cannot be reached: {why}", slug="no-remote") from error
    rows = (line.split("\t", 1) for line in said.decode("utf-8", "surrogateescape").splitlines() if "\t" in line)
    return {name: oid for oid, name in rows}


def known(root: Path, under: str) -> dict[str, tuple[str, str]]:
    """Refs of this clone below `under`: object, and what its commit says."""
    said = git.run(root, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(contents)%00", under)
    fields = said.decode("utf-8", "surrogateescape").split("\0")
    return {fields[n].strip(): (fields[n + 1], fields[n + 2]) for n in range(0, len(fields) - 2, 3)}


def fetch(root: Path, remote: str, refs: Mapping[str, str], *, whole: bool = False) -> None:
    """Bring refs of the remote (each under its name here) into this clone. Raises Unreachable.

    `whole`: with all that came before them, where this clone is shallow.
    """
    if not refs:
        return
    options = (
        "--quiet",
        "--no-auto-maintenance",
        "--no-write-commit-graph",
        "--no-tags",
        "--no-write-fetch-head",
        "--refmap=",
        "--no-recurse-submodules",
        *(("--unshallow",) if whole else ()),
    )
    try:
        specs = [f"+{there}:{here}" for there, here in refs.items()]
        git.run(root, "fetch", *options, remote, *specs, limit=git.SLOW, write=True)
    except ConfigError as error:
        raise Unreachable(f"{remote} cannot be fetched from: {error.what.removeprefix('git fetch: ')}", slug="no-remote") from error


def push(root: Path, remote: str, moves: Sequence[Move], *, atomic: bool = False) -> str:
    """Ask the remote for these moves, one by one or all together; what git said about it, for people. Only `listing` tells the outcome."""
    leases, specs = zip(*(move.arguments for move in moves), strict=True)
    options = ["--porcelain", "--no-verify", "--no-thin", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"]
    options += ["--atomic"] if atomic else []
    try:
        done = git._start(root, ("push", *options, *leases, remote, *specs), None, PATIENCE, True)
    except ConfigError as error:
        return error.what
    return (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")


def refusal(said: str) -> str:
    """Why the remote took something not, for a reason that trying again does not mend; empty where somebody was only quicker."""
    lines = [line for line in said.splitlines() if line.startswith("!")]
    told = [line.strip().removeprefix("remote:").strip() for line in said.splitlines() if line.strip().startswith("remote:")]
    for line in lines:
        reason = line.rsplit("\t", 1)[-1]
        if not any(race in reason for race in RACES):
            return "; ".join([reason.strip("[]"), *(one for one in told if one)][:3])
    return ""


def unheard(said: str) -> str:
    """Why a push came to nothing as a whole (no right to write, no connection, too slow); empty where the remote answered for each ref."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if "Done" in lines or any(line[1:2] == "\t" for line in said.splitlines()):
        return ""
    marked = [line.split(":", 1)[1].strip() for line in lines if line.lower().startswith(("fatal:", "error:", "remote:"))]
    return "; ".join(line.rstrip(".") for line in (marked or lines)[:3])


def make_commits(root: Path, messages: Sequence[str], at: datetime) -> list[str]:
    """A commit without files for each message; their ids. The messages make them differ."""
    tree = _empty_tree(root)
    who = f"smm <smm@localhost> {int(at.timestamp())} +0000"
    head = f"tree {tree}\nauthor {who}\ncommitter {who}\n\n"
    return make_objects(root, [(head + message).encode("utf-8", "surrogatepass") for message in messages], "commit")


@cache
def _empty_tree(root: Path) -> str:
    return git.run(root, "mktree", stdin=b"", write=True).decode().strip()


def make_objects(root: Path, contents: Sequence[bytes], kind: str = "blob") -> list[str]:
    """Objects with these contents, through one git process; their ids."""
    if not contents:
        return []
    with tempfile.TemporaryDirectory(prefix="smm-objects-") as folder:
        paths = [Path(folder) / str(n) for n in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        asked = "".join(f"{path}\n" for path in paths).encode()
        said = git.run(root, "hash-object", "-w", "-t", kind, "--no-filters", "--stdin-paths", stdin=asked, limit=git.SLOW, write=True)
    return said.decode().split()
