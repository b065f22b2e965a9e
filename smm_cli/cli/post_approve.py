"""smm post approve: a person's yes to exactly what stands in the file now, as a line in it; any later change makes it lapse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from smm_cli.calendar import git
from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.edit import edit_post
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.people import person_of
from smm_cli.calendar.witness import GitWitness
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.planned import plan_of
from smm_cli.cli.post_desk import find_post, open_desk
from smm_cli.cli.post_lines import keep_post, show_lines
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.plan.approval import authors_of, is_approver
from smm_cli.words.delivery import FINAL
from smm_cli.words.post import Post

SHOWN = 12
"""Digits of a digest that are enough to tell one version of a post from another."""


def approve(
    session: Session, said: Sequence[str], *, campaign: str = "", who: str = "", seen: str = "", yes: bool = False, keeping: Keeping
) -> int:
    """Write a line of approval into each post. Raises UsageError for who may not, for another version than `seen`, without a post."""
    with open_desk(session) as desk:
        if desk.calendar.approval.by == "merge":
            what = "here merging approves: a line would count for nothing"
            raise UsageError(what, hint="[approval] by in channels.toml; docs/how-to/approval.md", slug="approved-by-merge")
        posts = _chosen(desk, said, campaign)
        if seen and (len(posts) != 1 or not seen.removeprefix("v1:")):
            raise UsageError("--seen names one version of one post", hint="smm post approve POST --seen DIGEST")
        name = _person(desk.calendar, who)
        digests = {post.id: approval_digest(post, desk.calendar, desk.source) for post in posts}
        for post in posts:
            _refuse(desk, post, name, digests[post.id], seen)
        if not keeping.dry_run and not _agreed(desk, posts, yes):
            output.tell("Nothing was approved.")
            return 0
        stamp = session.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for post in posts:
            digest = digests[post.id]
            others = [line for line in post.approved if not _by(line, name, desk.calendar)]
            if any(_by(line, name, desk.calendar) and line.endswith(digest) for line in post.approved):
                output.tell(f"  {post.id} is approved so by {name} already.")
                continue
            _write(desk, post, [*others, f"{name} {stamp} {digest}"], f"Approve {post.id}", keeping)
            output.out(f"{'would approve' if keeping.dry_run else 'approved'}  {post.id}  {digest[: SHOWN + 3]}  by {name}")
    return 0


def revoke(session: Session, said: Sequence[str], *, campaign: str = "", who: str = "", keeping: Keeping) -> int:
    """Take one's own lines out of the posts again; other people's stay."""
    with open_desk(session) as desk:
        name = _person(desk.calendar, who)
        for post in _chosen(desk, said, campaign):
            others = [line for line in post.approved if not _by(line, name, desk.calendar)]
            if len(others) == len(post.approved):
                output.tell(f"  {post.id} was not approved by {name}.")
                continue
            _write(desk, post, others, f"Revoke the approval of {post.id}", keeping)
            output.out(f"revoked  {post.id}")
    return 0


def _chosen(desk: Runner, said: Sequence[str], campaign: str) -> list[Post]:
    if campaign:
        if campaign not in desk.calendar.campaigns:
            raise UsageError(f"there is no campaign {campaign}", hint="campaigns stand in channels.toml", slug="unknown-campaign")
        found = [post for post in desk.index.posts(desk.source).posts if post.campaign == campaign and post.id]
        open_ones = {delivery.post for delivery in plan_of(desk).plan.deliveries if delivery.state not in FINAL}
        posts = [post for post in found if post.id in open_ones]
        if not posts:
            raise UsageError(f"nothing of {campaign} is still to come")
        return posts
    if not said:
        raise UsageError("which post?", hint="smm post approve launch, or --campaign NAME")
    posts = [find_post(desk, one) for one in said]
    for post in posts:
        if not post.id:
            raise UsageError(f"{post.path} has no id yet", hint="smm check --fix writes it")
    return posts


def _person(calendar: Calendar, who: str) -> str:
    """Who approves: `--as`, else whom git's own user.email belongs to. Raises UsageError where nobody can be named."""
    said = who or (git.ask(calendar.root, "config", "user.email") or b"").decode("utf-8", "replace").strip()
    if not said:
        raise UsageError("who approves?", hint="git config user.email ada@example.org, or --as NAME")
    name = person_of(said, calendar)
    if any(sign.isspace() for sign in name):
        raise UsageError(f"{name} holds a blank: a line of approval cannot", hint="--as NAME, as under [people.NAME]")
    return name


def _refuse(desk: Runner, post: Post, name: str, digest: str, seen: str) -> None:
    calendar = desk.calendar
    if not is_approver(name, calendar):
        known = ", ".join(calendar.approval.approvers)
        raise UsageError(
            f"{name} is none of those who approve here: {known}", hint="[approval] approvers in channels.toml", slug="approver"
        )
    if calendar.approval.four_eyes and name in authors_of(post, calendar, GitWitness(calendar, desk.source)).people:
        what = f"{name} wrote {post.id}: somebody else must approve it (four_eyes)"
        raise UsageError(what, hint="ask another approver", slug="four-eyes")
    if seen and not digest.removeprefix("v1:").startswith(seen.removeprefix("v1:")):
        what = f"{post.id} is no longer the version that you saw: it is {digest[: SHOWN + 3]} now"
        raise UsageError(what, hint=f"look again: smm preview {post.id}", slug="seen-another")


def _by(line: str, name: str, calendar: Calendar) -> bool:
    return person_of(line.split(maxsplit=1)[0], calendar) == name


def _agreed(desk: Runner, posts: Sequence[Post], yes: bool) -> bool:
    """What is due already goes out at the next tick: that is asked."""
    now, ids = desk.clock.now(), {post.id for post in posts}
    due = [d for d in plan_of(desk).plan.deliveries if d.post in ids and d.reason == "approval" and d.due is not None and d.due <= now]
    if not due:
        return True
    for delivery in due:
        output.tell(f"  {delivery.name} is due already: it goes out at the next tick.")
    return output.confirm("Approve?", yes=yes)


def _write(desk: Runner, post: Post, lines: list[str], message: str, keeping: Keeping) -> None:
    before = desk.source.read(post.path)
    after = edit_post(before, {"approved": lines or None})
    show_lines(post.path, before, after, {})
    keep_post(desk.calendar, post.path, after, message, keeping)
