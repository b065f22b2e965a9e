"""Uploading to LinkedIn: a place is asked for, the bytes go to its address, then one waits. The owner must be the post's author.

Source: learn.microsoft.com/linkedin, community-management/shares/images-api and videos-api (li-lms-2026-09).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.words.conversation import Step, Wait
from smm_cli.words.exchange import Json, Request, Slice
from smm_cli.words.post import Blob, Media

PIECE = 4 * 1024 * 1024
"""Bytes of each part of a film, the last may be shorter."""
FRESH = 1800.0
"""Seconds for which an upload's address is relied on; LinkedIn says when it ends, mostly a day."""
WAITS = (3.0, 5.0, *(10.0,) * 30, *(30.0,) * 40)
Uploading = Generator[Step, Any, str]


def upload_all(api: str, headers: Mapping[str, str], owner: str, grace: float, media: tuple[Media, ...]) -> Generator[Step, Any, list[str]]:
    """Upload each; the URNs, in order."""
    uploads, urns = Uploads(api, headers, owner, grace), []
    for medium in media:
        urns.append((yield from uploads.upload(medium)))
    return urns


class Uploads:
    """What all uploads of one author share."""

    def __init__(self, api: str, headers: Mapping[str, str], owner: str, grace: float) -> None:
        self.api, self.headers, self.owner, self.grace = api, dict(headers), owner, grace

    def upload(self, medium: Media) -> Uploading:
        """Upload one; the URN."""
        urn = yield from (self._film if medium.kind == "video" else self._picture)(blob_of(medium))
        yield from self._ready(urn, medium)
        return urn

    def _picture(self, blob: Blob) -> Uploading:
        asked = {"initializeUploadRequest": {"owner": self.owner}}
        url = f"{self.api}/rest/images?action=initializeUpload"
        place = yield Request("POST", url, Json(asked), self.headers, secret=("value.uploadUrl",), keeps_for=FRESH)
        yield Request("PUT", str(place.get("value", "uploadUrl")), Slice(blob), reads="any", timeout=300.0)
        return str(place.get("value", "image"))

    def _film(self, blob: Blob) -> Uploading:
        asked = {"owner": self.owner, "fileSizeBytes": blob.size, "uploadCaptions": False, "uploadThumbnail": False}
        pieces = range(-(-blob.size // PIECE))
        secret = ("value.uploadToken", *(f"value.uploadInstructions.{n}.uploadUrl" for n in pieces))
        url = f"{self.api}/rest/videos?action="
        begun = Json({"initializeUploadRequest": asked})
        place = yield Request("POST", f"{url}initializeUpload", begun, self.headers, secret=secret, keeps_for=FRESH)
        tags: list[str] = []
        for told in place.get("value", "uploadInstructions", default=[]):
            piece = Slice(blob, int(told["firstByte"]), int(told["lastByte"]) + 1)
            headers = {"content-type": "application/octet-stream"}
            done = yield Request("PUT", str(told["uploadUrl"]), piece, headers, reads="any", timeout=300.0)
            tags.append(done.headers.get("etag", "").strip('"'))
        urn = str(place.get("value", "video"))
        ended = {"video": urn, "uploadToken": str(place.get("value", "uploadToken", default="")), "uploadedPartIds": tags}
        yield Request("POST", f"{url}finalizeUpload", Json({"finalizeUploadRequest": ended}), self.headers)
        return urn

    def _ready(self, urn: str, medium: Media) -> Generator[Step, Any, None]:
        """Ask until LinkedIn is done. Of a person's picture it may not be asked (403): a while is waited instead."""
        kind = urn.split(":")[2] + "s"
        for seconds in WAITS:
            answer = yield Request("GET", f"{self.api}/rest/{kind}/{quote(urn, safe='')}", headers=self.headers, may_fail=True)
            status = answer.get("status")
            if answer.status in (403, 404) and kind == "images":
                yield Wait(self.grace)
                return
            if answer.ok and status == "AVAILABLE":
                return
            if answer.ok and status == "PROCESSING_FAILED":
                raise Rejected(f"LinkedIn cannot use {medium.path}: {answer.get('processingFailureReason', default='it does not say why')}")
            yield Wait(seconds)
        raise Retriable(f"LinkedIn is still working on {medium.path}")
