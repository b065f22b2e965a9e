"""Answers as they arrive: read by what the request asked for, secrets taken out, resets as seconds."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from smm_cli.accounts.masks import MASK, without_known
from smm_cli.media.blobs import Blobs
from smm_cli.words.exchange import OK, Answer, Request

MOST = 16 << 20
"""Bytes of the longest answer that is read into memory."""
MOST_BLOB = 512 << 20
LONGEST_RESET = 86_400.0
"""Seconds: no network's window is longer than a day, so a later reset is a clock gone wrong."""
ODD = re.compile(r"\x00|\\u(?:0000|d[89a-f])", re.IGNORECASE)
"""How JSON may write NUL, or half a character."""
CHARSETS = re.compile(
    r"utf-8|utf-16(?:le|be)?|us-ascii|iso-8859-(?:[1-9]|1[013456])|windows-125[0-8]|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)
DROPPED = frozenset({"set-cookie", "set-cookie2"})
RESETS = ("x-ratelimit-reset-after", "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")


class Unwelcome(Exception):
    """The answer is longer than what may be read, or packed though it was asked not to be."""


class Incoming:
    """One answer on its way in: `start`, `take` each chunk, `finish`. `cut`: a longer text is cut off instead of refused."""

    def __init__(self, request: Request, blobs: Blobs, *, most: int = 0, cut: bool = False) -> None:
        self.request = request
        self.blobs = blobs
        self.status = 0
        self.headers: dict[str, str] = {}
        self._cut = cut
        self._most = most
        self._size = 0
        self._chunks: list[bytes] = []
        self._file: Any = None
        self._path: Path | None = None
        self.full = False
        self._text = ""

    def start(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The head has come; names in any case. Raises Unwelcome."""
        self.status = status
        for name, value in headers:
            name = name.lower()
            if name not in DROPPED:
                value = value.replace("\x00", "")
                self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        if self.request.foreign and self.headers.get("content-encoding", "identity") != "identity":
            raise Unwelcome("is packed")  # a few bytes could unfold to gigabytes
        if self.request.reads == "blob" and status in OK:
            self._most = self._most or MOST_BLOB
            self.blobs.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path = self.blobs.folder / f".in-{secrets.token_hex(8)}"
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def take(self, chunk: bytes) -> None:
        """The next bytes. Raises Unwelcome."""
        if self.full:
            return
        self._size += len(chunk)
        most = self._most or MOST
        if self._size > most:
            if not self._cut or self._file:
                raise Unwelcome(f"is longer than {most >> 20} MB")
            chunk, self.full = chunk[: len(chunk) - (self._size - most)], True
        if self._file:
            self._file.write(chunk)
        else:
            self._chunks.append(chunk)

    def close(self) -> None:
        """Let go of what is half there; harmless after `finish`."""
        if self._file:
            self._file.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def finish(self, now: datetime, keep: Callable[[str, str], str], own: tuple[str, ...] = ()) -> Answer:
        """The answer. `keep(field, value)` stores a secret and gives its handle; `own` are the secrets that signed the request."""
        body = self._body()
        for field in self.request.secret if self.status in OK else ():
            if field.startswith("header:"):
                name = field.removeprefix("header:").lower()
                if name in self.headers:
                    self.headers[name] = keep(field, self.headers[name])
            else:
                _hide(body, field.split("."), field, keep)
        body = self._masked(body, own)
        self.headers = {name: _without(value, own) if self.status in OK else without_known(value) for name, value in self.headers.items()}
        if self.status in (429, 503):
            seconds = reset_seconds(self.headers, now)
            if seconds is not None:
                self.headers["retry-after"] = f"{seconds:g}"
        return Answer(self.status, self.headers, body)

    def _body(self) -> Any:
        if self._file and self._path:
            self._file.close()
            kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
            return self.blobs.keep_file(self._path, kind or "application/octet-stream")
        data = b"".join(self._chunks)
        self._text = data.decode(_charset(self.headers), errors="replace")
        typed = "json" in self.headers.get("content-type", "")
        if data and (self.request.reads == "json" or (typed and (self.request.reads == "any" or self.status not in OK))):
            try:
                value = json.loads(data)
                return _mapped(value, _whole) if ODD.search(self._text) else value
            except (ValueError, RecursionError):
                pass
        if not data and self.request.reads != "text":
            return None
        return _whole(self._text)

    def _masked(self, body: Any, own: tuple[str, ...]) -> Any:
        """`body` without secrets that a server echoed: answers are journaled, and their words reach people.

        Of a good answer only the secrets that signed the request are taken out: it must stay usable.
        """
        if self.status not in OK:
            return _mapped(body, without_known)
        echoed = [value for value in own if value in self._text]
        return _mapped(body, lambda text: _without(text, echoed)) if echoed else body


def _without(text: str, values: Iterable[str]) -> str:
    for value in values:
        text = text.replace(value, MASK)
    return text


def _charset(headers: dict[str, str]) -> str:
    """What the text says it is written in, of those that are in use on the web: Python knows stranger ones (idna, unicode_escape)."""
    found = re.search(r"charset=[\"']?([\w-]+)", headers.get("content-type", ""), re.IGNORECASE)
    return found[1] if found and CHARSETS.fullmatch(found[1]) else "utf-8"


def _whole(text: str) -> str:
    """`text` without NUL, which frames handles, and halves of characters, which neither a database nor a terminal takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): _mapped(inner, change) for name, inner in value.items()}
    return [_mapped(inner, change) for inner in value] if isinstance(value, list) else value


def _hide(here: Any, path: list[str], field: str, keep: Callable[[str, str], str]) -> None:
    """Replace the string at `path` by its handle; digits step into lists. What is not there, or no text, stays."""
    for step in path[:-1]:
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        else:
            return
    last = path[-1]
    if isinstance(here, dict) and isinstance(here.get(last), str) and here[last]:
        here[last] = keep(field, here[last])
    elif isinstance(here, list) and last.isdigit() and int(last) < len(here) and isinstance(here[int(last)], str):
        here[int(last)] = keep(field, here[int(last)])


def reset_seconds(headers: dict[str, str], now: datetime) -> float | None:
    """Seconds until the server wants to be asked again, by whichever header says so; 1 s to a day; None if none does."""
    for name in ("retry-after", *RESETS):
        seconds = _seconds(headers.get(name, "").split(",")[0] if "gmt" not in headers.get(name, "").lower() else headers[name], now)
        if seconds is not None:
            return min(max(seconds, 1.0), LONGEST_RESET)
    return None


def _seconds(text: str, now: datetime) -> float | None:
    """Seconds from a count, an epoch (s or ms), an ISO 8601 moment or an HTTP date."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        number = float(text)
        if number > 1e11:
            number /= 1000
        return number - now.timestamp() if number > 1e9 else number
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return None
