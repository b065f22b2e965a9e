"""A message of mail: its page of HTML, its headers and files, and what is wrong with a large one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Field, Multipart
from smm_cli.words.post import Media
from smm_cli.words.problem import WARNING, Place, Problem

FILE = 15_000_000
"""Bytes; base64 makes a third more of them."""
CLIPPED = 102_400
"""Bytes of HTML after which Gmail shows "message clipped" (observed by many senders, not documented; 2026-11-22)."""


def page_of(subject: str, body: str, language: str, media: Sequence[Media]) -> str:
    """HTML with the pictures below the text."""
    pictures = [medium for medium in media if medium.kind == "image"]
    shown = "".join(f'\n<p><img src="cid:{_cid(one)}" alt="{escape(one.alt)}" style="max-width:100%"></p>' for one in pictures)
    named = f' lang="{escape(language)}"' if language else ""
    head = f'<!doctype html>\n<html{named}>\n<head><meta charset="utf-8"><title>'
    return f"{head}{escape(subject)}</title></head>\n<body>\n{body}{shown}\n</body>\n</html>\n"


def message_id(key: str, part: int, sender: str) -> str:
    """The Message-ID, the same in every attempt."""
    return f"<smm.{key[:32]}.{part}@{sender.rpartition('@')[2].rstrip('>')}>"


def body_of(message: PayloadPart, sender: str, id: str, settings: Any, more: Mapping[str, str]) -> Multipart:
    """What the carrier makes a message of: `more` fields first, then headers, both texts, and files."""
    pairs = {**more, "from": sender, "to": message.fields["to"], "subject": message.fields["subject"], "message-id": id}
    pairs |= {"reply-to": settings.reply_to, "list-unsubscribe": f"<{settings.unsubscribe}>" if settings.unsubscribe else ""}
    pairs |= {"list-unsubscribe-post": "List-Unsubscribe=One-Click" if settings.one_click else ""}
    pairs |= {"text": message.text, "html": message.fields["html"]}
    fields = [Field(name, str(value)) for name, value in pairs.items() if value]
    return Multipart((*fields, *(_file(medium) for medium in message.media if medium.blob)))


def remarks_on(part: PayloadPart, place: Place) -> Iterator[Problem]:
    """Files together, and HTML that Gmail cuts off."""
    size = sum(medium.blob.size for medium in part.media if medium.blob)
    if size > FILE:
        yield Problem("mail-size", f"the files have {size} bytes together; most servers take {FILE}", place, "leave some out")
    if len(part.fields["html"].encode()) > CLIPPED:
        yield Problem("mail-clipped", "Gmail shows the beginning of so long a message only", place, "shorten it", WARNING)


def _cid(medium: Media) -> str:
    """How the HTML names a picture (RFC 2392)."""
    return f"{medium.blob.sha256[:32]}@smm" if medium.blob else ""


def _file(medium: Media) -> Field:
    assert medium.blob is not None
    name = medium.path.rpartition("/")[2]
    return Field(f"cid:{_cid(medium)}" if medium.kind == "image" else "file", medium.blob, name, medium.blob.type)
