"""Pages that a post links to: which addresses may be asked at all (no door into a private network), and asking them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlencode, urljoin

from smm_cli.clock import Clock
from smm_cli.delivery import program
from smm_cli.delivery.handles import Target, target_of
from smm_cli.delivery.incoming import Incoming, Unwelcome
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.wire import AGENT, Wire
from smm_cli.errors import ConfigError
from smm_cli.media.blobs import Blobs
from smm_cli.words.exchange import Answer, Request

SECONDS = 5.0
MOST = 1 << 20
REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})

Resolver = Callable[[str, int], Awaitable[list[str]]]
Carry = Callable[[Request, str, Target, dict[str, str], Incoming, str], Awaitable[None]]

SPECIAL = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
"""Not for the public, besides what Python's is_global knows (IANA special-purpose registries, 2026-11-22)."""
NAT64 = ip_network("64:ff9b::/96")


class Refused(Exception):
    """This address may not be asked."""


class Pages:
    """Asks strangers: no credentials, no cookies, no private addresses; whatever goes wrong is Answer(0).

    `carry` brings a request to an address that was checked; `apps` answer instead in a rehearsal; `allowed` lists "host:port".
    """

    def __init__(
        self,
        carry: Carry,
        clock: Clock,
        blobs: Blobs,
        apps: Callable[[str], program.Program | None] | None,
        resolver: Resolver,
        allowed: frozenset[str],
    ) -> None:
        self._carry = carry
        self._clock = clock
        self._blobs = blobs
        self._apps = apps
        self._resolver = resolver
        self._allowed = allowed

    async def ask(self, request: Request, *, private: bool = False) -> Answer:
        """The answer to a foreign `request`; `private`: the channel allows private addresses. Text is cut at 1 MB."""
        url = request.url
        if request.query:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(request.query)}"
        try:
            async with asyncio.timeout(min(request.timeout, SECONDS)):
                for _ in range(REDIRECTS + 1):
                    answer = await self._once(request, url, private)
                    if answer.status not in MOVED or not answer.headers.get("location"):
                        return answer
                    url = urljoin(url, answer.headers["location"])
        except (Refused, Silence, Unwelcome, ConfigError, OSError, ValueError):
            pass  # the page is an ornament: its failure never fails the post
        return Answer(0)

    async def _once(self, request: Request, url: str, private: bool) -> Answer:
        target = target_of(url)
        incoming = Incoming(request, self._blobs, most=MOST, cut=request.reads in ("text", "any"))
        headers = {"user-agent": AGENT, "accept": "*/*", **_plain(request), "accept-encoding": "identity"}
        try:
            if self._apps is None:
                address = await pinned(target.host, _port(target), self._resolver, self._allowed, private=private)
                await self._carry(request, url, target, headers, incoming, address)
            else:
                app = self._apps(target.key)
                if app is None:
                    return Answer(0)
                await program.ask(app, request.method, url, headers, Wire(), incoming, self._clock)
            return incoming.finish(self._clock.now(), lambda _field, value: value)
        finally:
            incoming.close()


def _plain(request: Request) -> dict[str, str]:
    refused = ("authorization", "cookie", "host")
    return {name.lower(): value for name, value in request.headers.items() if name.lower() not in refused and "\x00" not in value}


def _port(target: Target) -> int:
    port = target.key.rpartition(":")[2]
    return int(port) if port.isdigit() and not target.key.endswith("]") else 443 if target.scheme == "https" else 80


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system resolves it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def pinned(host: str, port: int, resolver: Resolver, allowed: Collection[str] = (), *, private: bool = False) -> str:
    """The one address to connect to for `host` (no brackets), checked. `allowed` lists "host:port" that may be private.

    All addresses of a name must be public: a name that also leads inside is refused. Raises Refused.
    """
    literal = _literal(host)
    try:
        found = [literal] if literal else await resolver(host, port)
        addresses = [ip_address(text.partition("%")[0]) for text in found]
    except (OSError, ValueError) as wrong:
        raise Refused(f"{host} cannot be resolved") from wrong
    if not addresses:
        raise Refused(f"{host} has no address")
    free = private or f"{host}:{port}" in allowed
    if not free and not all(is_public(address) for address in addresses):
        raise Refused(f"{host} leads into a private network")
    return str(addresses[0])


def _literal(host: str) -> str:
    """The address that `host` spells, in any of the spellings that C libraries take (127.1, 2130706433, 0x7f.1); else empty."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return ""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet may be meant; an IPv4 address inside an IPv6 one is judged as well."""
    if not address.is_global or address.is_multicast or (address.is_reserved and address not in NAT64):
        return False
    if any(address in net for net in SPECIAL if net.version == address.version):
        return False
    return all(is_public(inner) for inner in _inside(address))


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in NAT64 or int(address) >> 32 == 0:
        found.append(last)
    return [inner for inner in found if inner is not None]
