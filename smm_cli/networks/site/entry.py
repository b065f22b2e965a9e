"""What a site knows of one page: a JSON Feed item with a few facts of its own. Lists, feeds and the page are made from it.

Keys are those of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11-22); `_smm` holds what only the pages need:
key (of the payload), slug, titled (False: the title is the first words of the text), day (shown), warning, canonical, picture.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, date
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.networks._article import alt_of, file_name
from smm_cli.networks.base import Facts
from smm_cli.networks.site.content import Content
from smm_cli.text.dialects import plain
from smm_cli.words.post import Media, Post
from smm_cli.words.tree import Block, Paragraph

Entry = dict[str, Any]

RESERVED = frozenset({"page", "index.html", "feed.xml", "feed.json", "sitemap.xml", "style.css", "robots.txt", "favicon.ico"})
"""Names at the top of a site that are not posts."""
SUMMARY, FIRST_WORDS = 180, 70
"""Most characters of a summary, and of a title made of the first words."""


def slug_of(delivery: str) -> str:
    """The folder of a delivery's page, for ever: the post's id, with the time of an occurrence of a repeated post."""
    post, *rest = delivery.split("@")
    name = "-".join((post, *(occurrence.lower() for occurrence in rest[1:])))
    return f"{name}-post" if name in RESERVED else name


def make_entry(content: Content, facts: Facts, address: str, author: str) -> Entry:
    """The entry of a post, before its key is known. `address` is the site's, without a slash at its end."""
    post, part = content.post, content.part
    name = slug_of(facts.delivery)
    url = f"{address}/{name}/"
    media = [each for each in part.media if each.blob]
    summary = post.content_warning or _shortened(plain(_opening(part.blocks), content.mention, links="label"), SUMMARY)
    first = next((each for each in media if each.kind == "image"), None) if not post.content_warning else None
    found: Entry = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"smm:{facts.calendar}/{name}").urn,
        "url": url,
        "external_url": post.link,
        "title": post.title or _shortened(plain(part.blocks, content.mention, links="label"), FIRST_WORDS) or name,
        "summary": summary,
        "content_html": content.html(url),
        "image": url + file_name(first) if first else "",
        "date_published": facts.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "language": content.language,
        "tags": list(post.tags),
        "authors": [{"name": author}] if author else [],
        "attachments": [_attachment(each, url) for each in media if each.kind != "image"],
        "_smm": {
            "slug": name,
            "titled": bool(post.title),
            "day": _day(post, facts),
            "warning": post.content_warning,
            "canonical": post.canonical,
            "picture": _picture(first) if first else None,
        },
    }
    return {key: value for key, value in found.items() if value}


def newest_first(entries: list[Entry]) -> list[Entry]:
    """By time of publication, then by name, so that every machine has the same order."""
    return sorted(entries, key=order, reverse=True)


def order(entry: Entry) -> tuple[str, str]:
    """What lists are sorted by."""
    return entry["date_published"], entry["_smm"]["slug"]


def whole(entry: Entry) -> Entry:
    """`entry` with every key, as templates want it: also one that an older smm wrote."""
    return {**_EMPTY, **entry, "_smm": {**_EMPTY["_smm"], **entry["_smm"]}}


_EMPTY: Entry = {
    **dict.fromkeys(("external_url", "title", "summary", "content_html", "image", "language"), ""),
    **dict.fromkeys(("tags", "authors", "attachments"), ()),
    "_smm": {"warning": "", "canonical": "", "picture": None},
}


def language_of(entries: list[Entry]) -> str:
    """The language of most entries; English for none."""
    count = Counter(entry["language"] for entry in entries if entry.get("language"))
    return min(count, key=lambda language: (-count[language], language), default="en")


def is_entry(found: Any) -> bool:
    """Whether the JSON of a file is an entry: what else lies in the folder is nobody's page."""
    if not isinstance(found, dict) or not isinstance(found.get("_smm"), dict):
        return False
    return {"url", "title", "date_published"} <= set(found) and {"slug", "day", "titled"} <= set(found["_smm"])


def _opening(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The paragraphs with which a text begins, else its first ones, else all of it."""
    start = next((n for n, block in enumerate(blocks) if isinstance(block, Paragraph)), len(blocks))
    return tuple(takewhile(lambda block: isinstance(block, Paragraph), blocks[start:])) or blocks


def _attachment(media: Media, url: str) -> dict[str, Any]:
    assert media.blob is not None
    told = {"url": url + file_name(media), "mime_type": media.blob.type, "size_in_bytes": media.blob.size}
    more = {"title": media.alt, "duration_in_seconds": media.seconds}
    return told | {key: value for key, value in more.items() if value}


def _picture(media: Media) -> dict[str, Any]:
    x, y = media.focus or (0.0, 0.0)  # right and up, -1 to 1
    place = f"{50 + 50 * x:g}% {50 - 50 * y:g}%" if media.focus else ""
    return {"name": file_name(media), "alt": alt_of(media), "width": media.width, "height": media.height, "place": place}


def _day(post: Post, facts: Facts) -> str:
    """The day that the page shows: when the post was written, else when it was published where the calendar lives."""
    try:
        return date.fromisoformat(post.date[:10]).isoformat()
    except ValueError:
        return facts.at.astimezone(ZoneInfo(facts.zone)).date().isoformat()


def _shortened(text: str, most: int) -> str:
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    return flat[:most].rpartition(" ")[0].rstrip(" ,.;:-–—") + "…"
