"""What a post on Threads says beside its text, what its containers say, and what programs cannot do there.

Sources: developers.facebook.com/docs/threads, posts and posts/polls (2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any

from smm_cli.networks._meta_container import Pairs, file_of
from smm_cli.networks._pointer import id_in
from smm_cli.networks._short import short
from smm_cli.networks._threads_text import links_of
from smm_cli.networks.base import Facts
from smm_cli.words.conversation import Step
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Mention

LINKS = 5
"""Source: docs/threads/posts, link limit (2026-11-22)."""
POINTERS = ("reply_to", "quote")


def first_fields(post: Post, topic: str, control: str, mention: Callable[[Mention], str], facts: Facts) -> dict[str, Any]:
    """What the first part alone says: topic, who may answer, poll, what it answers and quotes."""
    fields: dict[str, Any] = {"topic_tag": topic.removeprefix("#")} if topic else {}
    fields |= {"reply_control": control} if control else {}
    fields |= {"poll": [short(option, mention) for option in post.poll.options]} if post.poll else {}
    return fields | {key: _pointed(target, facts, key) for key in POINTERS if (target := getattr(post, key))}


def items_of(message: PayloadPart) -> Generator[Step, Any, list[Pairs]]:
    """What the containers of all files say."""
    items = []
    for medium in message.media:
        items.append((yield from _item(medium, spoiler=bool(message.fields.get("spoiler")))))
    return items


def said_of(message: PayloadPart, earlier: str) -> Pairs:
    """Text and options of the container that is published; it answers the part before (`earlier`), else what the post answers."""
    fields = message.fields
    pairs = [("text", message.text), *((key, str(fields[key])) for key in ("topic_tag", "reply_control") if key in fields)]
    if poll := fields.get("poll"):
        named = {f"option_{letter}": option for letter, option in zip("abcd", poll, strict=False)}
        pairs.append(("poll_attachment", json.dumps(named, ensure_ascii=False, separators=(",", ":"))))
    target = earlier or id_in(fields.get("reply_to"), "reply_to")
    return (*pairs, ("quote_post_id", id_in(fields.get("quote"), "quote")), ("reply_to_id", target))


def problems_of(post: Post, payload: Payload, place: Place) -> tuple[Problem, ...]:
    """Too many links; polls with several answers; answers to what is not ours (an address tells no id)."""
    found = []
    for part in payload.parts:
        if (count := len(links_of(part.text))) > LINKS:
            found.append(Problem("too-many-links", f"{count} links in one part; Threads takes {LINKS}", place, "spread them"))
    if post.poll and post.poll.multiple:
        found.append(Problem("poll", "a poll on Threads takes one answer of each person", place, "multiple: false"))
    for key in POINTERS:
        if getattr(post, key).startswith(("https://", "http://")):
            what = f"{key}: Threads lets programs point to posts by their id, which an address does not tell"
            found.append(Problem("pointer", what, place, "name a post of this calendar, by its id"))
    return tuple(found)


def _item(medium: Media, *, spoiler: bool) -> Generator[Step, Any, Pairs]:
    """What a container of one file says."""
    file = yield from file_of(medium)
    kind = "IMAGE" if medium.kind == "image" else "VIDEO"
    return (("media_type", kind), file, ("alt_text", medium.alt), ("is_spoiler_media", "true" if spoiler else ""))


def _pointed(target: str, facts: Facts, key: str) -> dict[str, str]:
    """What a post answers or quotes: the id of one of ours (a reply continues its last part), or a post that is not out yet."""
    receipt = facts.receipts.get(target)
    if receipt and receipt.parts:
        return {"id": receipt.parts[-1 if key == "reply_to" else 0].id}
    return {"post": target}
