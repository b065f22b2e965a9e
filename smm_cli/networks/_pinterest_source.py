"""What a Pin shows, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._pinterest_film import upload_film
from smm_cli.words.conversation import Step
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.problem import Place, Problem


def source_of(base: str, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
    """The `media_source` of a Pin: a film, a picture, or two to five of one size."""
    blobs = [blob_of(medium) for medium in message.media]
    if message.media[0].kind == "video":
        id = yield from upload_film(base, blobs[0])
        return {"source_type": "video_id", "media_id": id, "cover_image_key_frame_time": message.fields["cover_at"]}
    addresses = []
    for blob in blobs:
        addresses.append((yield from public_address(blob)))
    if len(addresses) == 1:
        return {"source_type": "image_url", "url": addresses[0]}
    return {"source_type": "multiple_image_urls", "items": [{"url": address} for address in addresses], "index": 0}


def size_problems(message: PayloadPart, place: Place) -> tuple[Problem, ...]:
    """Pictures of one Pin have one size (PinMediaSourceImagesURL)."""
    sizes = {(medium.width, medium.height) for medium in message.media if medium.kind == "image" and medium.width}
    if len(sizes) < 2:
        return ()
    what = "the pictures of one Pin must be of one size: " + ", ".join(f"{width} x {height}" for width, height in sorted(sizes))
    return (Problem("media-shape", what, place, "crop them alike"),)
