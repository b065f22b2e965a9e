"""What a PDS finds wrong with a record. Source: lexicons app.bsky.* and com.atproto.*, and lexicons of the PDS 0.4.217, 2026-08-20.

It counts for itself (not with text.rulers): a mistake made twice would go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

DATETIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,20})?(Z|[+-][0-2]\d:[0-5]\d)")
LANGUAGE = re.compile(r"(i|[a-z]{2,3})(-[A-Za-z0-9]+)*")
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
AT_URI = re.compile(r"at://[^/\s]+/[a-zA-Z0-9.-]+/[A-Za-z0-9._:~-]+")
CID = re.compile(r"baf[a-z2-7]{50,}")
URI = re.compile(r"[a-zA-Z][a-zA-Z0-9.+-]*:\S+")
Blobs = Callable[[Mapping[str, Any], str], None]


class Invalid(Exception):
    """The record does not fit; the words name the place."""


def graphemes(text: str) -> int:
    """Grapheme clusters of Unicode, extended."""
    import regex

    return len(regex.findall(r"\X", text))


class Lexicon:
    """Checks records; `image_bytes` and `video_bytes` differ between versions (1 and 100 MB before 0.5)."""

    def __init__(self, image_bytes: int = 2_000_000, video_bytes: int = 300_000_000) -> None:
        self.image_bytes = image_bytes
        self.video_bytes = video_bytes

    def check(self, collection: str, rkey: str, record: Mapping[str, Any]) -> None:
        """Raises Invalid."""
        if record.get("$type", collection) != collection:
            raise Invalid(f"Invalid $type: expected {collection}, got {record.get('$type')}")
        checks = {"app.bsky.feed.post": self._post, "app.bsky.feed.threadgate": _threadgate, "app.bsky.feed.postgate": _postgate}
        if collection not in checks:
            return
        if not TID.fullmatch(rkey):
            raise Invalid(f"Invalid record key for {collection}: TID syntax not valid")
        try:
            checks[collection](record)
        except Invalid as invalid:
            raise Invalid(f"Invalid {collection} record: {invalid}") from None

    def _post(self, record: Mapping[str, Any]) -> None:
        text = _text(record, "text", 3000, 300)
        _matches(record, "createdAt", DATETIME, "datetime")
        for facet in _list(record, "facets"):
            _facet(facet, text)
        _in_order(record.get("facets") or [])
        for lang in _list(record, "langs", 3):
            _fits(lang, LANGUAGE, "language", "langs")
        for tag in _list(record, "tags", 8):
            _text({"tags": tag}, "tags", 640, 64)
        if "reply" in record:
            for end in ("root", "parent"):
                _strong(record["reply"].get(end), f"reply/{end}")
        for label in _list(record.get("labels") or {}, "values", 10):
            _text(label, "val", 128)
        if "embed" in record:
            self._embed(record["embed"])

    def _embed(self, embed: Mapping[str, Any], inside: bool = False) -> None:
        """The lexicon's union is open: a server takes kinds that it does not know, and no app shows them. Refused here."""
        kind = str(embed.get("$type", "")).removeprefix("app.bsky.embed.")
        if kind == "images":
            for number, image in enumerate(_list(embed, "images", 4)):
                self._blob(image.get("image"), "image/", self.image_bytes, f"embed/images/{number}/image")
                _text(image, "alt")
                _ratio(image)
        elif kind == "video":
            self._blob(embed.get("video"), "video/mp4", self.video_bytes, "embed/video")
            _text({"alt": "", **embed}, "alt", 10_000, 1000)
            _ratio(embed)
        elif kind == "external":
            shown = embed.get("external") or {}
            _matches(shown, "uri", URI, "uri")
            _text(shown, "title")
            _text(shown, "description")
            if "thumb" in shown:
                self._blob(shown["thumb"], "image/", 1_000_000, "embed/external/thumb")
        elif kind == "record" and not inside:
            _strong(embed.get("record"), "embed/record")
        elif kind == "recordWithMedia" and not inside:
            _strong((embed.get("record") or {}).get("record"), "embed/record/record")
            self._embed(embed.get("media") or {}, inside=True)
        else:
            raise Invalid(f"embed: no app shows {embed.get('$type')} here")

    def _blob(self, blob: Any, accept: str, most: int, where: str) -> None:
        link = (blob.get("ref") or {}).get("$link", "") if isinstance(blob, Mapping) else ""
        if not isinstance(blob, Mapping) or blob.get("$type") != "blob" or not CID.fullmatch(str(link)):
            raise Invalid(f"Expected blob value type at $.record/{where}")
        if not str(blob.get("mimeType")).startswith(accept):
            raise Invalid(f'Expected "{accept}*" (got "{blob.get("mimeType")}") at $.record/{where}/mimeType')
        if int(blob.get("size", 0)) > most:
            raise Invalid(f"blob too big (maximum {most}, got {blob.get('size')}) at $.record/{where}")


