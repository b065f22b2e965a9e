"""Articles with a title, an address of their own and pictures in the text: what blogs with an API of their own share."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from html import escape
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from smm_cli.media.types import EXTENSIONS
from smm_cli.networks._forgiven import unless
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Network
from smm_cli.text.html import html
from smm_cli.text.slug import slug
from smm_cli.words.conversation import Step
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Block, Bullets, Heading, Inline, Mention, Numbers, Paragraph, Picture, Quote

Written = Callable[[Mention], str]
Drawn = Callable[[Picture], str]
PLACE = re.compile(r"smm:([a-z0-9-]+-[0-9a-f]{8}\.[a-z0-9]+)(#id)?")
"""Where the address (or id) of an uploaded file will stand in a text."""
SHORT_KEY = 6
"""Hex digits that are put behind a name which another post has."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file at the server: its address, its id there if it has one."""

    url: str
    id: str = ""

    @classmethod
    def of(cls, more: Mapping[str, Any]) -> dict[str, Kept]:
        """What a receipt remembers of uploaded files, by the names that `file_name` gives them."""
        return {name: cls(*(str(one) for one in said)) for name, said in (more.get("media") or {}).items()}


class Article(Network):
    """A blog whose posts are HTML. Subclasses define the conversations."""

    dialect = "html"
    mixing = True
    wants_handles = False
    appends = frozenset({"link"})
    takes = frozenset({"title", "link", "tags", "alt", "canonical"})
    featured: ClassVar[bool] = True
    """Whether a post has a picture of its own beside those in the text (setting `featured`)."""

    @property
    def host(self) -> str:
        """The site as people write it."""
        return str(urlsplit(self.settings.url).netloc)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """HTML with places for addresses of files, which are known only after uploading; title and name of the article."""
        mention = self.mention(facts)
        part = replace(part, media=described(part.media, mention), blocks=lowered(part.blocks))
        inside = inline_media(part.blocks, facts.media)
        first = next((medium for medium in part.media if medium.kind == "image"), None) if self._features() else None
        shown = tuple(medium for medium in part.media if medium.blob and medium is not first)
        said: dict[str, Any] = {"title": short(post.title, mention), "slug": article_name(post, facts)}
        said |= {"featured": file_name(first), "featured_alt": alt_of(first)} if first and first.blob else {}
        said |= {"tags": list(post.tags)} if post.tags else {}
        said |= {"canonical": post.canonical} if post.canonical else {}
        said |= self.more_fields(post, mention)
        sent = {file_name(medium): medium for medium in (*part.media, *inside) if medium.blob}
        text = self.body(with_places(part.blocks, facts.media), shown, mention, picture_of(inside))
        return PayloadPart(text, {key: value for key, value in said.items() if value}, tuple(sent.values()), part.line)

    def _features(self) -> bool:
        return self.featured and bool(getattr(self.settings, "featured", True))

    def body(self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Written, picture: Drawn) -> str:
        """The HTML of the text and of the media that stand below it."""
        return "\n".join(text for text in (html(blocks, mention, picture), *(figure(medium) for medium in media)) if text)

    def more_fields(self, post: Post, mention: Written) -> Mapping[str, Any]:
        """What this network keeps beside text and title; empty values are left out."""
        return {}

    def mention(self, facts: Facts) -> Written:
        """A person's name: a blog has no handles."""

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            return (person.title or person.name) if person else mention.person

        return written

    def unless(self, answer: Answer, *fine: int) -> None:
        """As the function of that name (_forgiven)."""
        unless(self, answer, *fine)


def article_name(post: Post, facts: Facts) -> str:
    """The last part of an article's address: from the option `slug`, the title or the id; with the time of an occurrence."""
    wanted = slug(str(post.options.get("slug") or "")) or slug(post.title) or slug(post.id)
    return "-".join((wanted, *(slug(time) for time in facts.delivery.split("@")[2:])))


def free_name(name: str, payload: Payload, taken: bool) -> str:
    """`name`, with digits of the payload's key behind it where another post has it: servers would number it, and tell none."""
    return f"{name}-{payload.key[:SHORT_KEY]}" if taken else name


