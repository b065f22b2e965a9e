"""Making a picture fit a network: without what tells about its maker, upright, of a type it takes, small enough."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from smm_cli.media.blobs import Blobs
from smm_cli.words.limit import MediaLimit
from smm_cli.words.post import Blob, Media
from smm_cli.words.problem import Place, Problem

FITTED = "fit-2"
"""The name of the note that keeps a result; counts up when fitting changes."""


def fit(media: Media, limits: tuple[MediaLimit, ...], blobs: Blobs) -> tuple[Media, list[Problem]]:
    """`media` (looked at before) with bytes that hold `limits`; the same bytes for the same input, everywhere.

    What fits and tells nothing is left alone. Animated pictures, films and sounds are never made anew: what they exceed
    is a problem. Media without a blob come back as they are: `look` has said why.
    """
    blob = media.blob
    if blob is None:
        return media, []
    limit = next((limit for limit in limits if limit.kind == media.kind), None)
    if limit is None:
        return media, [
            _problem(media, "media-kind", f"{media.path}: {_KINDS[media.kind]} cannot be sent here", "leave it out for this channel (for:)")
        ]
    if media.kind != "image":
        return media, _recording_problems(media, limit)
    name = f"{FITTED}-{_key(media, limit)}"
    fitted = _noted(blob, name, blobs)
    if fitted is None:
        fitted = _fitted(media, limit, blobs)
        blobs.store_note(
            blob.sha256, name, [fitted.blob.sha256, fitted.blob.size, fitted.blob.type, fitted.width, fitted.height] if fitted.blob else []
        )
    if fitted.blob is None:
        return media, [_too_large(media, limit)]
    return replace(media, blob=fitted.blob, width=fitted.width, height=fitted.height), []


def holds(media: Media, limit: MediaLimit) -> bool:
    """Whether the bytes of a picture, as they are, hold `limit`."""
    if media.blob is None or media.blob.size > limit.types.get(media.blob.type, -1):
        return False
    width, height = media.width or 0, media.height or 0
    return (limit.pixels is None or width * height <= limit.pixels) and (limit.side is None or max(width, height) <= limit.side)


def _fitted(media: Media, limit: MediaLimit, blobs: Blobs) -> Media:
    """`media` with new bytes; without a blob where there is no way."""
    assert media.blob is not None
    from smm_cli.media.pictures import see
    from smm_cli.media.strip import Broken, strip

    content = blobs.read(media.blob)
    try:
        bare = strip(content, media.blob.type)
    except Broken:  # the decoder is more patient: what it reads is written anew
        bare = b""
    if bare and (media.animated or not see(content).turned):
        left = media if bare == content else replace(media, blob=blobs.keep(bare, media.blob.type))
        if holds(left, limit) and (media.blob.type in _STRIPPED or not _tells(content)):
            return left
    if media.animated:
        return replace(media, blob=None)
    from smm_cli.media.shrink import shrink

    small = shrink(content, media.blob.type, limit)
    if small is None:
        return replace(media, blob=None)
    return replace(media, blob=blobs.keep(small.content, small.type), width=small.width, height=small.height)


def _tells(content: bytes) -> bool:
    from smm_cli.media.pictures import opened

    with opened(content) as picture:
        return bool(len(picture.getexif()) or picture.info.get("xmp") or picture.info.get("comment"))


def _noted(blob: Blob, name: str, blobs: Blobs) -> Media | None:
    match blobs.note(blob.sha256, name):
        case []:
            return Media("")
        case [str(sha256), int(size), str(type_), width, height] if blobs.has(found := Blob(sha256, size, type_)):
            return Media("", blob=found, width=width, height=height)
    return None


def _key(media: Media, limit: MediaLimit) -> str:
    asked = [sorted(limit.types.items()), limit.pixels, limit.side, media.animated]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


_STRIPPED = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_KINDS = {"image": "pictures", "video": "films", "audio": "sounds", "": "such files"}


def _recording_problems(media: Media, limit: MediaLimit) -> list[Problem]:
    assert media.blob is not None
    most = limit.types.get(media.blob.type)
    if most is None:
        return [
            _problem(
                media,
                "media-type",
                f"{media.path} is {media.blob.type}; taken are {_list(limit.types)}",
                "convert it, for instance with ffmpeg",
            )
        ]
    found = []
    if media.blob.size > most:
        what = f"{media.path} has {_size(media.blob.size)}; at most {_size(most)} are taken"
        found.append(_problem(media, "media-too-large", what, "smm does not shrink films: export it smaller"))
    if limit.seconds is not None and media.seconds is not None and media.seconds > limit.seconds:
        what = f"{media.path} runs {media.seconds:g} s; at most {limit.seconds:g} s are taken"
        found.append(_problem(media, "media-too-long", what, "cut it shorter"))
    side, pixels = max(media.width or 0, media.height or 0), (media.width or 0) * (media.height or 0)
    if (limit.side and side > limit.side) or (limit.pixels and pixels > limit.pixels):
        what = f"{media.path} is {media.width} x {media.height} pixels, more than is taken"
        found.append(_problem(media, "media-too-large", what, "smm does not shrink films: export it smaller"))
    return found


def _too_large(media: Media, limit: MediaLimit) -> Problem:
    assert media.blob is not None
    if media.animated and media.blob.type not in limit.types:
        return _problem(
            media,
            "media-type",
            f"{media.path} moves, and is {media.blob.type}; taken are {_list(limit.types)}",
            "send a still picture or a film",
        )
    if media.animated:
        most = limit.types[media.blob.type]
        what = (
            f"{media.path} moves, with {_size(media.blob.size)} and {media.width} x {media.height} pixels; at most {_size(most)} are taken"
        )
        return _problem(media, "media-too-large", what, "smm keeps moving pictures as they are: make it shorter or smaller, or a film")
    return _problem(media, "media-too-large", f"{media.path} cannot be made small enough for here", "crop it, or use another picture")


def _list(types: Sequence[str] | dict[str, int]) -> str:
    return ", ".join(sorted(types))


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size} bytes"


def _problem(media: Media, slug: str, what: str, hint: str) -> Problem:
    return Problem(slug, what, Place(line=media.line), hint)
