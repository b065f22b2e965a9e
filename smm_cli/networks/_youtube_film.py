"""A film on YouTube as the API takes it, its upload and thumbnail, and whether YouTube can use it.

Source: developers.google.com/youtube/v3/docs, videos and thumbnails/set (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._google_upload import opened, upload
from smm_cli.networks._short import short
from smm_cli.networks._youtube_api import url_of
from smm_cli.text.quiet import hushed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Step, Wait
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Json, Request, Slice
from smm_cli.words.post import Media, Post
from smm_cli.words.tree import Mention

WAITS = (2.0, 3.0, 5.0, 10.0, 10.0, 10.0)
"""Seconds between questions whether the film can be used; a film that YouTube still works on then is published all the same."""
REFUSED = frozenset({"failed", "rejected", "deleted"})
ANGLES = str.maketrans("<>", "‹›")
"""Titles and descriptions may hold any sign but these two. Source: videos#properties, snippet.title (2026-11-22)."""


def fields_of(post: Post, options: Any, settings: Any, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """What a film says beside its description."""
    fields: dict[str, Any] = {
        "title": hushed(short(post.title, mention)).translate(ANGLES),
        "tags": [tag.translate(ANGLES) for tag in post.tags],
        "category": options.category or settings.category,
        "visibility": post.visibility or settings.visibility,
    }
    fields |= {"language": post.language} if post.language else {}
    return fields | ({"synthetic": True} if options.synthetic else {})


def snippet_of(message: PayloadPart) -> dict[str, Any]:
    """The words of a film."""
    fields = message.fields
    snippet = {"title": fields["title"], "description": message.text, "tags": fields["tags"], "categoryId": fields["category"]}
    return snippet | ({"defaultLanguage": fields["language"]} if "language" in fields else {})


def status_of(privacy: str, message: PayloadPart, settings: Any) -> dict[str, Any]:
    """All that may be set: an update replaces the whole part."""
    status = {"privacyStatus": privacy, "selfDeclaredMadeForKids": settings.made_for_kids}
    status |= {"license": settings.license, "embeddable": settings.embeddable}
    return status | ({"containsSyntheticMedia": True} if message.fields.get("synthetic") else {})


def receipt_of(id: str) -> PartReceipt:
    """The receipt of a film."""
    return PartReceipt(id, f"https://www.youtube.com/watch?v={id}")


def upload_film(version: str, message: PayloadPart, settings: Any) -> Generator[Step, Any, str]:
    """Upload it as private, with its thumbnail; its id once YouTube can use it."""
    medium = message.media[0]
    blob = blob_of(medium)
    body = Json({"snippet": snippet_of(message), "status": status_of("private", message, settings)})
    query = (("part", "snippet,status"), ("notifySubscribers", "true" if settings.notify else "false"))
    made = yield from upload(opened(url_of(version, "videos", upload=True), query, body, blob), blob)
    id = str(made.get("id", default=""))
    if not id:
        raise Retriable("YouTube gave the film no id")
    yield from set_thumbnail(version, medium, id)
    yield from _usable(version, id)
    return id


def set_thumbnail(version: str, medium: Media, id: str) -> Generator[Request, Any, None]:
    """The medium's own thumbnail, where it has one. Only verified accounts may set one: without it the film is no less a film."""
    if medium.thumbnail_blob:
        query = (("uploadType", "media"), ("videoId", id))
        url = url_of(version, "thumbnails/set", upload=True)
        yield Request("POST", url, Slice(medium.thumbnail_blob), query=query, reads="any", may_fail=True, timeout=120.0)


def find_film(version: str, intent: Intent) -> Looking:
    """By the privacy of the very film that was about to be changed."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    id = str(sent.get("id", ""))
    answer = yield Request("GET", url_of(version, "videos"), query=(("part", "status"), ("id", id)))
    now = answer.get("items", 0, "status", "privacyStatus")
    if now is None:
        return CannotTell("https://studio.youtube.com")
    return Found(receipt_of(id)) if now == sent.get("status", {}).get("privacyStatus") else Absent()


def _usable(version: str, id: str) -> Generator[Step, Any, None]:
    for seconds in WAITS:
        answer = yield Request("GET", url_of(version, "videos"), query=(("part", "status"), ("id", id)))
        state = str(answer.get("items", 0, "status", "uploadStatus", default=""))
        if state in REFUSED:
            why = answer.get("items", 0, "status", "rejectionReason") or answer.get("items", 0, "status", "failureReason") or state
            raise Rejected(f"YouTube cannot use the film: {why}", slug="video")
        if state == "processed":
            return
        yield Wait(seconds)
