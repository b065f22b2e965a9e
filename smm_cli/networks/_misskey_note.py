"""A note: what a post says of it beside its text, and the body of the request that publishes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.post import Poll, Post
from smm_cli.words.tree import Mention

VISIBILITY = {"public": "public", "unlisted": "home", "home": "home", "private": "followers", "followers": "followers"}
"""Mastodon's words for it and Misskey's own. `specified` needs receivers by id, so that a post to few is not offered."""


def fields_of(post: Post, visibility: str, options: Any, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """What holds for every note of a post."""
    fields: dict[str, Any] = {"visibility": VISIBILITY.get(visibility, "public")}
    if post.content_warning:
        fields["content_warning"] = short(post.content_warning, mention)
    fields |= {"sensitive": True} if options.sensitive else {}
    return fields | ({"local_only": True} if options.local_only else {})


def first_fields_of(post: Post, facts: Facts, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """What the first note alone has: poll, and what it answers and quotes."""
    fields: dict[str, Any] = {"poll": _poll(post.poll, mention)} if post.poll else {}
    fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
    return fields | ({"quote": pointer(post.quote, facts, 0)} if post.quote else {})


def body_of(message: PayloadPart, files: Sequence[str], answered: str, quoted: str) -> Mapping[str, Any]:
    """The body of notes/create, which takes each file but once."""
    fields = message.fields
    body: dict[str, Any] = {"text": message.text or None, "visibility": fields["visibility"], "cw": fields.get("content_warning")}
    body["localOnly"] = bool(fields.get("local_only"))
    said = {"fileIds": list(dict.fromkeys(files)), "replyId": answered, "renoteId": quoted, "poll": fields.get("poll")}
    return body | {name: value for name, value in said.items() if value}


def _poll(poll: Poll, mention: Callable[[Mention], str]) -> dict[str, Any]:
    choices = [short(option, mention) for option in poll.options]
    return {"choices": choices, "multiple": poll.multiple, "expiredAfter": poll.seconds * 1000}
