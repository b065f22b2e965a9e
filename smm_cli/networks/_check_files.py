"""Media of a part against the declared limits: how many, of which kinds together, and each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from smm_cli.networks.base import Network
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.limit import MediaLimit
from smm_cli.words.post import Media
from smm_cli.words.problem import Place, Problem

KINDS = {"image": "pictures", "video": "films", "audio": "sounds"}


def check_count(network: Network, part: PayloadPart, at: Place, label: str) -> Iterator[Problem]:
    """Too many media in one part, or kinds that cannot stand together."""
    count, most = len(part.media), network.most_media
    where = label or "the post"
    if count and not network.media_count:
        yield Problem("media-not-taken", f"{network.title} takes no media", at, "leave them out for this channel (for:)")
        return
    if count > most:
        yield Problem("too-many-media", f"{where} has {count} media; {network.title} takes {most}", at, f"take out {count - most}")
    kinds = Counter(medium.kind for medium in part.media if medium.kind)
    for limit in network.media_limits:
        own = kinds.get(limit.kind, 0)
        if own > limit.count and not count > most:
            name = KINDS.get(limit.kind, limit.kind)
            yield Problem(
                "too-many-media", f"{where} has {own} {name}; {network.title} takes {limit.count}", at, f"take out {own - limit.count}"
            )
    mixed = len(kinds) > 1 and (not network.mixing or any(limit.exclusive and kinds.get(limit.kind) for limit in network.media_limits))
    if mixed:
        names = " and ".join(KINDS.get(kind, kind) for kind in sorted(kinds))
        yield Problem(
            "mixed-media", f"{where} has {names}; {network.title} takes one kind at a time", at, "put them into parts of their own"
        )


def check_files(network: Network, part: PayloadPart, at: Place) -> Iterator[Problem]:
    """Each file that was looked at: kind, type, bytes, pixels, seconds."""
    for medium in part.media:
        if medium.blob is None or not network.media_limits:
            continue
        limit = next((limit for limit in network.media_limits if limit.kind == medium.kind), None)
        spot = replace(at, line=medium.line)
        if limit is None:
            name = KINDS.get(medium.kind, "such files")
            yield Problem("media-kind", f"{medium.path}: {network.title} takes no {name}", spot, "leave it out for this channel (for:)")
        else:
            yield from _file(medium, limit, network.title, spot)


def _file(medium: Media, limit: MediaLimit, title: str, at: Place) -> Iterator[Problem]:
    assert medium.blob is not None
    most = limit.types.get(medium.blob.type)
    if most is None:
        what = f"{medium.path} is {medium.blob.type}; {title} takes {', '.join(sorted(limit.types)) or 'no such files'}"
        yield Problem("media-type", what, at, "convert it")
    elif medium.blob.size > most:
        what = f"{medium.path} has {medium.blob.size} bytes, {medium.blob.size - most} more than the {most} that {title} takes"
        yield Problem("media-too-large", what, at, "make it smaller")
    width, height = medium.width or 0, medium.height or 0
    if (limit.pixels and width * height > limit.pixels) or (limit.side and max(width, height) > limit.side):
        room = f"{limit.pixels} pixels in all" if limit.pixels else f"{limit.side} pixels a side"
        yield Problem("media-too-large", f"{medium.path} is {width} x {height} pixels; {title} takes {room}", at, "make it smaller")
    if limit.seconds is not None and medium.seconds is not None and medium.seconds > limit.seconds:
        yield Problem("media-too-long", f"{medium.path} runs {medium.seconds:g} s; {title} takes {limit.seconds:g} s", at, "cut it shorter")
