"""Looking for a status after its answer was lost, among the account's own."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from smm_cli.networks._mastodon_compare import bare, same_frame, same_media, same_text
from smm_cli.networks._moment import earliest, moment
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Step
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.post import Media

PAGES = 5
PAGE = 40
"""The most that accounts/:id/statuses gives at once. Source: docs.joinmastodon.org/methods/accounts (2026-07-02)."""
SOURCES = 5
"""For so many statuses of unlike text the source is asked: a server may have changed the text more than we foresee."""


def look_for(server: str, intent: Intent, earlier: Any, whole: bool, uploaded: Sequence[Media] = ()) -> Looking:
    """Found, Absent or CannotTell for the request of `intent`.

    `whole`: the list shows all of the account's statuses to itself, so that a missing one is absent. Absent needs a list that
    reaches beyond the intent; a page shorter than asked proves nothing, since servers filter after they cut. `uploaded` are the
    media, in the order in which they were uploaded.
    """
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    since = earliest(intent)
    blobs = (medium.blob.sha256 for medium in uploaded if medium.blob)
    media = dict(zip(blobs, (str(id) for id in sent.get("media_ids") or ()), strict=False))
    me = yield Request("GET", f"{server}/api/v1/accounts/verify_credentials")
    where = str(me.get("url") or server)
    known = {earlier.id} if isinstance(earlier, PartReceipt) else set()
    newer: list[Mapping[str, Any]] = []
    last = ""
    for _ in range(PAGES):
        query = (("exclude_reblogs", "true"), ("limit", str(PAGE)), *((("max_id", last),) if last else ()))
        page = yield Request("GET", f"{server}/api/v1/accounts/{me.get('id')}/statuses", query=query)
        items = [item for item in page.body if isinstance(item, Mapping)] if isinstance(page.body, list) else None
        if items is None:
            return CannotTell(where)
        times = {str(item.get("id")): moment(item.get("created_at")) for item in items}
        newer += [item for item in items if (at := times[str(item.get("id"))]) and at >= since]
        older = any(at and at < since and not item.get("pinned") for item in items if (at := times[str(item.get("id"))]))
        if not items or older:
            return (yield from _among(server, newer, sent, known, media)) or (Absent() if whole else CannotTell(where))
        if str(items[-1].get("id")) == last:
            break
        last = str(items[-1].get("id"))
    return (yield from _among(server, newer, sent, known, media)) or CannotTell(where)


def _among(
    server: str, newer: list[Mapping[str, Any]], sent: Mapping[str, Any], known: set[str], media: Mapping[str, str]
) -> Generator[Step, Any, Found | None]:
    oldest_first = [item for item in reversed(newer) if str(item.get("id")) not in known]
    framed = [item for item in oldest_first if same_frame(item, sent)]
    certain = [item for item in oldest_first if same_media(item, sent)]
    for item in [*certain, *(item for item in framed if same_text(item, sent))]:
        return Found(receipt_of(item, media))
    for item in framed[:SOURCES]:
        source: Answer = yield Request("GET", f"{server}/api/v1/statuses/{item.get('id')}/source", may_fail=True)
        if source.ok and bare(str(source.get("text", default=""))) == bare(str(sent.get("status") or "")):
            return Found(receipt_of(item, media))
    return None


def find_status(server: str, hosts: tuple[str, ...], url: str) -> Generator[Step, Any, str]:
    """The id of the status at `url`, or empty. One of this server's own is read by its id, others are fetched by the server's search."""
    parts = urlsplit(url)
    if parts.netloc.lower() in hosts and (id := parts.path.rstrip("/").rpartition("/")[2]):
        own: Answer = yield Request("GET", f"{server}/api/v1/statuses/{quote(id)}", may_fail=True)
        if own.ok and url.rstrip("/") in (own.get("url"), own.get("uri")):
            return str(own.get("id"))
    query = (("q", url), ("resolve", "true"), ("type", "statuses"), ("limit", "1"))
    answer: Answer = yield Request("GET", f"{server}/api/v2/search", query=query)
    return str(answer.get("statuses", 0, "id", default=""))


def receipt_of(status: Mapping[str, Any], media: Mapping[str, str] | None = None) -> PartReceipt:
    """The receipt of a status as a server gives it; `media` maps the SHA-256 of what was uploaded to its id there."""
    more: dict[str, Any] = {}
    if isinstance(status.get("uri"), str):
        more["uri"] = status["uri"]
    if media:
        more["media"] = dict(media)
    url = str(status.get("url") or status.get("uri") or "")
    return PartReceipt(str(status.get("id", "")), url, more, moment(status.get("created_at")))
