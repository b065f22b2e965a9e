"""Feeds and the sitemap: pure functions of all entries."""

from __future__ import annotations

import json
import re
from typing import Any

from smm_cli.networks.site.entry import Entry
from smm_cli.networks.site.pages import Look, render

IN_FEED = 20
"""How many posts a feed holds, the newest."""
MOST_ADDRESSES = 50_000
"""Of one sitemap. Source: sitemaps.org protocol, read 2026-11-22."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def atom(look: Look, entries: list[Entry]) -> str:
    """An Atom feed (RFC 4287) of `entries`, newest first, with their whole content."""
    updated = max((entry["date_published"] for entry in entries), default="1970-01-01T00:00:00Z")
    return _NOT_XML.sub("\ufffd", render("feed.xml", look=look, entries=entries, updated=updated))


def json_feed(look: Look, entries: list[Entry]) -> str:
    """A JSON Feed (version 1.1) of `entries`, newest first."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": look.title,
        "home_page_url": f"{look.address}/",
        "feed_url": f"{look.address}/feed.json",
        "description": look.description,
        "language": look.language,
        "authors": [{"name": look.author}] if look.author else [],
        "hubs": [{"type": "WebSub", "url": look.hub}] if look.hub else [],
        "items": [{key: entry[key] for key in sorted(entry) if key != "_smm"} for entry in entries],
    }
    return json.dumps({key: value for key, value in feed.items() if value or key == "items"}, ensure_ascii=False, indent=1) + "\n"


def sitemap(look: Look, entries: list[Entry]) -> str:
    """A sitemap of the index and all pages; of more than 50,000 the newest."""
    return _NOT_XML.sub("\ufffd", render("sitemap.xml", look=look, entries=entries[: MOST_ADDRESSES - 1]))
