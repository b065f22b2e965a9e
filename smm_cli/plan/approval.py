"""Approval by a second person: who must say yes to what, and whether the lines of a post say so of its present content."""

from __future__ import annotations

from typing import Protocol

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.people import Told, person_of
from smm_cli.plan.groups import in_scope
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post


class Witness(Protocol):
    """What the history of a post's file tells. Each is asked only where it decides."""

    def authors(self, post: Post) -> Told:
        """Who wrote what stands in the file."""

    def merged(self, post: Post) -> Told:
        """Who brought its present content onto the published branch."""

    def signature(self, post: Post, line: str) -> str:
        """Why the signature under this line of `approved` does not count; empty where it does."""

    def changes(self, post: Post, line: str) -> str:
        """What is not as it was when this line was added; empty where nobody knows."""


class Nobody:
    """A witness who saw nothing: of files without a history."""

    def authors(self, post: Post) -> Told:
        return Told()

    def merged(self, post: Post) -> Told:
        return Told(unknown="nothing is known of who merged it")

    def signature(self, post: Post, line: str) -> str:
        return "no signature can be looked at"

    def changes(self, post: Post, line: str) -> str:
        return ""


NOBODY: Witness = Nobody()


def asks_anything(calendar: Calendar) -> bool:
    """Whether any delivery of this calendar may need approval. By merge, the branch has it already, unless it counts who merged."""
    asked = calendar.approval
    by_campaign = any(campaign.approval for campaign in calendar.campaigns.values())
    return (asked.by != "merge" or names_anybody(calendar)) and bool(asked.required or asked.channels or asked.campaigns or by_campaign)


def is_needed(calendar: Calendar, post: Post, channel: Channel) -> bool:
    """Whether `post` may go out on `channel` only when approved. A campaign's own word counts most."""
    asked = calendar.approval
    campaign = calendar.campaigns.get(post.campaign)
    if campaign and campaign.approval is not None:
        return campaign.approval
    if asked.required or (post.campaign and post.campaign in asked.campaigns):
        return True
    return any(in_scope(name, channel, calendar) for name in asked.channels)


def missing(post: Post, digest: str, calendar: Calendar, witness: Witness = NOBODY) -> str:
    """What `post` lacks to be approved, in words; empty when enough people approved exactly `digest`, or merged it."""
    asked = calendar.approval
    if asked.by == "merge":
        return _unmerged(post, calendar, witness)
    present = _lines(post, digest)
    if not present:
        stale = next((line for line in reversed(post.approved) if digest and len(line.split()) >= 2), None)
        changed = witness.changes(post, stale) if stale else ""
        if stale and changed:
            return f"changed since {_who(stale, calendar)} approved it: {changed}"
        return "it changed since it was approved" if stale else "nobody approved it yet"
    authors = authors_of(post, calendar, witness) if asked.four_eyes else Told()
    if authors.unknown:
        return authors.unknown
    faults = [(_who(line, calendar), _fault_of(post, line, calendar, authors.people, witness)) for line in present]
    good = {who for who, fault in faults if not fault}
    return _lacking(good, [fault for _, fault in faults if fault], authors.people, calendar)


def counted(post: Post, digest: str, calendar: Calendar, witness: Witness = NOBODY) -> tuple[str, ...]:
    """Whose lines count as approvals of exactly `digest`, in the order written."""
    present = _lines(post, digest)
    authors = authors_of(post, calendar, witness) if present and calendar.approval.four_eyes else Told()
    good = [line for line in present if not authors.unknown and not _fault_of(post, line, calendar, authors.people, witness)]
    return tuple(dict.fromkeys(_who(line, calendar) for line in good))


def _lines(post: Post, digest: str) -> list[str]:
    return [line for line in post.approved if digest and len(words := line.split()) >= 2 and words[-1] == digest]


def _who(line: str, calendar: Calendar) -> str:
    return person_of(line.split(maxsplit=1)[0], calendar)


def _fault_of(post: Post, line: str, calendar: Calendar, authors: frozenset[str], witness: Witness) -> str:
    """Why a line of `approved` does not count; empty where it does."""
    fault = _fault(_who(line, calendar), calendar, authors)
    return fault or (witness.signature(post, line) if calendar.approval.signed else "")


def _unmerged(post: Post, calendar: Calendar, witness: Witness) -> str:
    """As missing, where merging approves: who merged is asked only where it counts who."""
    asked = calendar.approval
    if not names_anybody(calendar):
        return ""
    merged = witness.merged(post)
    authors = authors_of(post, calendar, witness) if asked.four_eyes and not merged.unknown else Told()
    if merged.unknown or authors.unknown:
        return merged.unknown or authors.unknown
    faults = {who: _fault(who, calendar, authors.people) for who in sorted(merged.people)}
    counted = {who for who, fault in faults.items() if not fault}
    return _lacking(counted, [fault for fault in faults.values() if fault], authors.people, calendar, "merged")


def names_anybody(calendar: Calendar) -> bool:
    """Whether it counts who approves, not only that somebody does."""
    asked = calendar.approval
    return bool(asked.approvers or asked.four_eyes or asked.signed or asked.count > 1)


def authors_of(post: Post, calendar: Calendar, witness: Witness) -> Told:
    """Who wrote it: `author`, and whom its history names."""
    told = witness.authors(post)
    return Told(told.people | {person_of(post.author, calendar)}, told.unknown) if post.author else told


def _fault(who: str, calendar: Calendar, authors: frozenset[str]) -> str:
    if not is_approver(who, calendar):
        return f"{who} is none of the approvers"
    if calendar.approval.four_eyes and not _has_address(who, calendar):
        return f"nobody can tell {who} from the authors: [people.{who}] says no git address and no login"
    return f"{who} wrote it" if who in authors else ""


def _has_address(who: str, calendar: Calendar) -> bool:
    person = calendar.people.get(who)
    return bool(person.git or person.login) if person else "@" in who


def _lacking(counted: set[str], refused: list[str], authors: frozenset[str], calendar: Calendar, done: str = "approved") -> str:
    """Why `counted` are too few, and whom it needs."""
    asked = calendar.approval
    if len(counted) >= max(asked.count, 1):
        return ""
    why = list(dict.fromkeys(refused))
    if counted:
        why.insert(0, f"{len(counted)} of {asked.count} approvals: {', '.join(sorted(counted))}")
    elif not why:
        why.append(f"nobody {done} it yet")
    able = sorted({person_of(who, calendar) for who in asked.approvers} - counted - authors)
    if able:
        why.append(f"needs {' or '.join(able)}")
    elif why[-1].endswith((" wrote it", "approvers")):
        why.append("needs somebody else")
    return "; ".join(why)


def is_approver(who: str, calendar: Calendar) -> bool:
    """Whether `who` may approve here: everybody, where channels.toml names nobody."""
    allowed = {person_of(each, calendar) for each in calendar.approval.approvers}
    return not allowed or person_of(who, calendar) in allowed
