"""Adding what a post's front matter gives to its text: the link and the hashtags."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from smm_cli.words.post import Part
from smm_cli.words.tree import Block, Bullets, Emphasis, Hashtag, Heading, Inline, Link, Numbers, Paragraph, Plain, Quote, Strike, Strong


def append_link_and_tags(parts: tuple[Part, ...], link: str, tags: tuple[str, ...]) -> tuple[Part, ...]:
    """`parts` with `link` and `tags` as last paragraphs of the last part that is no comment, where no part has them yet.

    Letter case does not distinguish tags; a final `/` does not distinguish links.
    """
    has = list(_inlines(block for part in parts for block in part.blocks))
    more: list[Block] = []
    if link and link.rstrip("/") not in {inline.url.rstrip("/") for inline in has if isinstance(inline, Link)}:
        more.append(Paragraph((Link(link, (Plain(link),), bare=True),)))
    written = {inline.tag.casefold() for inline in has if isinstance(inline, Hashtag)}
    words: list[Inline] = []
    for tag in map(as_tag, tags):
        if tag and tag.casefold() not in written:
            written.add(tag.casefold())
            words += [Plain(" "), Hashtag(tag)] if words else [Hashtag(tag)]
    if words:
        more.append(Paragraph(tuple(words)))
    if not more:
        return parts
    last = max((number for number, part in enumerate(parts) if not part.comment), default=len(parts) - 1)
    longer = replace(parts[last], blocks=(*parts[last].blocks, *more))
    return (*parts[:last], longer, *parts[last + 1 :])


def as_tag(text: str) -> str:
    """A tag as a hashtag without its sign: several words become CamelCase, other signs fall away (`open source` → OpenSource)."""
    signs = unicodedata.normalize("NFC", text.strip().removeprefix("#"))
    words = "".join(sign if sign.isalnum() or sign == "_" or unicodedata.category(sign)[0] == "M" else " " for sign in signs).split()
    if len(words) < 2:
        return "".join(words)
    return "".join(word[:1].upper() + word[1:] for word in words)


def _inlines(blocks: Iterator[Block]) -> Iterator[Inline]:
    for block in blocks:
        match block:
            case Paragraph(children) | Heading(_, children):
                yield from _below(children)
            case Quote(inside):
                yield from _inlines(iter(inside))
            case Bullets(items) | Numbers(items):
                for item in items:
                    yield from _inlines(iter(item))
            case _:
                pass


def _below(inlines: tuple[Inline, ...]) -> Iterator[Inline]:
    for inline in inlines:
        yield inline
        if isinstance(inline, Emphasis | Strong | Strike | Link):
            yield from _below(inline.children)
