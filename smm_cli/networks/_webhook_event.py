"""An event of a webhook: what it tells of a post, and what its receiver answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from smm_cli.networks._short import described, short
from smm_cli.text.dialects import commonmark, html
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Mention

AS_WRITTEN = ("title", "link", "canonical", "language", "author", "date", "content_warning", "visibility", "reply_to", "quote")
"""Keys of a post that are told as they are."""
SMALL = 20_000
"""Bytes that an event should stay under, not a limit. Source: the specification, Payload size (2026-11-22)."""


def fields_of(part: Part, post: Post, media_base: str, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """The post in Markdown and HTML, its keys as they are; empty ones are left out."""
    said = {key: getattr(post, key) for key in (*AS_WRITTEN, "campaign", "pillar")}
    fields: dict[str, Any] = {key: short(value, mention) for key, value in said.items() if value}
    fields |= {"markdown": commonmark(part.blocks, mention), "html": html(part.blocks, mention)}
    if post.tags:
        fields["tags"] = list(post.tags)
    if post.poll:
        fields["poll"] = {"options": list(post.poll.options), "seconds": post.poll.seconds, "multiple": post.poll.multiple}
    if part.media:
        fields["media"] = [_medium(medium, media_base) for medium in described(part.media, mention)]
    return fields


def event_of(kind: str, id: str, payload: Payload, part: int) -> dict[str, Any]:
    """The event that tells one part."""
    message = payload.parts[part]
    data = {"id": payload.delivery, **payload.fields, "calendar": payload.calendar, "text": message.text, **message.fields}
    return {"id": id, "type": kind, "timestamp": payload.at.isoformat().replace("+00:00", "Z"), "data": data}


def named(receipt: PartReceipt) -> dict[str, str]:
    """What names a post in the events that follow its first."""
    return {"id": receipt.id, **({"url": receipt.url} if receipt.url else {})}


def remarks_on(payload: Payload, place: Place) -> tuple[Problem, ...]:
    """That an event is larger than receivers expect."""
    size = len(json.dumps(event_of("post.published", "", payload, 0)).encode())
    if size <= SMALL:
        return ()
    what = f"the event has {size} bytes; receivers expect fewer than {SMALL}"
    return (Problem("large-event", what, place, "shorten the text", WARNING),)


def receipt_of(answer: Answer, id: str) -> PartReceipt:
    """What the receiver calls the post, where it says so ({"id", "url"}); else the event's own id."""
    own, url = answer.get("id"), answer.get("url")
    known = str(own) if isinstance(own, str | int) and not isinstance(own, bool) and own != "" else id
    return PartReceipt(known, url if isinstance(url, str) and url.startswith(("https://", "http://")) else "")


def _medium(medium: Media, base: str) -> dict[str, Any]:
    """What is known of a file; its bytes are not sent. `url` only where the calendar's files are public."""
    known: dict[str, Any] = {"name": medium.path.rpartition("/")[2], "alt": medium.alt}
    if medium.blob:
        known |= {"type": medium.blob.type, "bytes": medium.blob.size, "sha256": medium.blob.sha256}
    known |= {key: value for key in ("width", "height", "seconds") if (value := getattr(medium, key)) is not None}
    if base:
        known["url"] = base.rstrip("/") + "/" + quote(medium.path)
    return known
