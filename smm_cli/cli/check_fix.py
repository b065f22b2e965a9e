"""smm check --fix: ids that are missing are written, one line in each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smm_cli.calendar.edit import edit_post
from smm_cli.calendar.source import WorkTree
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping, keep_files
from smm_cli.cli.check_paths import chosen_paths
from smm_cli.cli.looking import look
from smm_cli.cli.session import Session
from smm_cli.errors import PostError
from smm_cli.text.slug import slug
from smm_cli.words.post import Post


def fix_ids(session: Session, paths: Sequence[str], keeping: Keeping) -> None:
    """Write an id into every post (of `paths`) that has none; show the lines, and commit them or say how. Raises ConfigError."""
    with look(session, worktree=True) as runner:
        indexed = runner.index.posts(WorkTree(session.root))
        chosen = chosen_paths(paths, indexed, session) if paths else None
    posts = indexed.posts
    taken = {post.id for post in posts} | {path.parent.name for path in (session.root / "receipts").glob("*/*")}
    changes: dict[str, tuple[bytes, bytes]] = {}
    for post in posts:
        if post.id or (chosen is not None and post.path not in chosen):
            continue
        before = (session.root / post.path).read_bytes()
        new = _free(post, taken)
        try:
            changes[post.path] = before, edit_post(before, {"id": new})
        except PostError as error:
            output.tell(f"{post.path}: {error.what}")
            continue
        taken.add(new)
    if not changes:
        output.tell("No id is missing.")
        return
    keep_files(session.root, changes, "give posts their ids", keeping)


def _free(post: Post, taken: Iterable[str]) -> str:
    """An id like the file's name that no post bears, and none ever published bore."""
    stem = slug(post.path.rpartition("/")[2].rpartition(".")[0])[:60] or "post"
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found
