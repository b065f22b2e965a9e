"""Approval by a second person: who must say yes to what, and whether the lines of a post say so of its present content."""

from __future__ import annotations

from smm_cli.calendar.model import Calendar
from smm_cli.plan.groups import in_scope
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post


def asks_anything(calendar: Calendar) -> bool:
    """Whether any delivery of this calendar may need approval; by merge means that the branch has it already."""
    asked = calendar.approval
    by_campaign = any(campaign.approval for campaign in calendar.campaigns.values())
    return asked.by != "merge" and bool(asked.required or asked.channels or asked.campaigns or by_campaign)


def is_needed(calendar: Calendar, post: Post, channel: Channel) -> bool:
    """Whether `post` may go out on `channel` only when approved. A campaign's own word counts most."""
    asked = calendar.approval
    campaign = calendar.campaigns.get(post.campaign)
    if campaign and campaign.approval is not None:
        return campaign.approval
    if asked.required or (post.campaign and post.campaign in asked.campaigns):
        return True
    return any(in_scope(name, channel, calendar) for name in asked.channels)


def missing(post: Post, digest: str, calendar: Calendar) -> str:
    """What `post` lacks to be approved, in words; empty when enough people approved exactly `digest`."""
    asked = calendar.approval
    lines = [line.split() for line in post.approved]
    named = [(words[0], words[-1]) for words in lines if len(words) >= 2]
    now = {person_of(who, calendar) for who, seen in named if digest and seen == digest}
    if asked.approvers:
        now &= {person_of(who, calendar) for who in asked.approvers}
    if asked.four_eyes and post.author:
        now.discard(person_of(post.author, calendar))
    if len(now) >= max(asked.count, 1):
        return ""
    if now:
        return f"{len(now)} of {asked.count} approvals: {', '.join(sorted(now))}"
    if digest and any(seen != digest for _, seen in named):
        return "it changed since it was approved"
    return "only its author approved it" if digest and named and asked.four_eyes else "nobody approved it yet"


def is_approver(who: str, calendar: Calendar) -> bool:
    """Whether `who` may approve here: everybody, where channels.toml names nobody."""
    allowed = {person_of(each, calendar) for each in calendar.approval.approvers}
    return not allowed or person_of(who, calendar) in allowed


def person_of(who: str, calendar: Calendar) -> str:
    """The name under `[people]` of a name, a login or a mail address of git; itself in lower case where nobody has it."""
    if who in calendar.people:
        return who
    name = who.removeprefix("@").lower()
    found = (p.name for p in calendar.people.values() if name == p.login.lower() or name in (address.lower() for address in p.git))
    return next(found, name)
