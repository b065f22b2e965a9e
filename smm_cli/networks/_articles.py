"""What networks of articles in Markdown share: their text, their pictures at public addresses, finding one again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

from smm_cli.networks._hosted import public_address
from smm_cli.text.append import as_tag
from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Intent, Json, Request
from smm_cli.words.post import Blob, Media, Part
from smm_cli.words.tree import Mention, Paragraph, Picture

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


def with_pictures(message: PayloadPart, *, cover: bool, kept_at: KeptAt = public_address) -> Generator[Request, Any, tuple[str, str]]:
    """The body with its pictures after the text, and the address of the cover: the first picture, unless there is to be none.

    `kept_at` puts a file where it can be seen, and gives its address.
    """
    first, others = (message.media[:1], message.media[1:]) if cover else ((), message.media)
    addresses = yield from _addresses(first, kept_at)
    shown = yield from _addresses(others, kept_at)
    pictures = [Paragraph((Picture(url, medium.alt),)) for url, medium in zip(shown, others, strict=True)]
    body = "\n\n".join(text for text in (message.text, commonmark(pictures, lambda mention: "")) if text)
    return body, next(iter(addresses), "")


def _addresses(media: tuple[Media, ...], kept_at: KeptAt) -> Generator[Request, Any, list[str]]:
    found = []
    for medium in media:
        if medium.blob:
            found.append((yield from kept_at(medium.blob)))
    return found


def moment(value: Any) -> datetime | None:
    """A time as servers write it (ISO 8601), aware; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


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
