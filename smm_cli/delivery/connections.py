"""The connections of the transport: httpx2 without what its client adds, since smm keeps no cookies and follows no redirects."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2 as httpx

SHORT_LIVED = 4.0
"""Seconds that an idle connection is kept. Servers close theirs after 5 s at the earliest (uvicorn, Node), so we are first."""


class Plain:
    """Requests straight to httpx2's connection pool; its client's cookies, redirects and auth would cost a fifth more."""

    def __init__(self, pool: httpx.AsyncBaseTransport) -> None:
        self._pool = pool

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """The answer, its body not yet read (`stream` is always so here)."""
        answer = await self._pool.handle_async_request(request)
        answer.request = request
        return answer

    async def aclose(self) -> None:
        """Let go of all connections."""
        await self._pool.aclose()


class Watch:
    """Told by httpx2 how far a request is: once its head is being written, it may have arrived."""

    __slots__ = ("reached",)

    def __init__(self) -> None:
        self.reached = False

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        if name == "http11.send_request_headers.started":
            self.reached = True


@cache
def tls() -> ssl.SSLContext:
    """The one TLS context of this process: making it costs 30 ms (measured 2026-11-22)."""
    import httpx2 as httpx

    return httpx.create_ssl_context()


@cache
def hush() -> None:
    """Silence the loggers of what sends: they log addresses, and addresses hold secrets."""
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        logging.getLogger(name).propagate = False


def new_client(keep: int) -> httpx.AsyncClient | Plain:
    """What sends, keeping at most `keep` idle connections. Where the environment names proxies, httpx2's own client finds its way."""
    from urllib.request import getproxies

    import httpx2 as httpx

    hush()
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=keep, keepalive_expiry=SHORT_LIVED)
    if getproxies():
        return httpx.AsyncClient(verify=tls(), limits=limits, follow_redirects=False)
    return Plain(httpx.AsyncHTTPTransport(verify=tls(), limits=limits))
