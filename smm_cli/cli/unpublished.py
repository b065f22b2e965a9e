"""Ready posts that lie in the work tree while another ref is published: nothing happens to them, and somebody should say so."""

from __future__ import annotations

from smm_cli.calendar.index import Index
from smm_cli.calendar.source import Commit, WorkTree
from smm_cli.delivery.runner import Runner


def ready_elsewhere(runner: Runner) -> tuple[str, ...]:
    """Files of ready posts whose id the published ref does not have, or has as a draft; none where the work tree is published."""
    if not isinstance(runner.source, Commit):
        return ()
    there = {post.id for post in runner.index.posts(runner.source).posts if post.status == "ready"}
    here = Index(runner.calendar).posts(WorkTree(runner.calendar.root)).posts
    return tuple(post.path for post in here if post.status == "ready" and post.id not in there)


def not_on_ref(runner: Runner) -> str:
    """`1 ready post is not on main yet: posts/hallo.md`; empty where there is none."""
    paths = ready_elsewhere(runner)
    if not paths:
        return ""
    listed = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    posts = "1 ready post is" if len(paths) == 1 else f"{len(paths)} ready posts are"
    return f"{posts} not on {runner.calendar.publish_from} yet: {listed}"
