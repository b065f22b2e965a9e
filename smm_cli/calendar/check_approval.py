"""Whether this clone can tell who approved: findings about the place where it is judged, not about any post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smm_cli.calendar import blame, git, signatures
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import open_source
from smm_cli.calendar.witness import GitWitness
from smm_cli.errors import ConfigError
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

WHERE = Place("channels.toml")


def check_approval(calendar: Calendar, held: Iterable[Post]) -> Iterator[Problem]:
    """Problems of `[approval]` with this clone: history that is missing, allowed signers that prove nothing, and posts of those
    that are `held` for approval where nobody can tell who merged them."""
    asked = calendar.approval
    by_merge = asked.by == "merge" and bool(asked.approvers or asked.count > 1)
    if not (asked.four_eyes or asked.signed or by_merge) or not git.is_repository(calendar.root):
        return
    if blame.cut_off(calendar.root):
        what = "this clone lacks older commits: who wrote, signed or merged posts of that time cannot be told, and they are held"
        yield Problem("approval-history", what, WHERE, "git fetch --unshallow; in CI fetch-depth: 0", WARNING)
    if asked.by == "merge" and (by_merge or asked.four_eyes):
        yield from _merged_by_nobody(calendar, held)
    if asked.signed and (place := signatures.within(calendar.root)):
        what = f"the allowed signers ({place}) lie in the calendar, where whoever changes a post could add a key: no signature counts"
        hint = 'keep them elsewhere: git config gpg.ssh.allowedSignersFile "$(git rev-parse --absolute-git-dir)/allowed_signers"'
        yield Problem("approval-signers", what, WHERE, hint)


def _merged_by_nobody(calendar: Calendar, held: Iterable[Post]) -> Iterator[Problem]:
    """Posts on the published branch of which nobody can tell who brought them there."""
    try:
        source = open_source(calendar.root, calendar.publish_from)
        witness = GitWitness(calendar, source)
        unknown = [(post, witness.merged(post).unknown) for post in held if source.exists(post.path)]
    except ConfigError:  # no such branch yet: that is told elsewhere
        return
    for post, why in unknown:
        if why:
            yield Problem("approval-unknown", f"{post.id}: {why}", Place(post.path), "docs/how-to/approval.md", WARNING)
