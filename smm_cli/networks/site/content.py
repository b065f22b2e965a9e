"""The HTML of what a person wrote: pictures, text, and the link it speaks of. All of it escaped; nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from smm_cli.networks._article import alt_of, file_name, lowered
from smm_cli.networks.site.phrases import words
from smm_cli.text.dialects import html
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Mention, Picture

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
        text = html(lowered(self.part.blocks), self.mention, lambda found: self._picture(found, base))
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


def _size(media: Media) -> str:
    return f' width="{media.width}" height="{media.height}"' if media.width and media.height else ""
