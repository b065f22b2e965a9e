"""Bodies as bytes: what leaves, with its type and length; files are read piece by piece."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from smm_cli import __version__
from smm_cli.delivery.handles import Filler
from smm_cli.errors import LedgerError, Rejected
from smm_cli.words.exchange import Body, Field, Form, Json, Multipart, Request, Slice, Text
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob

AGENT = f"smm-cli/{__version__}"
PIECE = 1 << 18
"""Bytes of a file that are in memory at once."""


class Kept(Protocol):
    """Where blobs lie."""

    def path(self, blob: Blob) -> Path:
        """The file of a blob."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file from `start` up to `stop`."""

    path: Path
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Wire:
    """A body ready to leave: bytes and spans of files in order, their `length` together, their MIME type. Not shown in repr."""

    pieces: tuple[bytes | Span, ...] = ()
    length: int = 0
    type: str = ""

    def __repr__(self) -> str:
        return f"Wire({self.length} bytes, {self.type})"

    @property
    def content(self) -> bytes | None:
        """All of it, where no file is part of it."""
        if len(self.pieces) <= 1:
            first = self.pieces[0] if self.pieces else b""
            return first if isinstance(first, bytes) else None
        return b"".join(p for p in self.pieces if isinstance(p, bytes)) if all(isinstance(p, bytes) for p in self.pieces) else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in order; files a piece at a time, read in a thread."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            with await asyncio.to_thread(piece.path.open, "rb") as file:
                file.seek(piece.start)
                left = piece.stop - piece.start
                while left > 0 and (data := await asyncio.to_thread(file.read, min(PIECE, left))):
                    left -= len(data)
                    yield data

    async def whole(self) -> bytes:
        """All bytes at once (what is signed must be)."""
        content = self.content
        return content if content is not None else b"".join([chunk async for chunk in self.chunks()])


def wire(body: Body | None, kept: Kept, filler: Filler) -> Wire:
    """`body` ready to leave, handles filled in. Raises LedgerError where a frozen file is gone, ConfigError where a secret is."""
    match body:
        case None:
            return Wire()
        case Json(value):
            return _bytes(_json(value, filler), "application/json")
        case Form(pairs):
            filled = [(name, filler.text(value)) for name, value in pairs]
            return _bytes(urlencode(filled, errors="replace").encode(), "application/x-www-form-urlencoded")
        case Text(value, kind):
            return _bytes(filler.text(value).encode(errors="replace"), kind)
        case Slice(blob, start, stop):
            span = _span(kept, blob, start, stop)
            return Wire((span,), span.stop - span.start, blob.type)
        case Multipart(fields):
            return _multipart(fields, kept, filler)


def _bytes(content: bytes, kind: str) -> Wire:
    return Wire((content,), len(content), kind)


def _json(value: Any, filler: Filler) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:  # json always writes NUL so: the cheap sign that a handle may be in it
        text = json.dumps(filler.json(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")


def _span(kept: Kept, blob: Blob, start: int = 0, stop: int | None = None) -> Span:
    path = kept.path(blob)
    try:
        size = path.stat().st_size
    except OSError:
        size = -1
    if size != blob.size:
        what = f"the frozen file {blob.sha256[:12]} ({blob.type}) is {'gone' if size < 0 else 'not whole'}"
        raise LedgerError(what, hint="smm queue cancel NAME, then schedule the post anew", slug="frozen-file")
    return Span(path, min(start, size), size if stop is None else min(stop, size))


def _multipart(fields: tuple[Field, ...], kept: Kept, filler: Filler) -> Wire:
    """RFC 7578. The boundary is 128 random bits, so that no file holds it."""
    edge = secrets.token_hex(16)
    pieces: list[bytes | Span] = []
    for field in fields:
        pieces.append(f"--{edge}\r\n{_head(field)}\r\n".encode())
        value = field.value
        pieces.append(filler.text(value).encode(errors="replace") if isinstance(value, str) else _file(kept, value))
        pieces.append(b"\r\n")
    pieces.append(f"--{edge}--\r\n".encode())
    length = sum(len(piece) if isinstance(piece, bytes) else piece.stop - piece.start for piece in pieces)
    return Wire(tuple(pieces), length, f"multipart/form-data; boundary={edge}")


def _file(kept: Kept, value: Blob | Slice) -> Span:
    return _span(kept, value) if isinstance(value, Blob) else _span(kept, value.blob, value.start, value.stop)


def _head(field: Field) -> str:
    """Quotes and line breaks in names are percent-encoded, as browsers do (HTML standard, multipart/form-data)."""
    quoted = {name: text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A") for name, text in _names(field).items()}
    value = field.value
    kind = field.type or ("" if isinstance(value, str) else value.type if isinstance(value, Blob) else value.blob.type)
    said = "".join(f'; {name}="{text}"' for name, text in quoted.items())
    return f"Content-Disposition: form-data{said}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")


def _names(field: Field) -> dict[str, str]:
    if field.filename or not isinstance(field.value, str):
        return {"name": field.name, "filename": field.filename or "file"}
    return {"name": field.name}


def with_query(url: str, query: tuple[tuple[str, str], ...], filler: Filler) -> str:
    """`url` with the pairs of `query` added, handles filled in."""
    if not query:
        return url
    pairs = [(name, filler.text(value)) for name, value in query]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs, errors='replace')}"


def headers_of(request: Request, body: Wire, filler: Filler) -> dict[str, str]:
    """All headers but the signature, names lower-case. Raises Rejected where HTTP cannot carry one."""
    headers = {"user-agent": AGENT, "accept": "application/json" if request.reads == "json" else "*/*"}
    if body.type:
        headers["content-type"] = body.type
    for name, value in request.headers.items():
        headers[name.lower()] = filler.text(value) if "\x00" in value else value
    if body.pieces or request.method in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(body.length)
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Rejected(f"the header {name} holds signs that HTTP cannot carry", slug="header")
    return headers
