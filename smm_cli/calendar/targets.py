"""Which channels a post goes to, and what it says on each: groups and networks expanded, `for:` and texts of targets folded in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.calendar.model import Calendar
from smm_cli.words.channel import Channel
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media, Poll, Post, WaitFor

TEXT_LINE = "text_line"
UNREADABLE = "unreadable"
OURS = frozenset({TEXT_LINE, UNREADABLE})
"""Keys inside Post.targets that calendar.posts adds: the line where a target's text begins; what of it could not be read."""
TIMES = {"slot": "publish_at", "publish_at": "slot"}
LISTS = frozenset({"tags"})
PLAIN_KEYS = frozenset(
    {"title", "link", "canonical", "tags", "language", "author", "date", "pillar", "publish_at", "timezone", "slot", "order", "not_before"}
    | {
        "not_after",
        "until",
        "max_late",
        "urgent",
        "content_warning",
        "visibility",
        "reply_to",
        "quote",
        "first_comment",
        "split",
        "numbering",
    }
)
KEYS = PLAIN_KEYS | {"text", "media", "poll", "wait_for", "notes"}
"""Keys of `for: {target: …}` that are a post's; all others are options of the network."""
FORMS = ("group", "network", "channel")
"""Kinds of target, the farthest first."""


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that a post goes to; `by_group` the group or network that brought it there, empty where the post names it."""

    channel: Channel
    by_group: str = ""


def channels_of(post: Post, calendar: Calendar) -> tuple[Target, ...]:
    """Every channel of a post, once, in the order written; the calendar's default channels where it names none. Unknown names count
    for nothing: check_post tells of them."""
    found: dict[str, Target] = {}
    for name in post.channels or calendar.default_channels:
        if name in calendar.channels:
            found[name] = Target(calendar.channels[name])
        else:
            for member in members(name, calendar):
                found.setdefault(member, Target(calendar.channels[member], name))
    return tuple(found.values())


def members(name: str, calendar: Calendar) -> list[str]:
    """The channels that a channel's, group's or network's name means; none for an unknown one. Groups may hold groups."""
    return list(dict.fromkeys(_members(name, calendar, frozenset())))


def _members(name: str, calendar: Calendar, inside: frozenset[str]) -> Iterator[str]:
    if name in calendar.channels:
        yield name
    elif name in calendar.groups:
        for member in calendar.groups[name]:
            if member not in inside:
                yield from _members(member, calendar, inside | {name})
    else:
        yield from (channel.name for channel in calendar.channels.values() if channel.network == name)


def aim(post: Post, channel: Channel, calendar: Calendar) -> Post:
    """The post as `channel` gets it: what its groups, then its network, then the channel itself say replaces the common keys.

    Mappings (poll, wait_for, options) merge, lists replace. The result has no targets.
    """
    aimed = post
    for _, name in applying(post, channel, calendar):
        aimed = _folded(aimed, post.targets[name])
    return replace(aimed, targets={}) if post.targets else post


def applying(post: Post, channel: Channel, calendar: Calendar) -> list[tuple[str, str]]:
    """Targets of a post that concern `channel`, with their kind, the farthest first: groups by name, network, channel."""
    found = []
    for name in sorted(post.targets):
        if name == channel.name:
            found.append(("channel", name))
        elif name in calendar.groups:
            if channel.name in members(name, calendar):
                found.append(("group", name))
        elif name == channel.network and name not in calendar.channels:
            found.append(("network", name))
    return sorted(found, key=lambda pair: FORMS.index(pair[0]))


def options_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a target that belong to the network."""
    return {key: value for key, value in said.items() if key not in KEYS and key not in OURS}


def _folded(post: Post, said: Mapping[str, Any]) -> Post:
    changes: dict[str, Any] = {}
    for key, value in said.items():
        if key in PLAIN_KEYS:
            changes[key] = tuple(value) if key in LISTS else value
            if key in TIMES and value:
                changes.setdefault(TIMES[key], "")
        elif key == "text":
            changes |= {"body": value, "body_line": said.get(TEXT_LINE, post.body_line)}
        elif key == "media":
            changes["media"] = tuple(_media(item) for item in value)
        elif key == "poll":
            changes["poll"] = _poll(post.poll, value)
        elif key == "wait_for":
            changes["wait_for"] = WaitFor(**value) if value else None
        elif key not in KEYS and key not in OURS:
            changes["options"] = _merged(changes.get("options", post.options), {key: value})
    return replace(post, **changes) if changes else post


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _media(said: Mapping[str, Any]) -> Media:
    focus = said.get("focus")
    return Media(**{**said, "focus": tuple(focus) if focus else None})


def _poll(below: Poll | None, said: Mapping[str, Any] | None) -> Poll | None:
    if not said:
        return None
    changes = dict(said)
    if "options" in changes:
        changes["options"] = tuple(changes["options"])
    if "seconds" in changes:
        changes["seconds"] = round(changes["seconds"])
    return replace(below or Poll(()), **changes)
