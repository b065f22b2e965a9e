"""What networks of articles in Markdown share: their text, their pictures at public addresses, finding one again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from smm_cli.networks._article import Kept, file_name, inline_media, place, placed, with_places
from smm_cli.networks._hosted import public_address
from smm_cli.networks._moment import moment
from smm_cli.networks._short import described
from smm_cli.networks.base import Facts
from smm_cli.text.append import as_tag
from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.conversation import Intent
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Blob, Media, Part
from smm_cli.words.tree import Mention, Paragraph, Picture

__all__ = ["SKEW", "article_text", "is_newer", "moment", "sent_json", "shown_in", "squashed", "tags_of", "with_pictures"]

SKEW = timedelta(seconds=60)
Written = Callable[[Mention], str]
KeptAt = Callable[[Blob], Generator[Request, Any, str]]


def article_text(part: Part, mention: Written) -> str:
    """Markdown of a part, in which typed names call nobody; code is left as it is."""
    return commonmark(quiet(part.blocks, code=False), mention)


def tags_of(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags in small letters and digits, each once, in order."""
    plain = ("".join(sign for sign in as_tag(tag).lower() if sign.isalnum()) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in plain if tag))


def shown_in(part: Part, facts: Facts, mention: Written) -> tuple[Part, tuple[Media, ...]]:
    """The part with places for addresses of the calendar's pictures in its text, and all its media, those in the text too."""
    media = (*described(part.media, mention), *inline_media(part.blocks, facts.media))
    once = {medium.blob.sha256 if medium.blob else medium.path: medium for medium in media}
    return replace(part, blocks=with_places(part.blocks, facts.media)), tuple(once.values())


def with_pictures(message: PayloadPart, *, cover: bool, kept_at: KeptAt = public_address) -> Generator[Request, Any, tuple[str, str]]:
    """The body with its pictures in and after the text, and the address of the cover: the first picture that does not stand in the
    text, unless there is to be none. `kept_at` puts a file where it can be seen, and gives its address.
    """
    inside = [medium for medium in message.media if medium.blob and place(medium) in message.text]
    below = [medium for medium in message.media if medium.blob and medium not in inside]
    kept: dict[str, Kept] = {}
    for medium in (*below, *inside):
        if medium.blob:
            kept[file_name(medium)] = Kept((yield from kept_at(medium.blob)))
    above = [below.pop(0)] if cover and below else []
    pictures = [Paragraph((Picture(kept[file_name(medium)].url, medium.alt),)) for medium in below]
    body = "\n\n".join(text for text in (placed(message.text, kept), commonmark(pictures, lambda mention: "")) if text)
    return body, kept[file_name(above[0])].url if above else ""


def is_newer(value: Any, intent: Intent) -> bool:
    """Whether a time as a server writes it is not before `intent`, less a minute for clocks that differ."""
    at = moment(value)
    return at is not None and at >= intent.at - SKEW


def sent_json(intent: Intent, *path: str) -> Mapping[str, Any]:
    """The object at `path` of the JSON that was about to be sent."""
    here = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    for step in path:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def squashed(text: Any) -> str:
    """A text without white space, which servers change."""
    return "".join(str(text or "").split())
