"""One request as a fake sees it, and its reply. Without framework: what ASGI carries, read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

NAMED = re.compile(r'(name|filename)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')
"""Parameters of a Content-Disposition. Source: RFC 7578, section 4.2."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body."""

    filename: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """What a client asked: `headers` with lower-case names, `query` in order, `args` what the route's {names} matched."""

    method: str
    scheme: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Scheme and host, as the client wrote them: addresses in answers begin with it."""
        return f"{self.scheme}://{self.host}"

    @property
    def bearer(self) -> str:
        """The token of an `Authorization: Bearer` header, or empty."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def asked(self, name: str, default: str = "") -> str:
        """The last value of the query parameter `name`."""
        return dict(self.query).get(name, default)

    @property
    def type(self) -> str:
        """The content type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The body read as JSON. Raises ValueError."""
        return json.loads(self.content)

    @cached_property
    def sent(self) -> Mapping[str, Any]:
        """The fields of the body, whatever its type: JSON object, form, or the text fields of a multipart body."""
        if self.type == "application/json":
            return self.json if isinstance(self.json, dict) else {}
        if self.type == "multipart/form-data":
            return {name: value for name, value in self.multipart.items() if isinstance(value, str)}
        return dict(parse_qsl(self.content.decode(errors="replace"), keep_blank_values=True))

    @cached_property
    def multipart(self) -> Mapping[str, str | Upload]:
        """The fields of a multipart body; files as Upload. Empty where the body is none."""
        boundary = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if self.type != "multipart/form-data" or not boundary:
            return {}
        pieces = (b"\r\n" + self.content).split(b"\r\n--" + boundary[1].encode())
        fields: dict[str, str | Upload] = {}
        for piece in pieces[1:-1]:
            head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            lines = [line.partition(":") for line in head.decode().split("\r\n")]
            told = {name.strip().lower(): value.strip() for name, _, value in lines}
            named = {key: bare or inner for key, inner, bare in NAMED.findall(told.get("content-disposition", ""))}
            filename = named.get("filename")
            kind = told.get("content-type", "application/octet-stream")
            fields[named.get("name", "")] = content.decode() if filename is None else Upload(filename, kind, content)
        return fields


@dataclass(frozen=True)
class Reply:
    """An answer: `body` bytes as they are, text as text/plain unless `headers` say otherwise, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes that leave."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()

    @property
    def all_headers(self) -> dict[str, str]:
        """With the content type that the body has by itself."""
        kind = "" if self.body is None else "text/plain; charset=utf-8" if isinstance(self.body, str) else "application/json; charset=utf-8"
        own = {} if isinstance(self.body, bytes) or not kind else {"content-type": kind}
        return {**own, **{name.lower(): value for name, value in self.headers.items()}}


class Refused(Exception):
    """Raised anywhere below a route: the reply to give instead."""

    def __init__(self, status: int, body: Any = None, **headers: str) -> None:
        super().__init__(status, body)
        self.reply = Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
