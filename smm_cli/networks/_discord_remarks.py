"""What only Discord finds wrong with a post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

WHOLE = 25 * 1024 * 1024
"""The most bytes of one request. Source: discord-api-docs, Reference, Uploading Files (2026-08-06)."""


def remarks_on(post: Post, payload: Payload, settings: Any, place: Place) -> Iterator[Problem]:
    """Threads without a title, files that are too large together, answers where nobody can answer."""
    if settings.forum and not post.title:
        yield Problem("title-missing", "a thread in a forum needs a title", place, "add title:")
    for part in payload.parts:
        size = sum(medium.blob.size for medium in part.media if medium.blob)
        if len(part.media) > 1 and size > WHOLE:
            what = f"the files of one message have {size >> 20} MiB; Discord takes {WHOLE >> 20} MiB in a request"
            yield Problem("media-too-large", what, place, "make them smaller, or put them into several parts")
    if post.reply_to and (settings.webhook or settings.forum):
        yield Problem("key-not-taken", "only a bot answers messages, and none in a forum", place, "it is left out", WARNING)
