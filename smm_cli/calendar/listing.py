"""Which files are posts, where they stand, and which of two posts with one id counts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from stat import S_ISREG

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Commit, Source, WorkTree
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

Stat = tuple[str, int, int, int]
"""Path, mtime in ns, size in bytes, inode."""
MASK = (1 << 63) - 1
"""Makes any number one that SQLite can hold; these are compared for being equal only."""
RACY = 2_000_000_000
"""A file changed within so many ns before it was read may change again and keep its mtime; FAT's clock ticks every 2 s."""
IN_POST = "secret-in-post"
"""The slug of what leaks.py finds in a post. It is the one finding of a post's file that `[check] ignore` can let pass."""


def wanted(path: str, folder: str) -> bool:
    """Whether a file below the folder of posts is a post: no folder on its way begins with _ or `.`, and is_post."""
    below = path[len(folder) + 1 :]
    return below[:1] not in ("_", ".") and "/_" not in below and "/." not in below and is_post(below.rpartition("/")[2])


def is_post(name: str) -> bool:
    """Whether a file of this name is a post: it ends in .md, is no README.md, does not begin with _ or `.`."""
    return (name.endswith(".md") or name[-3:].lower() == ".md") and name[0] not in "_." and name.lower() != "readme.md"


def scan(source: WorkTree, folder: str) -> tuple[list[Stat], list[str]]:
    """The posts of a work tree as they lie there now, sorted by path, and those that cannot be posts: see refused."""
    found: list[Stat] = []
    others: list[str] = []
    if not source.holds(folder):
        return [], [folder]
    folders = [folder]
    while folders:  # what is done for each file is kept short: there may be 10,000
        below = folders.pop()
        try:
            with os.scandir(source.root / below) as listed:
                entries = list(listed)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if name[0] not in "_.":
                    folders.append(f"{below}/{name}")
            elif is_post(name):
                stat, path = entry.stat(follow_symlinks=False), f"{below}/{name}"
                if S_ISREG(stat.st_mode) and (path.isascii() or is_text(path)):
                    found.append((path, stat.st_mtime_ns & MASK, stat.st_size, stat.st_ino & MASK))
                else:
                    others.append(path)
    found.sort()
    return found, sorted(others)


def listed_in(source: Source, folder: str) -> tuple[list[str], list[str]]:
    """The posts of any source, sorted by path, and those that cannot be posts: see refused."""
    paths = [path for path in source.paths(folder) if wanted(path, folder)]
    links = [path for path in source.links(folder) if wanted(path, folder)]
    return [path for path in paths if is_text(path)], [*links, *(path for path in paths if not is_text(path))]


def read_each(source: Source, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    """Each of these files, or why it cannot be read: it may be gone since it was listed, or not for us to read."""
    if isinstance(source, Commit):
        yield from source.read_many(paths)
        return
    for path in paths:
        try:
            yield path, source.read(path)
        except OSError as error:
            yield path, unreadable(path, error)


def is_text(path: str) -> bool:
    """Whether a file's name is UTF-8, as Python tells of the others by surrogates."""
    return path.isascii() or path.encode("utf-8", "ignore").decode() == path


def refused(others: Sequence[str]) -> list[Problem]:
    """A problem for each file that stands where a post would but is a symbolic link, or has a name that is not UTF-8."""
    found: list[Problem] = []
    for path in others:
        if is_text(path):
            what, hint = "a post cannot be a symbolic link: it might show what lies outside the calendar", "put the file itself there"
            found.append(Problem("symbolic-link", what, Place(path), hint))
        else:
            shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found.append(Problem("bad-file-name", "the name of this file is not UTF-8", Place(shown), "rename it"))
    return found


def one_of_each(posts: Sequence[Post], published: Collection[str]) -> tuple[list[Post], list[Post], list[Problem]]:
    """The posts with each id once, those left out, and what to say.

    Of two posts with one id that one stays whose path or text digest is in `published`; the others are held by a problem. Where
    none is known to be published the first by path stands for all, and all are held.
    """
    if len({post.id for post in posts if post.id}) == sum(1 for post in posts if post.id):
        return list(posts), [], []
    by_id: dict[str, list[Post]] = {}
    for post in posts:
        by_id.setdefault(post.id or f"\0{post.path}", []).append(post)
    kept: list[Post] = []
    copies: list[Post] = []
    problems: list[Problem] = []
    for same in by_id.values():
        proven = [post for post in same if post.path in published or post.text_digest in published]
        stays = proven[0] if proven else same[0]
        kept.append(stays)
        copies += (post for post in same if post is not stays)
        problems += (_doubled(post, same, stays if proven else None) for post in same if len(same) > 1 and not (proven and post is stays))
    kept.sort(key=lambda post: post.path)
    return kept, copies, problems


def _doubled(post: Post, same: Sequence[Post], original: Post | None) -> Problem:
    if original:
        what, hint = f"id {post.id} is already published from {original.path}", "a copy? Give it its own id"
    else:
        others = ", ".join(other.path for other in same if other is not post)
        what, hint = f"{post.path} and {others} both have the id {post.id}: neither goes out", "give one of them its own id"
    return Problem("duplicate-id", what, Place(post.path), hint)


def unreadable(path: str, error: OSError) -> Problem:
    """A file that the system does not let us read, or that is gone."""
    return Problem("post-unreadable", f"the file cannot be read: {error.strerror or 'it is gone'}", Place(path))


def no_index(why: str) -> Problem:
    """The warning that everything is parsed each time."""
    what = f"the index cannot be used ({why}): every post is read anew, which takes longer"
    return Problem("no-index", what, Place(".smm/index.db"), "make room on the disk, or let this user write into .smm", WARNING)


def heeded(problems: Iterable[Problem], calendar: Calendar) -> tuple[Problem, ...]:
    """`problems` without those about secrets, if the calendar ignores them: they hold nothing then."""
    return tuple(problem for problem in problems if problem.slug != IN_POST or IN_POST not in calendar.ignored)
