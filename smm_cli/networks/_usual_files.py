"""Files of the usual types, which servers take that look at the size alone."""

from __future__ import annotations

from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit

PICTURES = (JPEG, PNG, GIF, WEBP, AVIF, HEIC)
FILMS = (MP4, WEBM, QUICKTIME)
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")


def usual_files(
    size: int, count: int, source: str, date: str, pictures: tuple[str, ...] = PICTURES, sounds: tuple[str, ...] = SOUNDS
) -> tuple[MediaLimit, ...]:
    """Pictures, films and sounds of at most `size` bytes each, `count` of a kind in one part."""
    kinds = {"image": pictures, "video": FILMS, "audio": sounds}
    return tuple(MediaLimit(kind, dict.fromkeys(types, size), count, source, date) for kind, types in kinds.items())
