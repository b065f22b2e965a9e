"""How a film gets to TikTok: announced, then in chunks, one after the other. The last one publishes it."""

from __future__ import annotations

from collections.abc import Iterator

from smm_cli.words.exchange import Request, Slice
from smm_cli.words.post import Blob

CHUNK = 10_000_000
"""Bytes of a chunk: 5 to 64 MB are allowed, the last one takes the rest, and all may be 1000 at most (4 GB are 400).
Source: developers.tiktok.com/doc/content-posting-api-media-transfer-guide (2026-11-22)."""
STORED, WHOLE = 206, (200, 201)


def announced(blob: Blob) -> dict[str, int | str]:
    """What is said of a film before it is sent; a small one goes in one piece."""
    chunk = blob.size if blob.size < 2 * CHUNK else CHUNK
    return {"source": "FILE_UPLOAD", "video_size": blob.size, "chunk_size": chunk, "total_chunk_count": blob.size // chunk}


def pieces(blob: Blob) -> list[tuple[int, int]]:
    """Start and stop of each chunk."""
    count = max(1, blob.size // CHUNK)
    starts = [number * CHUNK for number in range(count)]
    return list(zip(starts, [*starts[1:], blob.size], strict=True))


def chunks(blob: Blob, url: str) -> Iterator[Request]:
    """The uploads, in order; the last one commits."""
    spans = pieces(blob)
    for number, (start, stop) in enumerate(spans):
        last = number == len(spans) - 1
        headers = {"content-range": f"bytes {start}-{stop - 1}/{blob.size}"}
        expect = WHOLE if last else (STORED,)
        yield Request("PUT", url, Slice(blob, start, stop), headers, expect=expect, commits=last, reads="any", auth="", timeout=300.0)
