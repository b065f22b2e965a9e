"""The posts as they lie in the work tree: what people write, list and schedule, whatever is published from."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from smm_cli.calendar.index import Index, Indexed
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.source import WorkTree
from smm_cli.cli.session import Session
from smm_cli.delivery.ledgers import open_ledger
from smm_cli.delivery.pauses import with_pauses
from smm_cli.delivery.runner import Runner
from smm_cli.errors import PostError, UsageError
from smm_cli.words.post import Post
from smm_cli.words.problem import errors_of


class Edited(WorkTree):
    """The work tree as it would be with one file changed."""

    def __init__(self, root: Path, path: str, data: bytes) -> None:
        super().__init__(root)
        self.path = path
        self.data = data

    def read(self, path: str) -> bytes:
        return self.data if path == self.path else super().read(path)


def open_desk(session: Session) -> Runner:
    """As open_runner, but on the work tree. Raises ConfigError, LedgerError."""
    calendar = with_pauses(session.calendar())
    ledger = open_ledger(calendar, session.clock)
    return Runner(calendar, WorkTree(calendar.root), ledger, Index(calendar), ledger.clock or session.clock)


def find_post(desk: Runner, said: str) -> Post:
    """The one post that `said` names by id or by file. Raises UsageError where there is none, PostError where its file is broken."""
    indexed = desk.index.posts(desk.source)
    path = _as_path(desk.calendar.root, said)
    found = [post for post in (*indexed.posts, *indexed.copies) if (post.id and post.id == said) or post.path == path]
    exact = [post for post in found if post.path == path] or found
    if len(exact) > 1:
        files = " and ".join(post.path for post in exact)
        raise UsageError(f"two files have the id {said}: {files}", hint="give one of them its own id, or name the file")
    if exact:
        return exact[0]
    _refuse_broken(indexed, said, path)
    known = [post.id for post in indexed.posts if post.id]
    raise UsageError(f"there is no post {said}", hint=did_you_mean(said, known, "smm post list shows all"), slug="unknown-post")


def _as_path(root: Path, said: str) -> str:
    """`said` as a path below `root`, where it is one; from any folder inside the calendar."""
    if not said.endswith(".md"):
        return ""
    for place in (Path.cwd() / said, root / said):
        try:
            return place.resolve(strict=True).relative_to(root.resolve()).as_posix()
        except (OSError, ValueError):
            continue
    return ""


def _refuse_broken(indexed: Indexed, said: str, path: str) -> None:
    """Raise PostError where the file that is likely meant cannot be read as a post."""
    for problem in errors_of(indexed.problems):
        file = problem.place.file
        if file and (file == path or PurePosixPath(file).stem == said):
            raise PostError(problem.what, where=str(problem.place), hint=problem.hint, slug=problem.slug)
