"""Google's resumable uploads: a session, chunks, and the question how far it came. A film begun is never sent twice.

Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol (2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.words.exchange import Answer, Request, Slice
from smm_cli.words.post import Blob

CHUNK = 64 * 256 * 1024
"""Bytes of a chunk: a multiple of 256 KiB, all but the last."""
DAYS = 6 * 86_400.0
"""How long a session is good: about a week (unverified), less a margin."""
DONE, ON, GONE = (200, 201), 308, (404, 410)
RANGE = re.compile(r"bytes=0-(\d+)")
Uploading = Generator[Request, Answer, Answer]


def upload(begin: Request, blob: Blob) -> Uploading:
    """The last answer of an upload of `blob` that `begin` opens: the resource as made.

    How far it came is asked anew whenever this is run again (its answer keeps for no time), so that it goes on where it was, also
    when the answer to the last chunk was lost. A session that is gone is opened again once.
    """
    for _ in range(2):
        session = (yield begin).headers.get("location", "")
        if not session:
            raise Retriable("Google opened no upload")
        so_far = yield _asked(session, blob)
        if so_far.status in DONE:
            return so_far
        if so_far.status == ON:
            return (yield from _chunks(session, blob, next_byte(so_far)))
        if so_far.status not in GONE:
            raise Retriable(f"Google did not say how far the upload came ({so_far.status or 'no answer'})")
    raise Rejected("the upload was given up by Google, twice", slug="upload")


def _chunks(session: str, blob: Blob, start: int) -> Uploading:
    while True:
        stop = min(start + CHUNK, blob.size)
        headers = {"content-range": f"bytes {start}-{stop - 1}/{blob.size}"}
        answer = yield Request("PUT", session, Slice(blob, start, stop), headers, reads="any", expect=(*DONE, ON), timeout=300.0)
        if answer.status in DONE:
            return answer
        further = next_byte(answer)
        if further <= start:
            raise Retriable("Google took no more of the film")
        start = further


def _asked(session: str, blob: Blob) -> Request:
    headers = {"content-range": f"bytes */{blob.size}"}
    return Request("PUT", session, None, headers, expect=(*DONE, ON, *GONE), reads="any", may_fail=True, keeps_for=0)


def next_byte(answer: Answer) -> int:
    """The first byte that is missing, by the header Range (none: all are)."""
    found = RANGE.search(answer.headers.get("range", ""))
    return int(found[1]) + 1 if found else 0


def opened(url: str, query: tuple[tuple[str, str], ...], body: Any, blob: Blob) -> Request:
    """The request that opens a session for `blob`; the address of the session is a capability, and stays hidden."""
    headers = {"x-upload-content-length": str(blob.size), "x-upload-content-type": blob.type}
    return Request(
        "POST", url, body, headers, (("uploadType", "resumable"), *query), keeps_for=DAYS, reads="any", secret=("header:location",)
    )
