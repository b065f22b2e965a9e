"""Which findings a person asked for: files, folders, or posts by id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smm_cli.calendar.index import Indexed
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli.session import Session
from smm_cli.errors import UsageError


def chosen_paths(said: Sequence[str], indexed: Indexed, session: Session) -> frozenset[str]:
    """The files, relative to the calendar, that `said` means: what lies in this folder, in the calendar, or an id.

    Raises UsageError for what is none of these.
    """
    root = session.root.resolve()
    chosen: set[str] = set()
    known = {post.path for post in indexed.posts} | {problem.place.file for problem in indexed.problems} - {""}
    for text in said:
        here = _inside(text, root)
        ids = {post.path for post in indexed.posts if post.id == text}
        if here is not None:
            chosen |= {here} | {path for path in known if here == "." or path.startswith(f"{here}/")}
        elif ids:
            chosen |= ids
        else:
            near = did_you_mean(text, [*known, *(post.id for post in indexed.posts if post.id)], "smm check alone looks at everything")
            raise UsageError(f"there is no file or post {text}", hint=near)
    return frozenset(chosen)


def _inside(text: str, root: Path) -> str | None:
    """The path relative to the calendar of something that exists. Raises UsageError where it lies elsewhere."""
    there = [place for place in (Path.cwd() / text, root / text) if place.exists()]
    for place in there:
        full = place.parent.resolve() / place.name if place.name not in ("", "..") else place.resolve()
        if full == root or full.is_relative_to(root):
            return full.relative_to(root).as_posix()
    if there:
        raise UsageError(f"{text} lies outside the calendar {root}", hint="smm -C DIR check looks at another one")
    return None
