"""All fakes on loopback, each at a port of its own, and a page of what was posted. The only user of uvicorn.

A port each, not a path: adapters know a server by its host, as the real ones have it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from smm_cli.clock import Clock, SystemClock
from smm_cli.errors import UsageError
from smm_cli.sandbox.base import Fake
from smm_cli.sandbox.bulletin import Bulletin
from smm_cli.sandbox.lines import channel_lines
from smm_cli.sandbox.world import World, fakes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Sandbox:
    """Open it with `with`; then `addresses` and `lines` (of channels.toml) stand by network, `page` is the page's address.

    The page gets `port` (0: any free one), the fakes (of `networks`; none: of all) those that follow. Raises UsageError where a port
    is taken, and for a host that is not this machine.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None, networks: tuple[str, ...] = ()) -> None:
        self.host = _loopback(host)
        self.port = port
        self.clock = clock or SystemClock()
        self.networks = networks or fakes()
        self.world = World(self.clock)
        self.addresses: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.page = ""
        self._sockets: list[socket.socket] = []
        self._programs: dict[int, Any] = {}
        self._server: Any = None

    def __enter__(self) -> Sandbox:
        try:
            first = self._listen(self.port)
            self.page = self._address(first)
            for number, network in enumerate(self.networks, 1):
                found = self._listen(self.port + number if self.port else 0)
                self.addresses[network] = self._address(found)
                fake = self.world.place(self.addresses[network].partition("//")[2], network)
                self._programs[_port(found)] = fake
                self.lines[network] = channel_lines(network, self.addresses[network])
        except OSError as error:
            self._close()
            what = f"port {self.port} and the {len(self.networks)} after it cannot all be had: {error.strerror}"
            raise UsageError(what, hint="another sandbox may be running; smm sandbox --port 0 takes any free ones") from None
        by_network: dict[str, Fake] = dict(zip(self.addresses, self._programs.values(), strict=True))
        self._programs[_port(first)] = Bulletin(by_network, self.addresses, self.lines)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    async def serve(self) -> None:
        """Answer until `end` is called, or the process is told to stop (Ctrl-C)."""
        import uvicorn

        config = uvicorn.Config(self, log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        await self._server.serve(sockets=self._sockets)

    def end(self) -> None:
        """Stop answering."""
        if self._server is not None:
            self._server.should_exit = True

    @property
    def ready(self) -> bool:
        """Whether it answers by now."""
        return bool(self._server is not None and self._server.started)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await self._programs[scope["server"][1]](scope, receive, send)

    def _listen(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sockets.append(opened)
        opened.bind((self.host, port))
        opened.listen(128)
        return opened

    def _address(self, opened: socket.socket) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{_port(opened)}"

    def _close(self) -> None:
        for opened in self._sockets:
            opened.close()


def _port(opened: socket.socket) -> int:
    return int(opened.getsockname()[1])


def _loopback(host: str) -> str:
    """`host` as an address of this machine alone. Raises UsageError: the fakes know no passwords and must not be seen by others."""
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise UsageError(f"--host {host}: the sandbox listens on this machine alone", hint="smm sandbox --host 127.0.0.1")
    return host


def run(sandbox: Sandbox) -> None:
    """Serve until Ctrl-C, which ends it cleanly."""
    asyncio.run(sandbox.serve())
