"""What a tick would send: its requests recorded on their way to the fakes. Secrets stand as handles in them, and are shown as ***."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from smm_cli.accounts.masks import MASK, masked
from smm_cli.delivery.prepare import Composer, Prepared
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.tick import tick
from smm_cli.delivery.transport import Transport
from smm_cli.networks.base import Network
from smm_cli.sandbox.stage import staged
from smm_cli.words.channel import Account, Channel
from smm_cli.words.exchange import Answer, Body, Form, Json, Multipart, Request, Slice, Text
from smm_cli.words.post import Blob, Post

HANDLE = re.compile("\x00[^\x00]*\x00")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it would leave. `body` is plain JSON (or text), files by name and size; `signed`: a credential is added."""

    channel: str
    network: str
    method: str
    address: str
    headers: Mapping[str, str]
    body: Any
    publishes: bool
    signed: bool
    foreign: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """The requests of a tick in the order in which they would leave, what became of its deliveries, and channels without a fake."""

    requests: tuple[Recorded, ...]
    outcomes: tuple[Outcome, ...]
    unplayed: frozenset[str]


async def record(root: Path, now: datetime, *, only: tuple[str, ...] = (), at_once: bool = False) -> Recording:
    """The requests that a tick at `now` would make. Raises ConfigError, LedgerError, and UsageError as the tick itself."""
    with staged(root, now, aside=False) as stage:
        names: dict[str, str] = {}
        runner = stage.runner
        runner._composer = _Composer(runner, names)
        recorder = runner._transport = _Recorder(runner.calendar, stage.clock, apps=runner.apps)
        recorder.names = names
        ticked = await tick(runner, only=only, at_once=at_once)
        return Recording(tuple(recorder.taken), ticked.outcomes, stage.unplayed)


class _Composer(Composer):
    """Remembers under which name the author knows each file that is sent."""

    def __init__(self, runner: Any, names: dict[str, str]) -> None:
        from smm_cli.ledger.receipts import read_receipts

        super().__init__(runner.calendar, runner.source, lambda: read_receipts(runner.calendar.receipts))
        self.names = names

    def prepare(self, post: Post, channel: Channel, delivery: str, at: datetime, account: Account | None = None) -> Prepared:
        prepared = super().prepare(post, channel, delivery, at, account)
        for part in prepared.payload.parts if prepared.payload else ():
            for medium in part.media:
                for path, blob in ((medium.path, medium.blob), (medium.thumbnail, medium.thumbnail_blob)):
                    if blob is not None:
                        self.names[blob.sha256] = path
        return prepared


class _Recorder(Transport):
    """Notes each request before it is asked; one request is noted once, logins included."""

    names: Mapping[str, str]

    def __init__(self, *said: Any, **more: Any) -> None:
        super().__init__(*said, **more)
        self.taken: list[Recorded] = []

    async def send(self, network: Network, request: Request, vault: MutableMapping[str, str], prefix: str) -> Answer:
        if request.url.startswith(("file:", "media:")) or request.foreign:
            self.taken.append(recorded(network, request, self.names))
        return await super().send(network, request, vault, prefix)

    async def ask(
        self, network: Network, request: Request, vault: MutableMapping[str, str], prefix: str, started: float | None = None
    ) -> Answer:
        self.taken.append(recorded(network, request, self.names))
        return await super().ask(network, request, vault, prefix, started)


def recorded(network: Network, request: Request, names: Mapping[str, str]) -> Recorded:
    """A request as people may see it."""
    query = (
        f"{'&' if '?' in request.url else '?'}{urlencode([(k, _shown(v)) for k, v in request.query], safe='*:,')}" if request.query else ""
    )
    return Recorded(
        channel=network.channel.name,
        network=network.name,
        method=request.method,
        address=_shown(request.url) + query,
        headers={name: _shown(value) for name, value in request.headers.items()},
        body=_body(request.body, names),
        publishes=request.commits,
        signed=bool(request.auth) and bool(network.auth.secrets) and not request.foreign,
        foreign=request.foreign,
    )


def _shown(text: str) -> str:
    return masked(HANDLE.sub(MASK, text))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _body(body: Body | None, names: Mapping[str, str]) -> Any:
    match body:
        case None:
            return None
        case Json(value):
            return _plain(value)
        case Text(value, _):
            return _shown(value)
        case Form(pairs):
            return [[name, _shown(value)] for name, value in pairs]
        case Slice():
            return _slice(body, names)
        case Multipart(fields):
            return [[f.name, _shown(f.value) if isinstance(f.value, str) else _slice(f.value, names, f.filename)] for f in fields]


def _slice(value: Blob | Slice, names: Mapping[str, str], filename: str = "") -> str:
    if isinstance(value, Blob):
        return _file(value, names, filename)
    blob, start, stop = value.blob, value.start, value.stop
    part = f", bytes {start} to {blob.size if stop is None else stop}" if start or stop is not None else ""
    return _file(blob, names, filename) + part


def _file(blob: Blob, names: Mapping[str, str], filename: str = "") -> str:
    return f"<{names.get(blob.sha256) or filename or 'file'}, {blob.type}, {blob.size} bytes>"
