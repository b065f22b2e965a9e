"""Text with spans as Bluesky wants it: byte offsets, links shortened as its app shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

PATH_SHOWN, PATH_KEPT = 15, 13
"""A path longer than 15 characters is cut to 13 and an ellipsis. Source: toShortUrl of the app (social-app), 2026-08."""
TAG_LETTERS, TAG_BYTES = 64, 640
"""Source: lexicon app.bsky.richtext.facet#tag, 2026-08-20 (graphemes there; code points are never fewer)."""
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class Spanned(Protocol):
    """A stretch of text with a meaning; `start` and `end` in UTF-8 bytes."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...


def laid_out(text: str, spans: Sequence[Spanned], shorten: bool) -> tuple[str, list[dict[str, Any]], list[str]]:
    """The text, its spans as plain JSON {start, end, kind, value}, and the bare addresses in it, each once.

    A mention's value is the handle as written, without its @; names without a handle, tags too long for a facet and
    addresses that are not of the web get no span. With `shorten` a bare address shows as host and the start of its path.
    """
    raw, done, made, bare = text.encode(), b"", [], []
    last = 0
    for span in sorted(spans, key=lambda one: one.start):
        shown = raw[span.start : span.end].decode()
        value = _value(span.kind, span.value, shown)
        if span.start < last or not shown or not value:
            continue
        if span.kind == "link" and shown == span.value:
            bare.append(value)
            shown = short(value) if shorten else shown
        done += raw[last : span.start]
        start = len(done)
        done += shown.encode()
        made.append({"start": start, "end": len(done), "kind": span.kind, "value": value})
        last = span.end
    return (done + raw[last:]).decode(), made, list(dict.fromkeys(bare))


def _value(kind: str, value: str, shown: str) -> str:
    if kind == "mention":
        handle = shown.removeprefix("@").lower()
        return handle if shown.startswith("@") and "." in handle else ""
    if kind == "tag":
        tag = value.removeprefix("#")
        return tag if len(tag) <= TAG_LETTERS and len(tag.encode()) <= TAG_BYTES else ""
    return value if value.startswith(("http://", "https://")) else ""


def short(url: str) -> str:
    """An address as the app shows it: host and path, the path cut where it is long. Never longer than the address."""
    parts = urlsplit(url)
    path = "" if parts.path == "/" and not parts.query and not parts.fragment else url.split(parts.netloc, 1)[1]
    shown = parts.netloc.rpartition("@")[2] + (f"{path[:PATH_KEPT]}…" if len(path) > PATH_SHOWN else path)
    return shown if parts.netloc and len(shown) < len(url) else url
