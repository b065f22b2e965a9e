"""Networks without a posting API: smm lays out text, media and a prefilled address, a person posts and tells the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Network
from smm_cli.text.dialects import plain
from smm_cli.words.auth import NoAuth
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Bullets, Heading, Link, Mention, Numbers, Paragraph, Quote

SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")
LARGE = 10**10
ANYTHING = (
    MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), LARGE), 20, "no limit: a person uploads them", "2026-11-22"),
    MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), LARGE), 20, "no limit: a person uploads them", "2026-11-22"),
    MediaLimit("audio", dict.fromkeys(SOUNDS, LARGE), 20, "no limit: a person uploads them", "2026-11-22"),
)
"""Every type that smm knows, so that media/ still takes out what tells about their maker."""


class Handoff(Network):
    """A delivery that a person makes. Subclasses say `name`, `title`, `docs`, and `share_link` where the network has a form.

    Media are laid out for the person, as many as the post has: `media_count` is no limit of the network unless a subclass says so.
    """

    handoff = True
    mixing = True
    auth = NoAuth()
    media = ANYTHING
    media_count = 20
    takes = frozenset({"link", "tags", "title", "alt", "first_comment"})

    def hosts(self) -> tuple[str, ...]:
        """Nothing is sent."""
        return ()

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text to paste. Field `link` is what the post links to: its `link`, or the first address in the text."""
        mention = self.mention(facts)
        fields: dict[str, Any] = {}
        if link := post.link or next(links_in(part.blocks), ""):
            fields["link"] = link
        if post.title and not part.comment:
            fields["title"] = short(post.title, mention)
        if part.comment:
            fields["comment"] = True
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, described(part.media, mention), part.line)

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """By name where she has no handle, which is no problem here: a person reads it."""
        return super().mention(facts)


def link_of(payload: Payload) -> str:
    """The address that a handed-off post is about, or empty."""
    return str(payload.parts[0].fields.get("link") or "") if payload.parts else ""


def form(address: str, **values: str) -> str:
    """`address` with the `values` that are not empty as its query; spaces as %20, which every form reads."""
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items() if value)
    return f"{address}?{pairs}" if pairs else address


def links_in(nodes: Any) -> Iterator[str]:
    """The http(s) addresses of links in blocks or inlines, in order."""
    for node in nodes:
        match node:
            case Link(url):
                if url.startswith(("https://", "http://")):
                    yield url
            case Bullets(items) | Numbers(items):
                for item in items:
                    yield from links_in(item)
            case Quote(blocks):
                yield from links_in(blocks)
            case Paragraph() | Heading():
                yield from links_in(node.children)
            case _:
                yield from links_in(getattr(node, "children", ()))
