"""Asking an ASGI program in this process: how a rehearsal's requests are answered, without sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from smm_cli.clock import Clock
from smm_cli.delivery.incoming import Incoming
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.wire import Wire

Message = MutableMapping[str, Any]
Program = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


async def ask(program: Program, method: str, url: str, headers: dict[str, str], body: Wire, incoming: Incoming, clock: Clock) -> None:
    """Send a request to `program`; what it answers goes into `incoming`.

    Raises Silence: reached False when it refuses the connection (ConnectionRefusedError), True when it resets it, answers half,
    or takes longer than the request's time-out by `clock`.
    """
    name, before = urlsplit(url).netloc, clock.now()
    wire = _Wire(body, incoming, bodiless=method == "HEAD")
    try:
        await program(_scope(method, url, headers), wire.receive, wire.send)
    except ConnectionRefusedError:
        raise Silence(f"{name} refuses connections", reached=False) from None
    except ConnectionError:
        raise Silence(f"{name} hung up without an answer", reached=True) from None
    if (clock.now() - before).total_seconds() > incoming.request.timeout:
        raise Silence(f"{name} did not answer within {incoming.request.timeout:g} s", reached=True)
    if not wire.whole:
        raise Silence(f"{name} broke off in the middle of its answer", reached=True)


class _Wire:
    """Both directions of one exchange."""

    def __init__(self, body: Wire, incoming: Incoming, *, bodiless: bool) -> None:
        self._bodiless = bodiless
        self._chunks = body.chunks()
        self._incoming = incoming
        self._sent_all = False
        self._ended = False
        self._left: int | None = None

    @property
    def whole(self) -> bool:
        return self._ended and not self._left

    async def receive(self) -> Message:
        if self._sent_all:
            return {"type": "http.disconnect"}
        chunk = await anext(self._chunks, None)
        self._sent_all = chunk is None
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", ())]
            length = next((value for name, value in pairs if name.lower() == "content-length"), "")
            self._left = int(length) if length.isdigit() and not self._bodiless else None
            self._incoming.start(message["status"], pairs)
        elif message["type"] == "http.response.body":
            chunk = message.get("body", b"")
            self._left = None if self._left is None else self._left - len(chunk)
            if chunk:
                self._incoming.take(chunk)
            self._ended = not message.get("more_body")


def _scope(method: str, url: str, headers: dict[str, str]) -> Message:
    parts = urlsplit(url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"host": parts.netloc, **headers}.items()],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)),
    }
