"""A small driver: plays a conversation against a fake, in process. The real engine has tests of its own."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from smm_cli.clock import SetClock
from smm_cli.networks.base import Facts
from smm_cli.words.conversation import Earlier, Visit, Wait
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Form, Json, Multipart, Request, Slice, Text
from smm_cli.words.post import Blob

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class Driver:
    """Sends requests to `app`, signed by `token`; keeps blobs; `seen` lists what was asked, `waited` the seconds."""

    app: object
    token: str = ""
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    blobs: dict = field(default_factory=dict)
    seen: list = field(default_factory=list)
    waited: list = field(default_factory=list)
    raw: dict = field(default_factory=dict)

    def blob(self, content: bytes, type: str) -> Blob:
        sha = hashlib.sha256(content).hexdigest()
        self.blobs[sha] = content
        return Blob(sha, len(content), type)

    def bytes_of(self, value: Blob | Slice) -> bytes:
        return self.blobs[value.sha256] if isinstance(value, Blob) else self.blobs[value.blob.sha256][value.start : value.stop]

    def run(self, network, conversation, earlier: PartReceipt | None = None, visit=None):
        """What the conversation returns; raises the network's own faults."""
        told = None
        while True:
            try:
                step = conversation.send(told)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Request):
                told = self.ask(network, step)
            elif isinstance(step, Wait):
                self.waited.append(step.seconds)
                asyncio.run(self.clock.sleep(step.seconds))
                told = None
            elif isinstance(step, Earlier):
                told = earlier
            elif isinstance(step, Visit):
                told = Answer(200, {}, {"code": visit(step.url)})

    def ask(self, network, request: Request) -> Answer:
        if request.url.startswith("media:"):  # as in a rehearsal, every file has a public address
            return Answer(201, {}, {"url": f"https://media.example/{request.url.removeprefix('media:')}"})
        self.seen.append(request)
        try:
            answer = asyncio.run(self._send(request))
        except OSError:
            if request.forgiving:
                return Answer(0)
            raise
        error = network.fault(answer.status, answer.headers, answer.body)
        if not request.forgiving and (error or not request.expects(answer.status)):
            raise error or AssertionError(f"{request.method} {request.url} answered {answer.status}")
        return answer

    async def _send(self, request: Request) -> Answer:
        headers = {**request.headers, **({"authorization": f"Bearer {self.token}"} if request.auth else {}), **self.raw}
        kind, content, files, data = "", None, None, None
        match request.body:
            case Json(value):
                kind, content = "application/json", json.dumps(value).encode()
            case Form(pairs):
                data = dict(pairs)
            case Text(value, type_):
                kind, content = type_, value.encode()
            case Slice(blob, start, stop):
                kind, content = blob.type, self.blobs[blob.sha256][start:stop]
            case Multipart(fields):
                files = [
                    (f.name, (None, f.value) if isinstance(f.value, str) else (f.filename, self.bytes_of(f.value), f.type)) for f in fields
                ]
        if kind:
            headers["content-type"] = kind
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app)) as client:
            got = await client.request(
                request.method, request.url, params=request.query or None, headers=headers, content=content, data=data, files=files
            )
        try:
            body = got.json()
        except ValueError:
            body = got.text
        return Answer(got.status_code, dict(got.headers), body)


@pytest.fixture
def driver():
    """Makes a Driver for a fake at a clock."""
    return Driver


@pytest.fixture
def png() -> bytes:
    return PNG


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def facts() -> Facts:
    return Facts("acme", "launch@channel", NOON, language="en")


@pytest.fixture
def seal():
    """Gives a payload its key, as delivery/ does."""

    def sealed(payload: Payload) -> Payload:
        from dataclasses import replace

        return replace(payload, key=hashlib.sha256(repr(payload.parts).encode()).hexdigest())

    return sealed


@pytest.fixture
def consent():
    """Makes a visit to a fake's consent page, as a browser pays it; gives the code. `asked` lists the queries of the visits."""

    class Consent:
        def __init__(self, app) -> None:
            self.app = app
            self.asked: list[dict[str, str]] = []

        def __call__(self, url: str) -> str:
            self.asked.append({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
            return parse_qs(urlsplit(asyncio.run(self._get(url)).headers["location"]).query)["code"][0]

        async def _get(self, url: str):
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app)) as browser:
                return await browser.get(url)

    return Consent
