"""What a site tells others of new pages: its hub (WebSub), and the search engines of IndexNow. Google's address for sitemaps is gone
(2023); robots.txt and the sitemap itself are for it.

Sources: www.w3.org/TR/websub (2018-01-23); www.indexnow.org/documentation (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from smm_cli.errors import ConfigError, Retriable
from smm_cli.words.conversation import Doing
from smm_cli.words.exchange import Form, Json, Request

MOST = 10_000
"""Addresses in one request of IndexNow."""


def announce(address: str, hub: str, indexnow: str, engine: str, urls: Sequence[str]) -> Doing:
    """Tell, once the pages answer to everybody. Raises Retriable, ConfigError."""
    if not hub and not indexnow:
        return
    for url in (urls[-1], *([f"{address}/{indexnow}.txt"] if indexnow else [])):
        answer = yield Request("GET", url, foreign=True, reads="any", auth="")
        if not answer.ok:
            raise Retriable(f"{url} does not answer yet: is the site deployed?")
    if hub:
        topics = tuple(("hub.url", f"{address}/{name}") for name in ("feed.xml", "feed.json"))
        yield Request("POST", hub, Form((("hub.mode", "publish"), *topics)), reads="any", auth="")
    if indexnow:
        told = {"host": urlsplit(address).netloc, "key": indexnow, "keyLocation": f"{address}/{indexnow}.txt", "urlList": list(urls[:MOST])}
        answer = yield Request("POST", engine, Json(told), reads="any", auth="", may_fail=True)
        if not answer.ok and answer.status not in (403, 422):
            raise Retriable(f"{urlsplit(engine).netloc} does not listen ({answer.status or 'no answer'})")
        if not answer.ok:
            raise ConfigError(f"IndexNow does not take the key: {address}/{indexnow}.txt must hold {indexnow} ({answer.status})")
