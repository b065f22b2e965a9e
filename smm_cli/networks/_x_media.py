"""Uploading to X: pictures in one piece, films and animations in chunks, then waiting until they are ready; alternative texts.

Source: xdevplatform/docs, OpenAPI 2.167, /2/media (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.words.conversation import Step, Wait
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request, Slice
from smm_cli.words.post import Blob, Media

CHUNK = 4 * 1024 * 1024
"""Bytes; an `append` takes 5 MB, and a thousand of them."""
KEEPS = 20 * 3600.0
"""Media that hang on nothing are forgotten after a day (expires_after_secs 86400); less a margin."""
MOST_POLLS, SECONDS = 120, 5.0


def upload_all(api: str, media: tuple[Media, ...]) -> Generator[Step, Any, list[str]]:
    """Upload each; the ids, in order."""
    found = []
    for medium in media:
        found.append((yield from (_chunked if is_worked_on(medium) else _whole)(api, medium, blob_of(medium))))
        if medium.alt and medium.kind == "image":
            said = {"id": found[-1], "metadata": {"alt_text": {"text": medium.alt}}}
            yield Request("POST", f"{api}/2/media/metadata", Json(said), keeps_for=KEEPS)
    return found


def is_worked_on(medium: Media) -> bool:
    """Whether X works on it after the upload: films, animations."""
    return medium.kind == "video" or medium.animated


def _whole(api: str, medium: Media, blob: Blob) -> Generator[Step, Any, str]:
    fields = (Field("media_category", "tweet_image"), Field("media", blob, f"media.{blob.type.partition('/')[2]}", blob.type))
    answer = yield Request("POST", f"{api}/2/media/upload", Multipart(fields), keeps_for=KEEPS, timeout=300.0)
    return (yield from _ready(api, answer, medium))


def _chunked(api: str, medium: Media, blob: Blob) -> Generator[Step, Any, str]:
    category = "tweet_video" if medium.kind == "video" else "tweet_gif"
    asked = {"media_type": blob.type, "total_bytes": blob.size, "media_category": category}
    begun = yield Request("POST", f"{api}/2/media/upload/initialize", Json(asked), keeps_for=KEEPS)
    id = str(begun.get("data", "id"))
    for number, start in enumerate(range(0, blob.size, CHUNK)):
        piece = Slice(blob, start, min(start + CHUNK, blob.size))
        fields = (Field("segment_index", str(number)), Field("media", piece, "media", blob.type))
        yield Request("POST", f"{api}/2/media/upload/{id}/append", Multipart(fields), keeps_for=KEEPS, timeout=300.0)
    answer = yield Request("POST", f"{api}/2/media/upload/{id}/finalize", keeps_for=KEEPS)
    return (yield from _ready(api, answer, medium))


def _ready(api: str, answer: Answer, medium: Media) -> Generator[Step, Any, str]:
    """Ask until it is ready: polls are counted, and X says how long to wait between them."""
    id = str(answer.get("data", "id"))
    for _ in range(MOST_POLLS):
        state = answer.get("data", "processing_info", "state", default="succeeded")
        if state == "succeeded":
            return id
        if state == "failed":
            why = answer.get("data", "processing_info", "error", "message", default="it does not say why")
            raise Rejected(f"X cannot use {medium.path}: {why}")
        pause = answer.get("data", "processing_info", "check_after_secs", default=SECONDS)
        yield Wait(float(pause) if isinstance(pause, int | float) else SECONDS)
        query = (("command", "STATUS"), ("media_id", id))
        answer = yield Request("GET", f"{api}/2/media/upload", query=query, keeps_for=KEEPS)
    raise Retriable(f"X is still working on {medium.path}")
