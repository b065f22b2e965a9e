"""Who wrote which line, who merged what, whose signature a commit bears: questions to git about the past of one file.

Names are those that commits bear: .mailmap, ignored revisions and replaced objects are left aside, for whoever writes posts could
write these too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.words.frozen import dataclass

AS_IS = ("-c", "core.useReplaceRefs=false", "-c", "log.mailmap=false", "-c", "log.showSignature=false")
HEADER = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ (\d+)")
ADDRESS = re.compile(r"<([^<>\s]+)>\s*$")
MERGED_BY = ("Merged-by", "Reviewed-by")
PLATFORM = frozenset({"noreply@github.com", "noreply@gitlab.com", "web-flow@users.noreply.github.com"})
"""Committers that are a site and no person."""


@dataclass(frozen=True, slots=True)
class Bringing:
    """The commit of the published branch that brought files as they are: who made it, as far as it says."""

    commit: str
    people: tuple[str, ...]


def blame(root: Path, path: str, commit: str = "") -> dict[int, str] | None:
    """Line numbers (from 1) and the commit that each line is from; empty for a line not committed yet. None: git knows no such file."""
    said = git.ask(root, *AS_IS, "blame", "--porcelain", "--root", "--ignore-revs-file=", *([commit] if commit else []), "--", path)
    if said is None:
        return None
    found: dict[int, str] = {}
    for line in said.decode("utf-8", "replace").split("\n"):
        header = None if line.startswith("\t") else HEADER.match(line)
        if header:
            found[int(header[2])] = header[1] if header[1].strip("0") else ""
    return found


def newest(root: Path, path: str, commit: str = "") -> str:
    """The commit that brought the bytes of a file; empty where they are not committed yet."""
    if not commit and git.ask(root, "diff", "--quiet", "--no-ext-diff", "HEAD", "--", path) is None:
        return ""
    said = git.ask(root, *AS_IS, "log", "-1", "--format=%H", "--end-of-options", commit or "HEAD", "--", path)
    return said.decode().strip() if said else ""


def cut_off(root: Path) -> frozenset[str]:
    """Commits at which a shallow clone ends: to these it attributes all that is older."""
    said = git.ask(root, "rev-parse", "--path-format=absolute", "--git-common-dir")
    try:
        return frozenset((Path(said.decode().strip()) / "shallow").read_text().split()) if said else frozenset()
    except OSError:
        return frozenset()


def authors(root: Path, commits: Iterable[str]) -> frozenset[str]:
    """Mail addresses of who wrote these commits, co-authors too. Raises ConfigError."""
    wanted = sorted({commit for commit in commits if commit})
    if not wanted:
        return frozenset()
    form = "--format=%ae%n%(trailers:key=Co-authored-by,valueonly)"
    said = git.run(root, *AS_IS, "log", "--no-walk", form, "--end-of-options", *wanted).decode("utf-8", "replace")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return frozenset(address[1] if (address := ADDRESS.search(line)) else line for line in lines)


def bringing(root: Path, commit: str, paths: Iterable[str]) -> Bringing | None:
    """The newest commit, from `commit` back along first parents, that changed one of `paths`. None: there is none."""
    trailers = ",".join(f"key={key}" for key in MERGED_BY)
    form = f"--format=%H%x00%P%x00%ae%x00%ce%x00%(trailers:{trailers},valueonly)"
    said = git.ask(root, *AS_IS, "log", "--first-parent", "-1", form, "--end-of-options", commit, "--", *paths)
    if not said or not said.strip():
        return None
    name, parents, author, committer, rest = said.decode("utf-8", "replace").rstrip("\n").split("\0", 4)
    named = [address[1] if (address := ADDRESS.search(line)) else line.strip() for line in rest.splitlines() if line.strip()]
    made = (author, committer) if len(parents.split()) > 1 else (committer,)
    people = dict.fromkeys([*(who for who in made if who.lower() not in PLATFORM), *named])
    return Bringing(name, tuple(people))
