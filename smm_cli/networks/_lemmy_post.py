"""A post as Lemmy takes it: its text, its body as JSON, and what of it can be read back from a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from smm_cli.networks._forum_text import joined, literal
from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.post import Media, Post
from smm_cli.words.tree import Block, Mention

EXTRA = re.compile(r"\^|^:(?=::)")
"""Marks of Lemmy beside CommonMark: superscript, and containers (`::: spoiler`). Source: join-lemmy.org/docs, Markdown Guide (2026-08)."""
SEAL = "\ue000"


def markdown(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """CommonMark in which typed names call nobody and Lemmy's further marks mean nothing."""
    sealed = quiet(quiet(blocks), EXTRA, SEAL, code=False)
    return re.sub(f"(.){SEAL}", r"\\\1", commonmark(sealed, mention))


def fields_of(post: Post, title: str, settings: Any, options: Any, account: Account | None) -> dict[str, Any]:
    """`title`, `url`, `community`, `nsfw`, `language_id` of a post; a language is named where the server is known to have it."""
    fields: dict[str, Any] = {"title": " ".join(title.split()), "community": options.community or settings.community}
    fields |= {"url": post.link} if post.link else {}
    fields |= {"nsfw": True} if (settings.nsfw if options.nsfw is None else options.nsfw) else {}
    language = post.language or settings.language
    known = account.facts.get("languages", {}) if account else {}
    id = known.get(language) or known.get(language.partition("-")[0])
    return fields | ({"language_id": id} if isinstance(id, int) else {})


def body_of(message: PayloadPart, kept: Mapping[str, str]) -> dict[str, Any]:
    """What creating and changing share. A link is the post's address, else its first picture is; the others stand below the text."""
    if message.fields.get("comment"):
        return {"content": message.text}
    fields, media = message.fields, list(message.media)
    body: dict[str, Any] = {"name": fields["title"], "nsfw": bool(fields.get("nsfw"))}
    if "url" in fields:
        body["url"] = fields["url"]
    elif media:
        first = media.pop(0)
        body["url"] = kept[first.blob.sha256 if first.blob else ""]
        body |= {"alt_text": first.alt} if first.alt else {}
    pictures = [f"![{literal(medium.alt)}]({kept[medium.blob.sha256 if medium.blob else '']})" for medium in media]
    body["body"] = joined(message.text, pictures)
    return body | ({"language_id": fields["language_id"]} if "language_id" in fields else {})


def beside(media: Sequence[Media]) -> int:
    """About what pictures after the first add to the text: their addresses, and what they say."""
    return 120 * max(0, len(media) - 1) + sum(len(medium.alt) for medium in media[1:])


def media_in(sent: Mapping[str, Any], message: PayloadPart, host: str) -> dict[str, str]:
    """The addresses of the uploads that a body names, by SHA-256; none where it does not name them all."""
    addresses = [str(sent.get("url") or ""), *re.findall(r"!\[[^\n]*\]\(([^)\s]+)\)", str(sent.get("body") or ""))]
    own = [address for address in addresses if "/image" in address and urlsplit(address).netloc == host]
    return dict(zip((m.blob.sha256 for m in message.media if m.blob), own, strict=False)) if len(own) >= len(message.media) else {}
