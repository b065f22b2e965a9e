"""One exchange with a server, as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob

OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Json:
    """A body of JSON."""

    value: Any


@dataclass(frozen=True, slots=True)
class Form:
    """A URL-encoded body: pairs, so that a name may stand twice."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes of a kept file, from `start` up to `stop` (None: its end), sent raw."""

    blob: Blob
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a multipart body; a Blob, or a Slice of one, is sent as a file."""

    name: str
    value: str | Blob | Slice
    filename: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Multipart:
    """Fields and files in one body."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Raw text, sent as UTF-8."""

    value: str
    type: str = "text/plain; charset=utf-8"


Body = Json | Form | Multipart | Text | Slice


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its secret: the transport signs it.

    `commits`: a post is public after it. `keeps_for`: seconds its answer stays good (None: for ever).
    `reads`: how the answer must be readable: json, text, any, blob (kept on disk).
    `secret`: names of answer fields (dotted) that are capabilities; the conversation sees handles in their place.
    `foreign`: a page that a post links to: no credentials, private addresses refused, 5 s, 1 MB.
    `may_fail` (foreign always may): any failure is an answer too, silence one with status 0.
    `auth`: the name of the credential to sign with; empty: unsigned.
    """

    method: str
    url: str
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    expect: tuple[int, ...] = ()
    commits: bool = False
    keeps_for: float | None = None
    reads: str = "json"
    secret: tuple[str, ...] = ()
    foreign: bool = False
    may_fail: bool = False
    auth: str = "channel"
    timeout: float = 30.0

    @property
    def forgiving(self) -> bool:
        return self.foreign or self.may_fail

    def expects(self, status: int) -> bool:
        """Whether `status` is one that the conversation can go on from."""
        return status in self.expect if self.expect else status in OK

    def fingerprint(self) -> str:
        """Hex SHA-256 of all that is sent; equal in every process for equal requests."""
        sent = [self.method, self.url, _plain(self.body), dict(self.headers), self.query, self.auth, self.commits]
        return hashlib.sha256(json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(body: Body | None) -> Any:
    if body is None:
        return None
    kind = type(body).__name__
    match body:
        case Json(value):
            return [kind, value]
        case Form(pairs):
            return [kind, pairs]
        case Text(value, type_):
            return [kind, value, type_]
        case Slice(blob, start, stop):
            return [kind, blob.sha256, blob.type, start, stop]
        case Multipart(fields):
            return [kind, [[f.name, _value(f.value), f.filename, f.type] for f in fields]]


def _value(value: str | Blob | Slice) -> Any:
    if isinstance(value, Slice):
        return [value.blob.sha256, value.start, value.stop]
    return value.sha256 if isinstance(value, Blob) else value


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `headers` with lower-case names; `body` JSON, text or a Blob; status 0 for silence (only when forgiven)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def ok(self) -> bool:
        return self.status in OK

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value at `path` of a JSON body, or `default` where the way breaks off."""
        here = self.body
        for step in path:
            if isinstance(here, Mapping) and isinstance(step, str) and step in here:
                here = here[step]
            elif isinstance(here, list) and isinstance(step, int) and -len(here) <= step < len(here):
                here = here[step]
            else:
                return default
        return default if here is None else here


def handle(name: str) -> str:
    """The stand-in for the secret `name` in a request: only the transport knows the value. NUL never occurs in text from files."""
    return f"\x00{name}\x00"
