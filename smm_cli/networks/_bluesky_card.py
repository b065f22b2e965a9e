"""Link cards: Bluesky's clients show what the poster fetched, so the page is read here. Nothing of it ever fails a post."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Callable, Generator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from smm_cli.networks._bluesky_record import external
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob

THUMB_BYTES = 1_000_000
"""Source: lexicon app.bsky.embed.external, 2026-08-20."""
THUMB_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
TITLE, DESCRIPTION = 300, 1000
"""Characters kept; the lexicon names no maximum, clients show about three lines."""
READ = 300_000
"""Characters of a page that are looked at: the head stands at its start."""
JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Card:
    """What a page says of itself; `image` an absolute address or empty."""

    title: str
    description: str
    image: str


def card(url: str, keep: Callable[[Blob], Request]) -> Generator[Request, Answer, dict[str, Any] | None]:
    """A conversation: fetch the page and its picture; the embed, or None where the page says nothing. `keep` uploads a blob."""
    page = yield Request("GET", url, headers={"Accept": "text/html, application/xhtml+xml"}, foreign=True, auth="", reads="text")
    found = read_card(page.body, url) if page.ok and isinstance(page.body, str) else None
    if not found:
        return None
    thumb = None
    if found.image:
        picture = yield Request("GET", found.image, headers={"Accept": "image/*"}, foreign=True, auth="", reads="blob")
        if picture.ok and isinstance(picture.body, Blob) and _is_thumb(picture.body):
            kept = yield keep(picture.body)
            thumb = _kept(kept)
    return external(url, found.title, found.description, thumb)


def _is_thumb(blob: Blob) -> bool:
    return 0 < blob.size <= THUMB_BYTES and blob.type.split(";")[0].strip().lower() in THUMB_TYPES


def _kept(answer: Answer) -> Any:
    """The blob as the server took it, or None: the server looks at the bytes, and a record whose thumb is no image is refused."""
    blob = answer.get("blob") if answer.ok else None
    return blob if isinstance(blob, dict) and str(blob.get("mimeType")).lower() in THUMB_TYPES else None


def read_card(html: str, url: str) -> Card | None:
    """The card of a page, from OpenGraph, Twitter's names or plain HTML; None without any title. Never executes anything."""
    reader = _Head()
    with contextlib.suppress(AssertionError, ValueError):  # html.parser gives up on some broken declarations: what it read by then counts
        reader.feed(html[:READ])
    said = reader.said
    title = _first(said, "og:title", "twitter:title") or " ".join(reader.title)
    words = clean(title, TITLE)
    if not words:
        return None
    described = clean(_first(said, "og:description", "twitter:description", "description"), DESCRIPTION)
    image = _first(said, "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    return Card(words, described, _absolute(image, url))


def _first(said: dict[str, str], *names: str) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _absolute(image: str, url: str) -> str:
    try:
        found = urljoin(url, image.strip()) if image.strip() else ""
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) and not re.search(r"\s", found) else ""


def clean(text: str, longest: int) -> str:
    """Plain text on one line: tags, control signs and signs that turn the direction of writing are gone; cut at `longest` characters."""
    text = re.sub(r"</?[A-Za-z][^<>]*>", " ", text)
    kept = "".join(sign if _harmless(sign) else " " if sign.isspace() else "" for sign in text)
    words = " ".join(unicodedata.normalize("NFC", kept).split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def _harmless(sign: str) -> bool:
    return sign in JOINERS or unicodedata.category(sign)[0] != "C"


class _Head(HTMLParser):
    """Collects <meta> and the first <title>; the first of several wins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.title: list[str] = []
        self._inside = False
        self._had = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            found = {name: value or "" for name, value in attrs}
            name = (found.get("property") or found.get("name") or "").strip().lower()
            if name and found.get("content", "").strip():
                self.said.setdefault(name, found["content"])
        self._inside = tag == "title" and not self._had

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._inside:
            self._inside, self._had = False, True

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title.append(data)
