"""A payload against the declared limits of its network. Pure; every finding says by how much, and what to do.

What calendar.check finds without a network (missing files, missing descriptions, unknown keys and people) is not found again here.
Problems of files have the slugs and places that media.fit gives them, so that one can be told from the other and dropped.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from smm_cli.networks._check_files import check_count, check_files
from smm_cli.networks.base import Facts, Network
from smm_cli.text.rulers import measure
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.limit import Limit, PollLimit
from smm_cli.words.post import Poll, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Mention

UNITS = {"utf8": "bytes", "utf16": "UTF-16 units"}
"""What a ruler counts, where it is not simply characters."""
ALWAYS = ("content_warning", "poll", "reply_to", "quote", "first_comment")
"""Keys whose loss a reader would notice: said wherever a network has no place for them."""
ALONE = ("canonical", "link", "tags")
"""Keys that other channels of the post may want: said only where this channel stands alone in the post. A title names the post to
people too (lists, pages): that a network has none is no news."""


def check_payload(network: Network, post: Post, payload: Payload, facts: Facts) -> list[Problem]:
    """Everything that keeps `payload` from going out (errors), or that will not be as written (warnings). `post` is already aimed."""
    reading = network.reading(post)
    found = [replace(problem, place=replace(problem.place, file=post.path)) for problem in reading.problems]
    place = Place(post.path, channel=network.channel.name)
    if not payload.parts or all(_is_empty(part) for part in payload.parts):
        found.append(Problem("empty-post", "there is nothing to publish", place, "write a text, or add media"))
    for number, part in enumerate(payload.parts):
        at = replace(place, line=part.line)
        label = f"part {number + 1}" if len(payload.parts) > 1 else ""
        if len(payload.parts) > 1 and _is_empty(part) and not all(_is_empty(other) for other in payload.parts):
            found.append(Problem("empty-part", f"{label} is empty", at, "take out one of the lines that separate parts"))
        found += _texts(network, post, payload, number, at, label)
        found += check_count(network, part, at, label)
        found += check_files(network, part, at)
    found += _demands(network, post, payload, place)
    found += _keys(network, post, place)
    found += _visibility(network, post, place)
    if "@{" in post.body:
        found += _people(network, reading.parts, facts, place)
    if post.poll and "poll" in network.takes and network.poll_limit:
        with_media = bool(payload.parts and payload.parts[0].media)
        found += [Problem("poll", what, place, hint) for what, hint in _poll(post.poll, network.poll_limit, with_media, network.title)]
    return [*found, *network.remarks(post, payload, facts)]


def _is_empty(part: PayloadPart) -> bool:
    return not part.text.strip() and not part.media and not part.fields.get("poll")


# -- texts ------------------------------------------------------------------------------------------------------------------


def _texts(network: Network, post: Post, payload: Payload, number: int, at: Place, label: str) -> Iterator[Problem]:
    part = payload.parts[number]
    for limit in network.text_limits:
        if limit.name == "alt":
            yield from _descriptions(network, part, limit, at)
            continue
        if limit.name in payload.fields and limit.name not in part.fields:
            part = replace(part, fields={**part.fields, limit.name: payload.fields[limit.name]}) if number == 0 else part
        own = limit.name in ("text", "bytes")
        if not own and number and limit.name not in part.fields:
            continue
        used = network.measured(part, limit)
        what = label or "the text" if own else f"the {limit.name}"
        yield from _against(network, post, limit, used, what if own or not label else f"{what} of {label}", at, own=own)


def _against(network: Network, post: Post, limit: Limit, used: int, what: str, at: Place, *, own: bool) -> Iterator[Problem]:
    unit = UNITS.get(limit.ruler, "characters")
    if used > limit.maximum:
        over = used - limit.maximum
        counted = "".join(f" with its {name.replace('_', ' ').replace('spoiler text', 'content warning')}" for name in _beside(limit, post))
        said = f"{what}{counted} has {used} {unit}, {over} more than the {limit.maximum} that {network.title} takes"
        yield Problem("too-long", said, at, _shorter(network, post, over, unit, own=own))
    elif used < limit.minimum:
        if used == 0 and not own:
            yield Problem(f"{limit.name}-missing", f"{network.title} demands a {limit.name}", at, f"add {limit.name}:")
        elif used or limit.name == "text":
            said = f"{what} has {used} {unit}; {network.title} wants at least {limit.minimum}"
            yield Problem("too-short", said, at, "write more")


def _beside(limit: Limit, post: Post) -> tuple[str, ...]:
    return limit.together if post.content_warning else ()


def _shorter(network: Network, post: Post, over: int, unit: str, *, own: bool) -> str:
    name = network.channel.name
    if own and network.threads and not post.split:
        return f"split: true makes a thread of it; or write a shorter text for this channel: <!-- for: {name} -->"
    if own and network.threads:
        return "a word, a link or the content warning alone is too long for one part"
    return f"shorten it by {over} {unit}" + (f", or write a text for this channel: <!-- for: {name} -->" if own else "")


def _descriptions(network: Network, part: PayloadPart, limit: Limit, at: Place) -> Iterator[Problem]:
    for medium in part.media:
        used = measure(medium.alt, limit.ruler)
        if used > limit.maximum:
            what = f"the description of {medium.path} has {used} characters, {used - limit.maximum} more than the {limit.maximum} that"
            spot = replace(at, line=medium.line or at.line)
            yield Problem("alt-too-long", f"{what} {network.title} takes", spot, f"shorten alt by {used - limit.maximum}")


# -- what must be there -------------------------------------------------------------------------------------------------------


def _demands(network: Network, post: Post, payload: Payload, place: Place) -> Iterator[Problem]:
    kinds = {medium.kind for part in payload.parts[:1] for medium in part.media}
    there = {"title": bool(post.title), "link": bool(post.link), "media": bool(kinds), "image": "image" in kinds, "video": "video" in kinds}
    for name in sorted(network.demands):
        if not there[name]:
            hint = (
                f"add {name}:"
                if name in ("title", "link")
                else f"add media: with {'a picture or a film' if name == 'media' else f'one {name}'}"
            )
            yield Problem(f"{name}-missing", f"{network.title} demands {'media' if name == 'media' else f'one {name}'}", place, hint)


# -- keys -------------------------------------------------------------------------------------------------------------------


def _keys(network: Network, post: Post, place: Place) -> Iterator[Problem]:
    alone = set(post.channels) <= {network.channel.name, network.name}
    for key in (*ALWAYS, *(ALONE if alone and post.channels else ())):
        if getattr(post, key) and key not in network.takes and key not in network.appends:
            yield Problem("key-not-taken", f"{network.title} has no place for {key}", place, "it is left out", WARNING)


def _visibility(network: Network, post: Post, place: Place) -> Iterator[Problem]:
    if not post.visibility:
        return
    if "visibility" not in network.takes:
        if post.visibility != "public":
            what = f"everything on {network.title} is public; this post is to be {post.visibility}"
            yield Problem("visibility", what, place, "leave this channel out, or give it its own visibility: below for:")
    elif network.visibilities and post.visibility not in network.visibilities:
        near = difflib.get_close_matches(post.visibility, network.visibilities, n=1)
        known = ", ".join(network.visibilities)
        hint = f"did you mean {near[0]}?" if near else f"{network.title} knows {known}"
        yield Problem("visibility", f"{network.title} knows no visibility {post.visibility}", place, hint)


def _people(network: Network, parts: Any, facts: Facts, place: Place) -> Iterator[Problem]:
    if not network.wants_handles:
        return
    for part in parts:
        for name in dict.fromkeys(mention.person for mention in _mentions(part.blocks)):
            person = facts.people.get(name)
            if person and not person.handle(network.channel.name, network.name):
                what = f"{name} has no handle on {network.title}; her name is written instead"
                hint = f'[people.{name}] handles = {{ {network.name} = "@…" }} in channels.toml'
                yield Problem("no-handle", what, replace(place, line=part.line), hint, WARNING)


def _mentions(node: Any) -> Iterator[Mention]:
    if isinstance(node, Mention):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _mentions(item)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _mentions(getattr(node, field.name))


# -- polls ------------------------------------------------------------------------------------------------------------------


def _poll(poll: Poll, limit: PollLimit, with_media: bool, title: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a poll, and what to do."""
    if with_media and not limit.media:
        yield f"on {title} a post with a poll can carry no media", "take out the poll or the media"
    count = len(poll.options)
    if count < 2:
        yield f"a poll needs at least 2 options, this one has {count}", "add options"
    if count > limit.options:
        yield f"the poll has {count} options; {title} takes {limit.options}", f"take out {count - limit.options}"
    for option in poll.options:
        used = measure(option, limit.ruler)
        if used > limit.option:
            over = used - limit.option
            yield f"the option “{option[:20]}…” has {used} characters; {title} takes {limit.option}", f"shorten it by {over}"
        elif not option.strip():
            yield "an option of the poll is empty", "write it, or take it out"
    for option, times in Counter(poll.options).items():
        if times > 1 and option.strip():
            yield f"the option “{option}” stands {times} times in the poll", "take out the others"
    if not limit.shortest <= poll.seconds <= limit.longest:
        yield f"the poll is open for {_span(poll.seconds)}; {title} takes {_span(limit.shortest)} to {_span(limit.longest)}", "change it"


def _span(seconds: int) -> str:
    """300 is 5 min; cut to the largest unit that fits."""
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
