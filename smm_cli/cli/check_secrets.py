"""Secrets in what git has of a calendar: files beside the posts, by shape; posts and files, by the secrets that this machine knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from smm_cli.accounts.private import read_private
from smm_cli.accounts.tokens import TokenStore
from smm_cli.calendar import git
from smm_cli.calendar.leaks import IN_FILE, SHORTEST, hint_for, secret_lines, value_lines
from smm_cli.calendar.listing import IN_POST
from smm_cli.calendar.model import Calendar
from smm_cli.cli.trust import references_of
from smm_cli.errors import SmmError
from smm_cli.words.problem import Place, Problem

TEXTS = (".toml", ".json", ".md", ".txt", ".yml", ".yaml", ".ini", ".cfg", ".conf", ".sh", ".py", ".js", ".csv", ".env", ".pem", ".key")
MOST, FILES = 256_000, 5_000
"""Bytes of the longest file that is looked into, and how many at most."""
OWN = ("channels.toml", "receipts/", ".smm/")
"""Looked at elsewhere, or written by smm."""
HOSTS = (".github/", ".gitlab/", ".forgejo/", ".gitea/")
"""Folders in which jobs stand that publish."""


def check_secrets(calendar: Calendar, posts: Iterable[str]) -> Iterator[Problem]:
    """A problem for each line with a secret. `posts` are paths whose shapes were looked at when they were read."""
    values, read = known_values(calendar), frozenset(posts)
    for path in _paths(calendar, read, bool(values)):
        text = _text(calendar.root / path)
        for line in value_lines(text, values):
            yield Problem(
                IN_POST if path in read else IN_FILE,
                "a secret of this machine stands here",
                Place(path, line),
                hint_for(IN_POST if path in read else IN_FILE),
            )
        for line in secret_lines(text) if path not in read and _is_of_calendar(path, calendar) else ():
            what = "this looks like a secret, and everybody who has the repository has it"
            yield Problem(IN_FILE, what, Place(path, line), hint_for(IN_FILE))


def known_values(calendar: Calendar) -> frozenset[str]:
    """The secrets that this machine keeps for the calendar, and those of its environment. No command is run, no keyring asked."""
    found: set[str] = set()
    if calendar.state.is_symlink() or not calendar.state.is_dir():
        return frozenset()
    for path in sorted((calendar.state / "secrets").glob("*")):
        try:
            found.add(read_private(path, path.name).decode().strip())
        except (SmmError, UnicodeDecodeError):
            continue
    store = TokenStore(calendar.state / "tokens")
    for name in calendar.channels:
        try:
            found |= set(tokens.values.values()) if (tokens := store.read(name)) else set()
        except SmmError:
            continue
    named = (reference.removeprefix("env:").strip() for _, reference in references_of(calendar) if reference.startswith("env:"))
    found |= {os.environ.get(name, "") for name in named}
    return frozenset(value for value in found if len(value) >= SHORTEST)


def _paths(calendar: Calendar, posts: frozenset[str], too: bool) -> list[str]:
    """Small texts that git has, without what smm itself wrote; posts where they are `too` to be looked into."""
    listed = git.ask(calendar.root, "ls-files", "-z") if git.is_repository(calendar.root) else None
    tracked = listed.decode("utf-8", "surrogateescape").split("\0") if listed else []
    beside = [path for path in tracked if path and path not in posts and not path.startswith(OWN) and _is_text(path)]
    return [*(sorted(posts) if too else ()), *beside[:FILES]]


def _is_of_calendar(path: str, calendar: Calendar) -> bool:
    """Whether a file belongs to the calendar, also where that shares its repository with a program, whose tests show many a key."""
    folder, _, name = path.rpartition("/")
    return not folder or name.startswith(".env") or path.startswith((f"{calendar.posts}/", *HOSTS))


def _is_text(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.startswith(".env") or name.endswith(TEXTS)


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or path.stat().st_size > MOST:
            return ""
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
