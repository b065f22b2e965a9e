"""Records of Bluesky as plain JSON: record keys, posts, embeds, gates, receipts. Pure; source: the lexicons app.bsky.*, 2026-08-20."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from smm_cli.words.delivery import PartReceipt
from smm_cli.words.post import Media

POST, THREADGATE, POSTGATE = "app.bsky.feed.post", "app.bsky.feed.threadgate", "app.bsky.feed.postgate"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPREAD = 1_000_000
"""Record keys lie within this many microseconds after the planned time, so that two posts of one moment do not share one."""


def tid(microseconds: int, clock: int) -> str:
    """The TID of a moment (microseconds since 1970) and a clock id of 10 bits: 13 letters, 5 bits each.

    Source: atproto.com/specs/tid, 2026-08.
    """
    number = (microseconds << 10) | clock
    return "".join(LETTERS[(number >> shift) & 31] for shift in range(60, -1, -5))


def record_key(at: datetime, key: str, part: int) -> str:
    """The record key of a part: the same on every machine, ascending by part, and another for every payload key (hex)."""
    bits = int(key[:16] or "0", 16)
    moment = (at - EPOCH) // timedelta(microseconds=1) + (bits >> 10) % SPREAD + part
    return tid(moment, bits & 1023)


def created_at(at: datetime, part: int) -> str:
    """RFC 3339 with milliseconds; each part a millisecond after the one before, so that feeds keep their order."""
    moment = at.astimezone(UTC) + timedelta(milliseconds=part)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def facet(span: Mapping[str, Any], dids: Mapping[str, str]) -> dict[str, Any] | None:
    """One facet of a span {start, end, kind, value}; None for a mention that did not resolve: it stays text."""
    kind, value = span["kind"], span["value"]
    if kind == "mention":
        if value not in dids:
            return None
        feature = {"did": dids[value]}
    else:
        feature = {"tag": value} if kind == "tag" else {"uri": value}
    index = {"byteStart": span["start"], "byteEnd": span["end"]}
    return {"index": index, "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}]}


def post_record(
    text: str,
    created: str,
    *,
    facets: Sequence[Any] = (),
    langs: Sequence[str] = (),
    labels: Sequence[str] = (),
    reply: Any = None,
    embed: Any = None,
) -> dict[str, Any]:
    """A record of app.bsky.feed.post; what is empty is left out."""
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": created}
    if facets:
        record["facets"] = list(facets)
    if langs:
        record["langs"] = list(langs)
    if labels:
        values = [{"val": label} for label in labels]
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    if reply:
        record["reply"] = reply
    if embed:
        record["embed"] = embed
    return record


def answering(target: Mapping[str, Any]) -> dict[str, Any]:
    """What a record says of the post it answers: {uri, cid, root}."""
    root, parent = target["root"], {"uri": target["uri"], "cid": target["cid"]}
    return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": parent}


def images(media: Sequence[Media], blobs: Sequence[Any]) -> dict[str, Any]:
    """The embed of pictures; `blobs` as uploadBlob gave them."""
    shown = [{"image": blob, "alt": one.alt, **_ratio(one)} for one, blob in zip(media, blobs, strict=True)]
    return {"$type": "app.bsky.embed.images", "images": shown}


def film(media: Media, blob: Any) -> dict[str, Any]:
    """The embed of a video."""
    return {"$type": "app.bsky.embed.video", "video": blob, "alt": media.alt, **_ratio(media)}


def _ratio(media: Media) -> dict[str, Any]:
    return {"aspectRatio": {"width": media.width, "height": media.height}} if media.width and media.height else {}


def external(url: str, title: str, description: str, thumb: Any = None) -> dict[str, Any]:
    """The embed of a link card."""
    shown = {"uri": url, "title": title, "description": description} | ({"thumb": thumb} if thumb else {})
    return {"$type": "app.bsky.embed.external", "external": shown}


def quoting(quoted: Mapping[str, str], media: dict[str, Any] | None) -> dict[str, Any]:
    """The embed of another post, with media beside it or without. `quoted`: uri and cid."""
    record = {"$type": "app.bsky.embed.record", "record": {"uri": quoted["uri"], "cid": quoted["cid"]}}
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media} if media else record


def threadgate(uri: str, rules: Sequence[str], created: str) -> dict[str, Any]:
    """Who may answer: each rule mention, follower, following or list:<at-uri>; none of them: nobody."""
    kind = f"{THREADGATE}#"
    allow = [
        {"$type": f"{kind}listRule", "list": rule.removeprefix("list:")} if rule.startswith("list:") else {"$type": f"{kind}{rule}Rule"}
        for rule in rules
    ]
    return {"$type": THREADGATE, "post": uri, "allow": allow, "createdAt": created}


def postgate(uri: str, created: str) -> dict[str, Any]:
    """Nobody may quote it."""
    return {"$type": POSTGATE, "post": uri, "embeddingRules": [{"$type": f"{POSTGATE}#disableRule"}], "createdAt": created}


def receipt(
    uri: str, cid: str, app: str, *, root: Mapping[str, str] | None, at: datetime | None = None, gates: Sequence[str] = ()
) -> PartReceipt:
    """What proves that a post is public. `root` is the first post of its thread (None: itself), `gates` the collections beside it."""
    did, _, rkey = uri.removeprefix("at://").split("/")
    first = {"uri": root["uri"], "cid": root["cid"]} if root else {"uri": uri, "cid": cid}
    more: dict[str, Any] = {"cid": cid, "root": first, "rkey": rkey}
    if gates:
        more["gates"] = list(gates)
    return PartReceipt(uri, f"{app}/profile/{did}/post/{rkey}", more, at)
