"""Sending films and photos to TikTok: at once, or to the creator's inbox.

Source: developers.tiktok.com, content-posting-api-reference, direct post and photo post (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._tiktok_api import ask
from smm_cli.networks._tiktok_compose import info_of
from smm_cli.networks._tiktok_film import announced, chunks
from smm_cli.words.conversation import Earlier, Step
from smm_cli.words.delivery import PayloadPart

UPLOAD_LIFE = 600.0
"""How long an announced upload is gone on with; its address holds an hour (unverified), and a new one costs nothing."""


def send_film(api: str, message: PayloadPart, *, direct: bool) -> Generator[Step, Any, str]:
    """Announce it, send its chunks, of which the last publishes it; its id for questions."""
    blob = blob_of(message.media[0])
    body: dict[str, Any] = {"source_info": announced(blob)}
    if direct:
        body["post_info"] = {"title": message.text, **info_of(message)}
    path = "post/publish/video/init/" if direct else "post/publish/inbox/video/init/"
    begun = yield ask(api, path, body, keeps_for=UPLOAD_LIFE, secret=("data.upload_url",))
    *first, last = chunks(blob, str(begun.get("data", "upload_url", default="")))
    for request in first:  # noqa: UP028 - a list would not take the answers
        yield request
    yield Earlier()
    yield last
    return str(begun.get("data", "publish_id", default=""))


def send_photos(api: str, message: PayloadPart, *, direct: bool) -> Generator[Step, Any, str]:
    """Put them at public addresses, then the one request that publishes; its id for questions."""
    addresses = []
    for medium in message.media:
        addresses.append((yield from public_address(blob_of(medium))))
    yield Earlier()
    info = {"description": message.text, **({"title": message.fields["title"]} if message.fields["title"] else {})}
    info |= info_of(message) if direct else {}
    source = {"source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": 0}
    mode = "DIRECT_POST" if direct else "MEDIA_UPLOAD"
    body = {"post_info": info, "source_info": source, "post_mode": mode, "media_type": "PHOTO"}
    answer = yield ask(api, "post/publish/content/init/", body, commits=True)
    return str(answer.get("data", "publish_id", default=""))
