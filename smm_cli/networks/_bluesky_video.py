"""Films on Bluesky: handed to the video service, which puts them on the person's own server when they are ready.

Source: docs.bsky.app/docs/tutorials/video and the app's own upload (social-app), 2026-08.
"""

from __future__ import annotations

from collections.abc import Generator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import RateLimited, Rejected, Retriable
from smm_cli.networks._bluesky_place import pds_of
from smm_cli.words.conversation import Wait
from smm_cli.words.exchange import Answer, Request, Slice
from smm_cli.words.post import Blob

TOKEN_LIFE = 1800
"""Seconds. The service puts the film on the server with our token when it is done, so it must live as long as that may take."""
FRESH = 1500.0
"""Answers that lead to the upload are asked again after this: their tokens would end soon."""
POLLS = (*[2.0] * 15, *[5.0] * 6, *[30.0] * 40)
"""Seconds between questions, 21 minutes together; counted, not timed."""
PASSING = frozenset({"pds_upload_failure", "generic_failure", "ServiceOverloaded"})
"""Failures of the service's own, after which the same film may pass. Source: lexicon app.bsky.video.defs, 2026-08."""
Filming = Generator[Request | Wait, Answer, Any]


def upload(blob: Blob, *, did: str, pds: str, service: str) -> Filming:
    """A conversation that uploads `blob` (mp4) and waits until it is ready; gives the blob for the record."""
    session = yield Request("GET", f"{pds}/xrpc/com.atproto.server.getSession", keeps_for=FRESH)
    ends = _expiry(session)
    limits = yield from _asked(pds, f"did:web:{urlsplit(service).netloc}", "app.bsky.video.getUploadLimits", ends)
    may = yield Request("GET", f"{service}/xrpc/app.bsky.video.getUploadLimits", headers=_bearer(limits), auth="", keeps_for=FRESH)
    if may.get("canUpload") is False:
        said = str(may.get("message") or may.get("error") or "the daily limit for videos is reached")
        raise RateLimited(f"Bluesky takes no video now: {said}", after=3600.0, slug="video-limit")
    home = pds_of(session.get("didDoc")) or pds  # the service puts it where the account lives, which an entryway only stands for
    token = yield from _asked(pds, f"did:web:{urlsplit(home).netloc}", "com.atproto.repo.uploadBlob", ends)
    job = yield Request(
        "POST",
        f"{service}/xrpc/app.bsky.video.uploadVideo",
        Slice(blob),
        headers={"Content-Type": blob.type, **_bearer(token)},
        query=(("did", did), ("name", f"{blob.sha256[:12]}.mp4")),
        expect=(200, 201, 202, 409),
        auth="",
        timeout=900.0,
    )
    return (yield from _ready(job, service))


def _asked(pds: str, aud: str, lxm: str, ends: int | None) -> Generator[Request, Answer, str]:
    """A service token for one method, as a handle."""
    query = (("aud", aud), ("lxm", lxm), *((("exp", str(ends)),) if ends else ()))
    answer = yield Request("GET", f"{pds}/xrpc/com.atproto.server.getServiceAuth", query=query, secret=("token",), keeps_for=FRESH)
    return str(answer.get("token", default=""))


def _ready(job: Answer, service: str) -> Filming:
    number = _status(job, "jobId")
    for seconds in POLLS:
        made = _status(job, "blob")
        if made:
            return made
        if _status(job, "state") == "JOB_STATE_FAILED":
            raise _failure(job)
        if not number:
            raise Rejected(f"the video service gave no job: {_status(job, 'error') or job.status}", slug="video")
        yield Wait(seconds)
        job = yield Request("GET", f"{service}/xrpc/app.bsky.video.getJobStatus", query=(("jobId", str(number)),), auth="")
    raise Retriable("Bluesky still works on the video", slug="video-slow")


def _failure(job: Answer) -> Rejected | Retriable:
    code = str(_status(job, "failureCode") or _status(job, "error") or "unknown")
    said = f"Bluesky could not use the video: {_status(job, 'message') or code}"
    if code in PASSING:
        return Retriable(said, slug="video")
    return Rejected(said, slug="video", hint="send it as an H.264 mp4 and try again: smm queue retry NAME")


def _status(answer: Answer, name: str) -> Any:
    """A field of the job, which stands at the top or under `jobStatus`."""
    return answer.get("jobStatus", name) or answer.get(name)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _expiry(answer: Answer) -> int | None:
    """When a token asked for now should end, in seconds since 1970 by the server's own clock; None where it tells no time."""
    try:
        return int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp()) + TOKEN_LIFE
    except (TypeError, ValueError):
        return None