def _text(record: Any, name: str, most_bytes: int | None = None, most_graphemes: int | None = None) -> str:
    value = record.get(name) if isinstance(record, Mapping) else None
    if not isinstance(value, str):
        raise Invalid(f'Missing required key "{name}" at $.record')
    if most_bytes is not None and len(value.encode()) > most_bytes:
        raise Invalid(f"string too big (maximum {most_bytes}, got {len(value.encode())}) at $.record.{name}")
    if most_graphemes is not None and graphemes(value) > most_graphemes:
        raise Invalid(f"grapheme too big (maximum {most_graphemes}, got {graphemes(value)}) at $.record.{name}")
    return value


def _list(record: Mapping[str, Any], name: str, most: int | None = None) -> list[Any]:
    value = record.get(name, [])
    if not isinstance(value, list):
        raise Invalid(f"Expected array value type at $.record.{name}")
    if most is not None and len(value) > most:
        raise Invalid(f"array too big (maximum {most}, got {len(value)}) at $.record.{name}")
    return value


def _fits(value: Any, pattern: re.Pattern[str], kind: str, where: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Invalid(f'Invalid {kind} (got "{value}") at $.record.{where}')


def _matches(record: Mapping[str, Any], name: str, pattern: re.Pattern[str], kind: str) -> None:
    _fits(record.get(name), pattern, kind, name)


def _strong(value: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise Invalid(f"Expected object value type at $.record/{where}")
    _fits(value.get("uri"), AT_URI, "AT-URI", f"{where}/uri")
    _fits(value.get("cid"), CID, "CID string", f"{where}/cid")


def _ratio(record: Mapping[str, Any]) -> None:
    ratio = record.get("aspectRatio")
    if ratio is not None and (
        not isinstance(ratio, Mapping) or any(type(ratio.get(n)) is not int or ratio[n] < 1 for n in ("width", "height"))
    ):
        raise Invalid("Expected integer value type (minimum 1) at $.record/embed/aspectRatio")


def _facet(facet: Any, text: str) -> None:
    """The server looks at types only; a range that fits no text is taken, and clients show nothing (docs.bsky.app, 2026). Refused here."""
    raw = text.encode()
    index = facet.get("index") or {}
    start, end = index.get("byteStart"), index.get("byteEnd")
    if type(start) is not int or type(end) is not int or start < 0:
        raise Invalid("Expected integer value type at $.record/facets/index")
    if not start < end <= len(raw):
        raise Invalid(f"facet {start}:{end} lies outside the text of {len(raw)} bytes")
    try:
        raw[start:end].decode()
    except UnicodeDecodeError:
        raise Invalid(f"facet {start}:{end} cuts a character") from None
    if not _list(facet, "features"):
        raise Invalid("a facet without features")
    for feature in facet["features"]:
        kind = str(feature.get("$type", "")).removeprefix("app.bsky.richtext.facet#")
        if kind == "mention":
            _matches(feature, "did", DID, "DID")
        elif kind == "link":
            _matches(feature, "uri", URI, "uri")
        elif kind == "tag":
            _text(feature, "tag", 640, 64)
        else:
            raise Invalid(f"no app shows a facet {feature.get('$type')}")


def _in_order(facets: list[Any]) -> None:
    """Facets that overlap are dropped by clients: docs.bsky.app, Links, mentions, and rich text, 2026-04."""
    ends = 0
    for facet in facets:
        if facet["index"]["byteStart"] < ends:
            raise Invalid("facets overlap, or are not sorted")
        ends = facet["index"]["byteEnd"]


def _threadgate(record: Mapping[str, Any]) -> None:
    _matches(record, "post", AT_URI, "AT-URI")
    _matches(record, "createdAt", DATETIME, "datetime")
    for rule in _list(record, "allow", 5):
        kind = str(rule.get("$type", "")).removeprefix("app.bsky.feed.threadgate#")
        if kind == "listRule":
            _matches(rule, "list", AT_URI, "AT-URI")
        elif kind not in ("mentionRule", "followerRule", "followingRule"):
            raise Invalid(f"unknown rule {rule.get('$type')}")


def _postgate(record: Mapping[str, Any]) -> None:
    _matches(record, "post", AT_URI, "AT-URI")
    _matches(record, "createdAt", DATETIME, "datetime")
    _list(record, "embeddingRules", 5)