def file_name(medium: Media) -> str:
    """A name in ASCII for an uploaded file: readable, and another one when its bytes change."""
    assert medium.blob is not None
    stem = slug(PurePosixPath(medium.path).stem)[:40].strip("-") or "file"
    return f"{stem}-{medium.blob.sha256[:8]}.{EXTENSIONS.get(medium.blob.type, 'bin')}"


def kept_files(
    media: Iterable[Media], had: Mapping[str, Kept], send: Callable[[Media, str], Generator[Step, Any, Kept]]
) -> Generator[Step, Any, dict[str, Kept]]:
    """Files by their names: those that the post `had`, and the others as `send` sends them."""
    kept: dict[str, Kept] = {}
    for medium in media:
        name = file_name(medium)
        kept[name] = had[name] if name in had else (yield from send(medium, name))
    return kept


def place(medium: Media) -> str:
    """What stands in a text until the file has an address."""
    return f"smm:{file_name(medium)}"


def placed(text: str, kept: Mapping[str, Kept]) -> str:
    """`text` with addresses (and ids) of uploaded files in their places."""

    def put(found: re.Match[str]) -> str:
        there = kept.get(found[1])
        return found[0] if there is None else there.id if found[2] else escape(there.url)

    return PLACE.sub(put, text)


def alt_of(medium: Media) -> str:
    """The description of a picture; what is decorative has an empty one, so that screen readers pass over it."""
    return "" if medium.decorative else medium.alt


def image(medium: Media) -> str:
    """An `<img>` whose address is to come."""
    size = f' width="{medium.width}" height="{medium.height}"' if medium.width and medium.height else ""
    return f'<img src="{place(medium)}" alt="{escape(alt_of(medium))}"{size}>'


def figure(medium: Media) -> str:
    """A picture, film or sound in a block of its own."""
    if medium.kind == "image":
        return f"<figure>{image(medium)}</figure>"
    tag = "video" if medium.kind == "video" else "audio"
    return f'<figure><{tag} src="{place(medium)}" controls aria-label="{escape(medium.alt)}"></{tag}></figure>'


def picture_of(media: Iterable[Media]) -> Callable[[Picture], str]:
    """How pictures in running text are written: those that will be uploaded by their places, others stay where they are."""
    known = {place(medium): medium for medium in media if medium.blob}

    def written(found: Picture) -> str:
        if medium := known.get(found.url):
            return image(replace(medium, alt=found.alt))
        if found.url.startswith(("https://", "http://")):
            return f'<img src="{escape(found.url)}" alt="{escape(found.alt)}">'
        return escape(found.alt)

    return written


def with_places(node: Any, known: Mapping[str, Media]) -> Any:
    """Blocks (or whatever is in them) whose pictures of the calendar have places for addresses."""
    if isinstance(node, tuple):
        return tuple(with_places(one, known) for one in node)
    if isinstance(node, Picture):
        medium = known.get(node.url)
        return replace(node, url=place(medium), alt=node.alt or medium.alt) if medium and medium.blob else node
    if not is_dataclass(node) or isinstance(node, type):
        return node
    inner = {field.name: with_places(value, known) for field in fields(node) if isinstance(value := getattr(node, field.name), tuple)}
    return replace(node, **inner) if inner else node


def lowered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings stand right below the article's own title: the highest becomes the second level."""
    lower = 2 - min((block.level for block in blocks if isinstance(block, Heading)), default=2)
    return tuple(Heading(min(6, block.level + lower), block.children) if isinstance(block, Heading) else block for block in blocks)


def inline_media(blocks: Iterable[Block], known: Mapping[str, Media]) -> tuple[Media, ...]:
    """Media that stand inside running text and were looked at, in order, once each."""
    urls = dict.fromkeys(_pictures(blocks))
    return tuple(known[url] for url in urls if url in known and known[url].blob)


def _pictures(blocks: Iterable[Block]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(children) | Heading(_, children):
                found += _pictures_in(children)
            case Quote(inside):
                found += _pictures(inside)
            case Bullets() | Numbers():
                for item in block.items:
                    found += _pictures(item)
    return found


def _pictures_in(inlines: Iterable[Inline]) -> list[str]:
    found: list[str] = []
    for inline in inlines:
        if isinstance(inline, Picture):
            found.append(inline.url)
        found += _pictures_in(getattr(inline, "children", ()))
    return found
