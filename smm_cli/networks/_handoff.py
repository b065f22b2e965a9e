"""Networks without a posting API: smm lays out text, media and a prefilled address, a person posts and tells the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from smm_cli.networks._short import described, short
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Network
from smm_cli.text.dialects import plain
from smm_cli.words.auth import NoAuth
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.limit import MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Block, Bullets, Heading, Link, Mention, Numbers, Paragraph, Quote

ANYTHING = usual_files(10**10, 20, "no limit: a person uploads them", "2026-11-22")
"""Every type that smm knows, so that media/ still takes out what tells about their maker."""


class Handoff(Network):
    """A delivery that a person makes. Subclasses say `name`, `title`, `docs`, and `share_link` where the network has a form.

    Media are laid out for the person, as many as the post has: `media_count` is no limit of the network unless a subclass says so.
    """

    handoff = True
    mixing = True
    wants_handles = False
    auth = NoAuth()
    media: ClassVar[tuple[MediaLimit, ...]] = ANYTHING
    media_count = 20
    takes = frozenset({"link", "tags", "title", "alt", "first_comment"})
    example: ClassVar[str] = ""
    """Keys of a channel, as in channels.toml, where it needs any."""

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
        return PayloadPart(self.written(part.blocks, mention), fields, described(part.media, mention), part.line)

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        """The text as a person pastes it; plain unless the network has marks that one types."""
        return plain(blocks, mention, links="after")

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """By name where she has no handle, which is no problem here: a person reads it."""
        return super().mention(facts)


class LinkForm(Handoff):
    """A network whose form takes an address (as `parameter`) and nothing else; title and picture come from the page.

    `share` is the form, `home` where the text is pasted when there is no link.
    """

    appends = frozenset({"tags"})
    share: ClassVar[str]
    home: ClassVar[str]
    parameter: ClassVar[str] = "url"

    def share_link(self, payload: Payload) -> str:
        """The form for the link; without a link the start page, where the text is pasted."""
        link = link_of(payload)
        return form(self.share, **{self.parameter: link}) if link else self.home

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if link_of(payload):
            return ()
        what = f"the share form of {self.title} takes an address only, and this post has none: its text is pasted by hand"
        return (Problem("link-missing", what, Place(post.path, channel=self.channel.name), "add link:", WARNING),)


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
