"""Uploading media and waiting for them, as the Mastodon API wants it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.errors import Retriable
from smm_cli.networks._file import blob_of, ending_of
from smm_cli.words.conversation import Step, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Field, Multipart, Request
from smm_cli.words.post import Blob, Media

KEEPS = 20 * 3600.0
"""Media that hang on nothing are collected after a day (mastodon lib/vacuum/media_attachments_vacuum.rb, TTL 1.day, 4.5); less a margin."""
PROCESSING, READY = 206, 200
WAITS = (2.0, 3.0, 5.0, 5.0, *(10.0,) * 6, *(30.0,) * 60)
"""Seconds before each poll: half an hour in all, enough for the longest film of 99 MiB on a busy server."""
Uploading = Generator[Step, Any, list[tuple[str, str]]]
"""Ids at the server with the SHA-256 of what was uploaded, in order."""


def upload_all(where: str, media: tuple[Media, ...]) -> Uploading:
    """Upload each to `where`, then wait until each is ready: the server works on all at once."""
    answers = []
    for medium in media:
        answers.append((yield from _upload(where, medium)))
    found = []
    for medium, answer in zip(media, answers, strict=True):
        if answer.status != READY or not answer.get("url"):
            yield from _ready(where.partition("/api/")[0], str(answer.get("id")), medium)
        found.append((str(answer.get("id")), medium.blob.sha256 if medium.blob else ""))
    return found


def attached_again(
    where: str, media: tuple[Media, ...], receipt: PartReceipt
) -> Generator[Step, Any, tuple[list[dict[str, str]], list[tuple[str, str]]]]:
    """For an edit: media that the status has keep their id and get their present description; new ones are uploaded."""
    had = receipt.more.get("media") or {}
    kept: list[dict[str, str]] = []
    found: list[tuple[str, str]] = []
    for medium in media:
        sha = medium.blob.sha256 if medium.blob else ""
        if sha in had:
            found.append((str(had[sha]), sha))
            kept.append({"id": str(had[sha]), "description": medium.alt, **({"focus": _focus(medium)} if medium.focus else {})})
        else:
            found += yield from upload_all(where, (medium,))
    return kept, found


def _upload(where: str, medium: Media) -> Generator[Step, Any, Answer]:
    blob = blob_of(medium)
    fields = [Field("file", blob, _name(medium.path, blob), blob.type)]
    fields += [Field("description", medium.alt)] if medium.alt else []
    fields += [Field("focus", _focus(medium))] if medium.focus else []
    if medium.thumbnail_blob:
        fields.append(Field("thumbnail", medium.thumbnail_blob, _name(medium.thumbnail, medium.thumbnail_blob), medium.thumbnail_blob.type))
    request = Request("POST", where, Multipart(tuple(fields)), expect=(200, 201, 202), keeps_for=KEEPS, timeout=300.0)
    answer: Answer = yield request
    return answer


def _ready(server: str, id: str, medium: Media) -> Generator[Step, Any, None]:
    """Ask until it is ready; polls are counted. A server that answers 200 without an address (some give one late) is asked on."""
    for seconds in WAITS:
        answer = yield Request("GET", f"{server}/api/v1/media/{id}", expect=(READY, PROCESSING), keeps_for=KEEPS)
        if answer.status == READY:
            return
        yield Wait(seconds)
    raise Retriable(f"the server is still working on {medium.path} after half an hour")


def _focus(medium: Media) -> str:
    x, y = medium.focus or (0.0, 0.0)
    return f"{x:.4g},{y:.4g}"


def _name(path: str, blob: Blob) -> str:
    """A neutral file name with the right ending: the user's own may tell more than she wants."""
    return f"{path.rpartition('/')[2].rpartition('.')[0] and 'media'}.{ending_of(blob)}"
