"""What stands beside the text of a post on LinkedIn: media, a card, a poll; one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.words.delivery import PayloadPart
from smm_cli.words.post import Media, Poll

DURATIONS = ((86_400, "ONE_DAY"), (259_200, "THREE_DAYS"), (604_800, "SEVEN_DAYS"), (1_209_600, "FOURTEEN_DAYS"))
"""Seconds and names. Source: learn.microsoft.com/linkedin, shares/poll-post-api-schema (li-lms-2026-09)."""


def poll_of(poll: Poll, question: str, options: list[str]) -> dict[str, Any]:
    """A poll, open for the next longer of the four times that LinkedIn knows."""
    duration = next((name for seconds, name in DURATIONS if poll.seconds <= seconds), DURATIONS[-1][1])
    return {"question": question, "options": [{"text": one} for one in options], "settings": {"duration": duration}}


def content_of(message: PayloadPart, urns: list[str]) -> dict[str, Any]:
    """The `content` of a post, empty where there is only text."""
    if len(urns) > 1:
        return {"multiImage": {"images": [_pictured(urn, medium) for urn, medium in zip(urns, message.media, strict=True)]}}
    if urns:
        return {"media": _pictured(urns[0], message.media[0])}
    return {name: message.fields[name] for name in ("article", "poll") if name in message.fields}


def media_in(post: Mapping[str, Any]) -> list[str]:
    """The URNs of the media of a post as it is sent or listed."""
    content = post.get("content") or {}
    several = (content.get("multiImage") or {}).get("images") or ()
    return [str(one.get("id")) for one in (*several, *([content["media"]] if content.get("media") else []))]


def _pictured(urn: str, medium: Media) -> dict[str, str]:
    return {"id": urn, **({"altText": medium.alt} if medium.alt and medium.kind == "image" else {})}
