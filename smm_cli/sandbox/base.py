"""What a fake network is: an ASGI program without framework, with faults on demand and a list of what was posted.

A fake subclasses `Fake`, marks methods with `@route(method, path)` and answers a `Call` with a `Reply` (or raises `Refused`).
It must refuse what the real server refuses, with the source in a comment beside the rule. Its only clock is `self.clock`.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from smm_cli.clock import Clock
from smm_cli.sandbox.call import Call, Refused, Reply, Upload

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

__all__ = ["Call", "Fake", "Fault", "HungUp", "Posted", "Refused", "Reply", "Unreachable", "Upload", "route"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answering = Callable[[Any, Call], Reply]

SANDBOX_TOKEN = "sandbox-"  # noqa: S105
"""A bearer token that begins so belongs to the account named after it, on every fake."""
KEPT_BODY = 65_536
"""Longer bodies are not kept in `calls`, so that a rehearsal with films stays small."""


class HungUp(ConnectionResetError):
    """The fake closed the connection without an answer (in process; over a socket the connection is aborted)."""


class Unreachable(ConnectionRefusedError):
    """The fake did not take the connection: surely nothing arrived."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Something public on a fake. `media` are descriptions of what hangs on it; `reply_to` an id; `more` the network's own."""

    network: str
    account: str
    id: str
    url: str
    text: str
    at: datetime
    media: tuple[str, ...] = ()
    reply_to: str = ""
    deleted: bool = False
    edited: bool = False
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """What goes wrong, on demand, with the calls that match: `method` (empty: any), `path` (a regular expression, searched), `commits`.

    kind: unreachable (no connection), silence_before (hangs up, nothing done), silence_after (done, then hangs up),
    status (answers `status` and `body`; nothing done unless `done`), rate_limit (429 as this network says it; `seconds` to wait),
    half (done, but only half of the answer's bytes arrive), slow (done after `seconds` of the fake's clock).
    The first `skip` matches pass; then it strikes `times` times (None: always).
    """

    kind: str
    method: str = ""
    path: str = ""
    commits: bool | None = None
    times: int | None = 1
    skip: int = 0
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    done: bool = False

    def strikes(self, call: Call, commits: bool) -> bool:
        """Whether it hits this call; counts down."""
        fits = self.method in ("", call.method) and bool(re.search(self.path, call.path)) and self.commits in (None, commits)
        if not fits or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    answer: str
    commits: bool


def route(method: str, path: str, *, commits: bool = False) -> Callable[[Answering], Answering]:
    """Marks a method of a fake as the answer to `method` and `path`; {name} matches one segment, {name*} the rest.

    `commits`: a post is public after it (faults ask for that).
    """
    pattern = re.compile(re.sub(r"\\\{(\w+)(\\\*)?\\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", re.escape(path)))

    def mark(answer: Answering) -> Answering:
        marks: list[Route] = answer.__dict__.setdefault("routes", [])
        marks.append(Route(method, pattern, answer.__name__, commits))
        return answer

    return mark


