"""A post as an h-entry of Micropub, and how it is known again in a site's list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin

from smm_cli.networks._article import Kept, file_name, placed
from smm_cli.networks._moment import SKEW, earliest, moment
from smm_cli.networks._short import short
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.post import Post
from smm_cli.words.tree import Mention

UNCHANGED = frozenset({"published", "mp-slug", "mp-syndicate-to"})
"""What an edit leaves as it is."""
LIST = 50
"""How many of its newest posts a site is asked for."""
TAG = re.compile(r"<[^>]*>")
SINGLE = {"title": "name", "summary": "summary", "reply_to": "in-reply-to", "bookmark": "bookmark-of", "status": "post-status"}
SEVERAL = {"tags": "category", "syndicate_to": "mp-syndicate-to"}


def fields_of(post: Post, options: Any, settings: Any, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """What a post says beside title and text, by the names that `SINGLE` and `SEVERAL` turn into properties."""
    return {
        "summary": short(options.excerpt, mention),
        "status": options.status,
        "syndicate_to": list(options.syndicate_to or settings.syndicate_to),
        "reply_to": post.reply_to,
        "bookmark": post.link if options.bookmark else "",
    }


def properties_of(payload: Payload, part: int, kept: Mapping[str, Kept], settings: Any) -> dict[str, list[Any]]:
    """The entry's properties, each a list. A title makes an article of it. Media that stand in the text are not named again.

    The settings say how the text is sent, and whether descriptions of pictures stand beside them or inside.
    """
    as_html, beside = settings.content == "html", settings.alt != "photo"
    message = payload.parts[part]
    fields, text = message.fields, placed(message.text, kept)
    said: dict[str, list[Any]] = {"content": [{"html": text} if as_html else text]}
    said |= {name: [fields[key]] for key, name in SINGLE.items() if key in fields}
    said |= {name: list(fields[key]) for key, name in SEVERAL.items() if key in fields}
    for medium in message.media:
        address = kept[file_name(medium)].url
        if address not in text:
            inside = medium.kind == "image" and medium.alt and not beside
            alone = {"value": address, "alt": medium.alt} if inside else address
            said.setdefault("photo" if medium.kind == "image" else medium.kind, []).append(alone)
            if beside and medium.kind == "image":
                said.setdefault("mp-photo-alt", []).append(medium.alt)
    return said | {"mp-slug": [fields["slug"]], "published": [payload.at.astimezone(UTC).isoformat()]}


def entry_of(properties: Mapping[str, Any]) -> Json:
    """The body that makes an entry."""
    return Json({"type": ["h-entry"], "properties": dict(properties)})


def change_of(receipt: PartReceipt, properties: Mapping[str, Any]) -> Json:
    """The body that changes an entry: what it has no more is deleted."""
    gone = sorted(set(receipt.more.get("has") or ()) - set(properties))
    fixed = {name: value for name, value in properties.items() if name not in UNCHANGED}
    return Json({"action": "update", "url": receipt.id, "replace": fixed, **({"delete": gone} if gone else {})})


def receipt_of(url: str, properties: Mapping[str, Any], kept: Mapping[str, Kept]) -> PartReceipt:
    """The receipt of an entry: its address is its id; it remembers what the entry has, so that an edit can take it away."""
    has = sorted(name for name in properties if not name.startswith("mp-"))
    return PartReceipt(url, url, {"has": has, **({"media": {name: [one.url] for name, one in kept.items()}} if kept else {})})


def look_for(intent: Intent, url: str) -> Looking:
    """In the site's list of posts, an extension; absent where it is empty, or reaches beyond the intent in order."""
    sent = intent.request.body.value["properties"] if isinstance(intent.request.body, Json) else {}
    query = (("q", "source"), ("limit", str(LIST)))
    listed = yield Request("GET", intent.request.url, query=query, reads="any", may_fail=True)
    return _found_in(listed, intent, sent) or CannotTell(url)


def _found_in(listed: Answer, intent: Intent, sent: Mapping[str, Any]) -> Found | Absent | None:
    """The entry in a site's list. Absent where the list is empty, or is in order and reaches beyond the intent; None: cannot be told."""
    items = listed.get("items")
    if not listed.ok or not isinstance(items, list):
        return None
    entries = [item.get("properties") or {} for item in items if isinstance(item, Mapping)]
    for entry in entries:
        if entry.get("url") and _is_same(entry, sent, earliest(intent)):
            return Found(receipt_of(urljoin(intent.request.url, str(entry["url"][0])), sent, {}))
    times = [_moment(entry) for entry in entries]
    if any(at and at == _moment(sent) and not (sent.get("name") and entry.get("name")) for at, entry in zip(times, entries, strict=True)):
        return None  # of the very planned time: changed by the site, or another post
    known = [time for time in times if time]
    beyond = min([intent.at, *(time for time in [_moment(sent)] if time)]) - SKEW
    whole = len(known) == len(times) and known == sorted(known, reverse=True) and (not known or known[-1] < beyond)
    return Absent() if whole else None


def _is_same(entry: Mapping[str, Any], sent: Mapping[str, Any], since: datetime) -> bool:
    """The planned time (a site may put its own, which is newer than the intent) and the title, or where there is none the text."""
    at = _moment(entry)
    if at is None or (at != _moment(sent) and at < since):
        return False
    if sent.get("name"):
        return bool(entry.get("name") == sent["name"])
    return _text(entry) == _text(sent)  # some sites make a name of the text


def _text(entry: Mapping[str, Any]) -> str:
    """What is read: sites clean up HTML, or give it as text."""
    first = (entry.get("content") or [""])[0]
    said = str(first.get("html") or first.get("value") if isinstance(first, Mapping) else first)
    return squashed(unescape(TAG.sub("", said)))


def _moment(entry: Mapping[str, Any]) -> datetime | None:
    told = entry.get("published")
    return moment(told[0], UTC) if isinstance(told, list) and told else None
