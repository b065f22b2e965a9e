"""What only Telegram finds wrong with a post: polls that stay open, files that cannot stand together, photos too slender."""

from __future__ import annotations

from collections.abc import Iterator

from smm_cli.networks._telegram_message import CLOSES
from smm_cli.text.telegram import TAG
from smm_cli.words.delivery import Payload
from smm_cli.words.limit import GIF
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import WARNING, Place, Problem

ENTITIES = 100
SLENDER = 20
"""How many times longer the one side of a photo may be. Source: sendPhoto (2026-06-11)."""


def remarks_on(post: Post, payload: Payload, channel: str) -> Iterator[Problem]:
    """Problems of a payload, beside those of the declared limits."""
    place = Place(post.path, channel=channel)
    if post.poll and post.poll.seconds > CLOSES:
        what = f"Telegram closes a poll by itself within {CLOSES // 86_400} days or not at all; this one stays open"
        yield Problem("poll-open", what, place, "close it in the app", WARNING)
    for part in payload.parts:
        if len(part.media) > 1 and any(medium.blob and medium.blob.type == GIF for medium in part.media):
            yield Problem("mixed-media", "a GIF stands alone on Telegram", place, "put it into a part of its own")
        for medium in part.media:
            if _slender(medium):
                what = f"{medium.path} is {medium.width} x {medium.height} pixels; Telegram takes sides up to 1 to {SLENDER}"
                yield Problem("media-too-large", what, place, "cut it")
        if len(TAG.findall(part.text)) // 2 > ENTITIES:
            yield Problem("many-marks", f"Telegram shows {ENTITIES} marks and links of a message", place, "use fewer", WARNING)


def _slender(medium: Media) -> bool:
    small, large = sorted((medium.width or 0, medium.height or 0))
    photo = medium.kind == "image" and medium.blob is not None and medium.blob.type != GIF
    return photo and small > 0 and large > SLENDER * small
