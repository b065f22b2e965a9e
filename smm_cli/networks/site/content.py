"""The HTML of what a person wrote: pictures, text, and the link it speaks of. All of it escaped; nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from smm_cli.media.types import EXTENSIONS
from smm_cli.networks.site.phrases import words
from smm_cli.text.dialects import html
from smm_cli.text.slug import slug
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Block, Bullets, Heading, Inline, Mention, Numbers, Paragraph, Picture, Quote

Written = Callable[[Mention], str]


@dataclass(frozen=True, slots=True)
class Content:
    """A post ready to be written as HTML, once with links relative to its page and once with whole addresses."""

    part: Part
    post: Post
    known: Mapping[str, Media]
    mention: Written
    language: str

    def html(self, base: str = "") -> str:
        """The first medium, the text, the other media, the link. `base` stands before the names of media."""
        shown = [figure(media, base) for media in self.part.media if media.blob]
        gallery = ['<div class="gallery">', *shown[1:], "</div>"] if shown[1:] else []
        text = html(_lowered(self.part.blocks), self.mention, lambda found: self._picture(found, base))
        whole = "\n".join(part for part in (*shown[:1], text, *gallery, self._more(text)) if part)
        warning = self.post.content_warning
        return f"<details>\n<summary>{escape(warning)}</summary>\n{whole}\n</details>" if warning else whole

    def _more(self, text: str) -> str:
        link = self.post.link
        if not link or f'href="{escape(link)}"' in text:
            return ""
        host = (urlsplit(link).hostname or link).removeprefix("www.")
        return f'<p class="more">{words(self.language)["reading"]} <a href="{escape(link)}">{escape(host)}</a></p>'

    def _picture(self, found: Picture, base: str) -> str:
        media = self.known.get(found.url)
        if media and media.blob:
            return image(replace(media, alt=found.alt or media.alt), base)
        if found.url.startswith(("https://", "http://")):
            return f'<img src="{escape(found.url)}" alt="{escape(found.alt)}" loading="lazy">'
        return escape(found.alt)


def file_name(media: Media) -> str:
    """The name of a medium beside its page: readable, and another one when its bytes change."""
    assert media.blob is not None
    stem = slug(PurePosixPath(media.path).stem)[:40].strip("-") or "file"
    return f"{stem}-{media.blob.sha256[:8]}.{EXTENSIONS.get(media.blob.type, 'bin')}"


def figure(media: Media, base: str) -> str:
    """A picture, film or sound in a block of its own."""
    kind = media.kind
    if kind == "image":
        return f"<figure>{image(media, base)}</figure>"
    tag = "video" if kind == "video" else "audio"
    told = f'src="{escape(base + file_name(media))}"{_size(media)} controls preload="metadata" aria-label="{escape(media.alt)}"'
    return f"<figure><{tag} {told}></{tag}></figure>"


def image(media: Media, base: str) -> str:
    """An `<img>`; what is decorative has an empty description, so that screen readers pass over it."""
    return f'<img src="{escape(base + file_name(media))}" alt="{escape(alt_of(media))}"{_size(media)}>'


def alt_of(media: Media) -> str:
    """The description of a picture as a page carries it."""
    return "" if media.decorative else media.alt


def inline_media(part: Part, known: Mapping[str, Media]) -> tuple[Media, ...]:
    """Media that stand inside running text and were looked at, in order, once each."""
    urls = dict.fromkeys(_pictures(part.blocks))
    return tuple(known[url] for url in urls if url in known and known[url].blob)


def _size(media: Media) -> str:
    return f' width="{media.width}" height="{media.height}"' if media.width and media.height else ""


def _lowered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings stand right below the page's own title: the highest becomes the second level."""
    lower = 2 - min((block.level for block in blocks if isinstance(block, Heading)), default=2)
    return tuple(Heading(min(6, block.level + lower), block.children) if isinstance(block, Heading) else block for block in blocks)


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
