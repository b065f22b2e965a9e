"""What a file beside a post is: type by content, pixels, duration; and whether it may go out at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from smm_cli.media.blobs import Blobs
from smm_cli.media.types import EMPTY, HEAD, LFS, SVG, TEXT, UNKNOWN, type_of
from smm_cli.words.limit import HEIC
from smm_cli.words.post import Media
from smm_cli.words.problem import WARNING, Place, Problem

SEEN = "seen-1"
"""The name of the note that keeps what was seen of a file; counts up when looking changes."""

_REFUSED = {
    EMPTY: ("media-empty", "is empty", "copy or export it again"),
    LFS: ("media-lfs", "is a Git LFS pointer, not the file itself", "git lfs pull   (in CI: check out with lfs: true)"),
    SVG: ("media-svg", "is an SVG drawing, which most networks refuse", "export it as PNG, about 1600 pixels wide"),
    TEXT: ("media-type", "is a text file, whatever its name says", "put the picture itself there"),
    HEIC: ("media-heic", "is a HEIC picture, which only Apple's programs read", "save it as JPEG"),
    UNKNOWN: ("media-type", "is neither a picture nor a film nor a sound that smm knows", "save it as JPEG, PNG, GIF, WebP, MP4 or WebM"),
}
_NAMELIKE = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".mp4", ".mov", ".webm")


def look(path: Path, media: Media, blobs: Blobs, thumbnail: Path | None = None) -> tuple[Media, list[Problem]]:
    """`media` with what the file at `path` shows: kept bytes, pixels after orientation, seconds, animation.

    `thumbnail` is the file of `media.thumbnail`. Problems speak of `media.path` and carry its line; the caller adds
    the file. What cannot be sent comes back without a blob.
    """
    problems = alt_problems(media)
    facts, found = _seen(path, media.path, media, blobs)
    problems += found
    if facts and thumbnail:
        small, found = _seen(thumbnail, media.thumbnail, media, blobs)
        problems += found
        if small and small["blob"].type.startswith("image/"):
            facts["thumbnail_blob"] = small["blob"]
        elif small:
            problems.append(_problem(media, "media-thumbnail", f"the thumbnail {media.thumbnail} is not a picture", "use a JPEG or PNG"))
    return replace(media, **facts), problems


def _seen(path: Path, name: str, media: Media, blobs: Blobs) -> tuple[dict[str, Any], list[Problem]]:
    """Facts of one file, none where it is refused, with what there is to say about it."""
    try:
        facts = _facts(path, blobs)
    except FileNotFoundError:
        return {}, [_problem(media, "media-missing", f"{name} is not there", "check the spelling, and the letter case")]
    except _Refused as refused:
        return {}, [_problem(media, refused.slug, f"{name} {refused}", refused.hint)]
    except OSError as silent:
        return {}, [_problem(media, "media-unreadable", f"{name} cannot be read: {silent.strerror}", "check its permissions")]
    told = facts.pop("told")
    return facts, [_problem(media, slug, f"{name} {what}", hint, severity) for slug, what, hint, severity in told]


def alt_problems(media: Media) -> list[Problem]:
    """Whether `media` says in words what it shows."""
    name = PurePosixPath(media.path).name
    alt = media.alt.strip()
    if media.decorative or (alt and not alt.lower().endswith(_NAMELIKE)):
        return []
    if alt:
        return [_problem(media, "alt-is-a-name", f"the description of {media.path} is a file name", "say what can be seen", WARNING)]
    hint = f"say in a sentence what {name} shows (alt: …), or decorative: true if it says nothing"
    return [_problem(media, "alt-missing", f"{media.path} has no description", hint)]


class _Refused(ValueError):
    def __init__(self, slug: str, what: str, hint: str) -> None:
        super().__init__(what)
        self.slug = slug
        self.hint = hint


def _facts(path: Path, blobs: Blobs) -> dict[str, Any]:
    """What is known of the file, from the note beside its bytes or by looking. Raises _Refused, OSError."""
    with path.open("rb") as file:
        found = type_of(file.read(HEAD))
    if found in _REFUSED:
        raise _Refused(*_REFUSED[found])
    blob = blobs.keep_file(path, found)
    noted = blobs.note(blob.sha256, SEEN)
    if not isinstance(noted, dict) or set(noted) != {"type", "width", "height", "seconds", "animated", "told"}:
        noted = _picture(blobs.read(blob)) if found.startswith("image/") else _recording(blobs.path(blob), found)
        blobs.store_note(blob.sha256, SEEN, noted)
    return {**{key: value for key, value in noted.items() if key != "type"}, "blob": replace(blob, type=noted["type"])}


def _picture(content: bytes) -> dict[str, Any]:
    from smm_cli.media.pictures import Unreadable, see

    try:
        seen = see(content)
    except Unreadable as broken:
        raise _Refused(broken.slug, str(broken), broken.hint) from None
    return {"type": seen.type, "width": seen.width, "height": seen.height, "seconds": None, "animated": seen.animated, "told": []}


def _recording(path: Path, type_: str) -> dict[str, Any]:
    from smm_cli.media.recordings import hear

    heard = hear(path, type_)
    if heard.broken:
        raise _Refused("media-damaged", "cannot be played: it is damaged or was cut off while copying", "copy or export it again")
    told = []
    if heard.place:
        hint = "take it out: ffmpeg -i IN -map_metadata -1 -c copy OUT"
        told.append(["media-place", "tells where it was recorded (GPS), which smm does not send", hint, "error"])
    return {"type": type_, "width": heard.width, "height": heard.height, "seconds": heard.seconds, "animated": False, "told": told}


def _problem(media: Media, slug: str, what: str, hint: str, severity: str = "error") -> Problem:
    return Problem(slug, what, Place(line=media.line), hint, severity)