class Fake:
    """One fake network. `hosts` are those it answers to by nature; a World may place it at others (servers of one's own)."""

    name: ClassVar[str] = ""
    hosts: ClassVar[tuple[str, ...]] = ()
    routes: ClassVar[tuple[Route, ...]] = ()
    channel: ClassVar[str] = ""
    """Keys of a channel that it answers, as in channels.toml, without its secret: an example, and what the contract is tried with."""
    place: ClassVar[str] = ""
    """The host of `channel`, where it is not one of `hosts`."""
    below = ""
    """The path below which it is installed."""
    cuts: ClassVar[bool] = False
    """Whether the real server cuts off too long a text in silence instead of refusing it."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        found = [mark for value in vars(cls).values() for mark in getattr(value, "routes", ()) if callable(value)]
        cls.routes = (*found, *cls.routes)

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.posted: list[Posted] = []
        self.faults: list[Fault] = []
        self.calls: deque[tuple[Call, int]] = deque(maxlen=10_000)
        self.tokens: dict[str, str] = {}
        self._lock = threading.RLock()
        self._count = 0

    # -- for the rules of a network -----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    def next_number(self) -> int:
        """1, 2, 3 …: for ids that must differ."""
        self._count += 1
        return self._count

    def token(self, account: str) -> str:
        """A bearer token for `account`."""
        token = SANDBOX_TOKEN + account
        self.tokens[token] = account
        return token

    def account_of(self, call: Call) -> str:
        """The account that the bearer token belongs to, or empty."""
        return self.whose(call.bearer)

    def whose(self, token: str) -> str:
        """The account that a token belongs to, or empty: one that was given out, or one that names its account."""
        return self.tokens.get(token) or (token.removeprefix(SANDBOX_TOKEN) if token.startswith(SANDBOX_TOKEN) else "")

    def publish(self, posted: Posted) -> Posted:
        """Keep `posted` as public."""
        self.posted.append(posted)
        return posted

    def change(self, id: str, **fields: Any) -> Posted:
        """Change what was posted under `id` (edited=True, deleted=True, text=…). Raises KeyError."""
        for number, posted in enumerate(self.posted):
            if posted.id == id:
                self.posted[number] = replace(posted, **fields)
                return self.posted[number]
        raise KeyError(id)

    @property
    def public(self) -> list[Posted]:
        """What can be seen: posted and not deleted."""
        return [posted for posted in self.posted if not posted.deleted]

    def resemble(self, network: Network) -> None:
        """Take on what is known of the real server behind a channel: its program, its limits. By default nothing."""

    def too_many(self, seconds: float) -> Reply:
        """How this network says 429. Overridden where it says more."""
        return Reply(429, {"error": "too many requests"}, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        """How this network says that there is no such address."""
        return Reply(404, {"error": "not found"})

    def dressed(self, call: Call, reply: Reply) -> Reply:
        """The last word on every reply: headers that all of them carry."""
        return reply

    # -- ASGI ---------------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        call = await read_call(scope, receive)
        try:
            reply, half = await self._answer(call)
        except (HungUp, Unreachable):
            if await _abort(receive):
                return
            raise
        content = reply.content
        headers = {"content-length": str(len(content)), **reply.all_headers}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        if half:
            await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
            if await _abort(receive):
                return
            content = b""
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, call: Call) -> tuple[Reply, bool]:
        found, call = self._route(call)
        with self._lock:
            fault = next((f for f in self.faults if f.strikes(call, bool(found and found.commits))), None)
        if fault and fault.kind == "slow":
            await self.clock.sleep(fault.seconds)
        with self._lock:
            reply = self._faulty(fault, call) if fault else None
            if reply is None or (fault and fault.done):
                real = self.dressed(call, self._reply(found, call))
                reply = reply or real
            kept = call if len(call.content) <= KEPT_BODY else replace(call, content=b"")
            self.calls.append((kept, reply.status))
        if fault and fault.kind == "silence_after":
            raise HungUp(call.path)
        return reply, bool(fault and fault.kind == "half")

    def _faulty(self, fault: Fault, call: Call) -> Reply | None:
        if fault.kind in ("unreachable", "silence_before"):
            self.calls.append((call, 0))
            raise (HungUp if fault.kind == "silence_before" else Unreachable)(call.path)
        if fault.kind == "status":
            return Reply(fault.status, fault.body, fault.headers)
        return self.too_many(fault.seconds) if fault.kind == "rate_limit" else None

    def _route(self, call: Call) -> tuple[Route | None, Call]:
        path = call.path.removeprefix(self.below) if self.below else call.path
        for found in self.routes:
            match = found.pattern.fullmatch(path)
            if match and found.method == call.method:
                return found, replace(call, args=match.groupdict())
        return None, call

    def _reply(self, found: Route | None, call: Call) -> Reply:
        try:
            answer: Answering | None = getattr(type(self), found.answer) if found else None
            return answer(self, call) if answer else self.missing(call)
        except Refused as refused:
            return refused.reply


async def read_call(scope: Scope, receive: Receive) -> Call:
    """The request that ASGI carries, its body whole."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    host = headers.get("host") or ":".join(str(part) for part in scope.get("server") or ("localhost",) if part)
    query = tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    return Call(scope["method"], scope.get("scheme", "http"), host, scope["path"], query, headers, b"".join(chunks))


async def _abort(receive: Receive) -> bool:
    """Cut the socket under us, as a crashing server does. uvicorn's `receive` belongs to what holds it; in process there is none."""
    carrier = getattr(getattr(receive, "__self__", None), "transport", None)
    if carrier is None:
        return False
    carrier.abort()
    await asyncio.sleep(0)  # lets uvicorn notice that the client is gone, or it would answer 500
    return True


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
