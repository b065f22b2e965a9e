"""The media files that a post names: where they are, and what is wrong with them. Nothing outside the calendar is ever read."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from smm_cli.calendar.mentions import inlines
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.calendar.near import near
from smm_cli.calendar.source import LFS, Source
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Picture

REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:|//")
LONGEST = 255
"""Bytes of the longest name that file systems take; they answer a longer one with an error, not with "there is none"."""


def paths_of(body: str) -> tuple[str, ...]:
    """Paths of the pictures in a text, as written, each once; addresses of the web left out."""
    return tuple(dict.fromkeys(path for path, _, _ in pictures_of(body, 1)))


def pictures_of(body: str, line: int) -> list[tuple[str, str, int]]:
    """Path, description and line of each picture in a text, alone in a paragraph or within one; without those of the web.

    Reads Markdown only where there may be a picture. Within a paragraph the line is that of the part.
    """
    if "![" not in body:
        return []
    from smm_cli.text.markdown import read

    parts = read(body, line=line).parts
    found = [(item.path, item.alt, item.line) for part in parts for item in part.media]
    found += [(item.url, item.alt, part.line) for part in parts for item in inlines(part.blocks, Picture)]
    return [item for item in found if not REMOTE.match(item[0])]


def candidates(written: str, post_path: str) -> list[str]:
    """Paths from the calendar's root that `written` may mean, likeliest first; none where it leaves the calendar.

    `./x` and `../x` start at the post's folder, `/x` at the root, anything else at the root, then at the post's folder.
    """
    folder = posixpath.dirname(post_path)
    beside = posixpath.join(folder, written)
    if written.startswith("/"):
        asked = [written.lstrip("/")]
    elif written.startswith(("./", "../")):
        asked = [beside]
    else:
        asked = [written, beside]
    clean = [posixpath.normpath(path) for path in asked if path and "\\" not in path and "\0" not in path]
    return list(dict.fromkeys(path for path in clean if path not in (".", "..") and not path.startswith(("../", "/"))))


def find_media(written: str, post_path: str, source: Source) -> str:
    """The path, from the calendar's root, of the file that `written` means in the post at `post_path`; empty where there is none."""
    if REMOTE.match(written):
        return ""
    return next((path for path in candidates(written, post_path) if source.exists(path)), "")


def check_media(written: str, post: Post, calendar: Calendar, source: Source, place: Callable[[], Place]) -> list[Problem]:
    """What keeps one media file from being sent as it lies there."""
    if REMOTE.match(written) or re.match(r"[A-Za-z]:[\\/]", written):
        return [Problem("media-outside", f"{written} is not a file of the calendar", place(), "save the file in the calendar: media/…")]
    if "\\" in written:
        return [Problem("missing-media", f"{written} is written with \\", place(), f"write {written.replace(chr(92), '/')}")]
    asked = candidates(written, post.path)
    if not asked:
        return [Problem("media-outside", f"{written} leaves the calendar", place(), "copy the file into the calendar: media/…")]
    if any(len(name.encode("utf-8", "surrogatepass")) > LONGEST for path in asked for name in path.split("/")):
        what = f"there is no file {written[:60]}…: it is longer than names of files can be"
        return [Problem("missing-media", what, place(), "correct the path")]
    found = next((path for path in asked if source.exists(path)), "")
    if not found:
        return [_missing(written, asked, calendar, source, place())]
    exact = _exact(found, source)
    if exact and exact != found:
        return [_otherwise_spelt(written, exact, place())]
    if pointer := _pointer(found, source):
        return [Problem("lfs-pointer", f"{written} is a Git LFS pointer, {pointer} bytes", place(), "git lfs pull, in CI lfs: true")]
    return _uncommitted(found, calendar, source, place)


def _missing(written: str, asked: list[str], calendar: Calendar, source: Source, place: Place) -> Problem:
    for path in asked:
        if other := _exact(path, source):
            return _otherwise_spelt(written, other, place)
    for path in asked:
        inside = (calendar.root / path).resolve().is_relative_to(calendar.root.resolve())
        if (calendar.root / path).exists() and not inside:
            return Problem("media-outside", f"{written} leads out of the calendar", place, "copy the file into the calendar: media/…")
        if source.mark() != WORKTREE and (calendar.root / path).is_file():
            return _not_committed(path, calendar, place)
    folder, name = posixpath.split(asked[0])
    there = {posixpath.basename(path): path for path in reversed(source.paths(folder))}
    likely = near(name, there)
    hint = f"did you mean {there[likely]}?" if likely else f"put the file at {asked[0]}, or correct the path"
    return Problem("missing-media", f"there is no file {written}", place, hint)


def _otherwise_spelt(written: str, exact: str, place: Place) -> Problem:
    name = posixpath.basename(exact)
    if unicodedata.normalize("NFC", written).endswith(unicodedata.normalize("NFC", name)):
        what = f"{written} and the file {name} look alike, but are spelt with other characters (NFC and NFD)"
        return Problem(
            "media-spelling",
            what,
            place,
            f"rename the file: git mv {exact!r} {unicodedata.normalize('NFC', exact)!r}, and write it the same",
        )
    return Problem(
        "media-case", f"{written}: the file is called {name}; other machines tell capitals from small letters", place, f"write {exact}"
    )


def _exact(path: str, source: Source) -> str:
    """How the file at `path` is really spelt: another case or normal form of the name; empty where there is none.

    Folders are listed only where another spelling could be meant: the disk may be one that does not tell them apart.
    """
    folder, name = posixpath.split(path)
    if source.exists(path):
        swapped = {name.swapcase(), unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)} - {name}
        if not any(source.exists(posixpath.join(folder, other)) for other in swapped):
            return path
    listed = source.paths(folder)
    if path in listed:
        return path
    folded = _folded(path)
    return next((other for other in listed if _folded(other) == folded), "")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _pointer(path: str, source: Source) -> int:
    """Bytes of the Git LFS pointer that lies at `path`; 0 for any other file."""
    try:
        kept: Path = source.fetch(path)
        size = kept.stat().st_size
        if size > 1024:
            return 0
        return size if kept.read_bytes().startswith(LFS) else 0
    except (FileNotFoundError, OSError):
        return 0


def _uncommitted(path: str, calendar: Calendar, source: Source, place: Callable[[], Place]) -> list[Problem]:
    if calendar.publish_from == WORKTREE or source.mark() != WORKTREE:
        return []
    from smm_cli.calendar import git

    if not git.is_repository(calendar.root) or git.status_of(calendar.root, path).committed:
        return []
    return [_not_committed(path, calendar, place())]


def _not_committed(path: str, calendar: Calendar, place: Place) -> Problem:
    return Problem(
        "not-committed", f"{path} is not committed: {calendar.publish_from} does not have it", place, f"git add {path} && git commit"
    )
