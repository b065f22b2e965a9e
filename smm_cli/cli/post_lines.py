"""Edits of one post: the changed lines shown, the file written whole, committed if asked, and what the published ref knows of it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from smm_cli.calendar import git
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping, command, write_whole
from smm_cli.errors import ConfigError, SmmError

COLUMN = 34
"""Where remarks behind a changed line begin."""


def show_lines(path: str, before: bytes, after: bytes, remarks: Mapping[str, str]) -> None:
    """Exactly the lines that change, with their number in the new file (removed ones: in the old). `remarks` by key stand behind."""
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    rows: list[tuple[int, str, str]] = []
    for tag, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        rows += [(number + 1, new[number], remarks.get(_key(new[number]), "")) for number in range(first, last)]
        written = {_key(line) for line in new[first:last]}
        rows += [(number + 1, f"- {old[number]}", "removed") for number in range(start, end) if _key(old[number]) not in written]
    for count, (number, line, remark) in enumerate(rows):
        place = path if count == 0 else " " * output.width(path)
        shown = f"{line}{' ' * (COLUMN - output.width(line))}  ({remark})" if remark else line
        output.tell(f"  {place}  line {number}  {shown}")


def _key(line: str) -> str:
    return line.partition(":")[0].partition("=")[0].strip(" \"'")


def keep_post(calendar: Calendar, path: str, after: bytes, message: str, keeping: Keeping) -> None:
    """Write a post, and commit it or say how, and whether what is published knows of it. Raises ConfigError."""
    if keeping.dry_run:
        output.tell("  Nothing was written.")
        return
    write_whole(calendar.root / path, after)
    if not git.is_repository(calendar.root):
        if keeping.commit or keeping.push:
            raise ConfigError("written, but this is no git repository: nothing to commit to", hint="git init", slug="no-repository")
        return
    line = command((path,), message)
    ref = calendar.publish_from
    if not (keeping.commit or keeping.push):
        unknown = "" if ref == WORKTREE else f": {ref} does not know of it yet"
        output.tell(f"  Not committed{unknown}.  {line} && git push     (or: --commit --push)")
        return
    try:
        done = git.add_commit_push(calendar.root, (path,), message, push=keeping.push)
    except SmmError as error:
        error.hint = error.hint or f"the file is written; mend that and say: {line}"
        raise
    output.tell(f"  Committed as {done[:10]}{' and pushed' if keeping.push else ''}.")
    if ref != WORKTREE and not _knows(calendar, path, after):
        here = git.branch(calendar.root) or "this commit"
        output.tell(f"  {ref} does not know of it yet: bring {here} there (git push, or merge it).")


def _knows(calendar: Calendar, path: str, data: bytes) -> bool:
    """Whether what is published has this file so."""
    try:
        entry = git.entry(calendar.root, git.head(calendar.root, calendar.publish_from), path)
        return entry is not None and git.read_blob(calendar.root, entry.blob) == data
    except SmmError:
        return False
