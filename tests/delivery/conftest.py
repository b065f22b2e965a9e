"""A small server whose every answer a test decides, and networks to send to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smm_cli.accounts import masks
from smm_cli.calendar.model import Calendar
from smm_cli.networks.base import Network, Table
from smm_cli.words.auth import Auth, Bearer
from smm_cli.words.channel import Account, Channel

TOKEN = "tok/en+with=odd&signs-0123456789"


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Says:
    """What to answer: `cut` sends only so many bytes of the body, then resets; `reset` answers nothing; `wait` seconds before."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    reset: bool = False
    wait: float = 0.0


class Loopback:
    """A server on 127.0.0.1 for the length of an `async with`."""

    def __init__(self, answer: Callable[[Seen], Says] | Says | None = None) -> None:
        self.answer = answer or Says(body={"id": "1"})
        self.seen: list[Seen] = []
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    async def __aenter__(self) -> Loopback:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._once(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(first.split(" ")[0], first.split(" ")[1], headers, body)
        self.seen.append(seen)
        says = self.answer if isinstance(self.answer, Says) else self.answer(seen)
        await asyncio.sleep(says.wait)
        if says.reset:
            writer.transport.abort()
            return False
        content = says.body if isinstance(says.body, bytes) else b"" if says.body is None else json.dumps(says.body).encode()
        kind = {} if isinstance(says.body, bytes) or says.body is None else {"content-type": "application/json"}
        named = {"content-length": str(len(content)), **kind, **says.headers}
        writer.write(f"HTTP/1.1 {says.status} X\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in named.items()).encode() + b"\r\n")
        writer.write(content[: says.cut])
        await writer.drain()
        if says.cut is not None:
            await asyncio.sleep(0.02)
            writer.transport.abort()
            return False
        return True


class Box(Network):
    """A network of one server, for tests of what carries requests."""

    name = "box"
    title = "Box"
    docs = "https://box.example/docs"
    auth: Auth = Bearer()  # type: ignore[misc]

    class Settings(Table):
        server: str = ""
        handle: str = ""
        allow_private: bool = False


@pytest.fixture
def box() -> Callable[..., Network]:
    """Makes a network bound to a channel: `box(server, auth=…, secret=…, login=…)`."""

    def make(server: str, *, auth: Auth | None = None, secret: Any = "env:BOX_TOKEN", account: str = "", **more: Any) -> Network:
        settings = {"server": server, **more.pop("settings", {})}
        kind = type("Box", (Box,), {"auth": auth or Bearer(), **more})
        return kind(Channel(more.get("channel", "acme-box"), "box", settings, secret=secret, account=account), Account("@ada"))

    return make


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """An empty calendar of its own; the environment holds one token, no proxy, and no home of anybody."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("BOX_TOKEN", TOKEN)
    root = tmp_path / "calendar"
    root.mkdir()
    return Calendar(root, "test")


@pytest.fixture(autouse=True)
def _no_secret_is_known() -> None:
    """What one test taught the masks, the next must not rely on."""
    masks.forget_all()


@pytest.fixture
def loopback() -> type[Loopback]:
    return Loopback


@pytest.fixture
def says() -> type[Says]:
    return Says


@pytest.fixture
def token() -> str:
    return TOKEN
