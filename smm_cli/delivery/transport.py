"""The transport: signs, sends, redacts. The only user of httpx2, and the only place where a secret meets a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, MutableMapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.masks import masked
from smm_cli.calendar.model import Calendar
from smm_cli.clock import Clock
from smm_cli.delivery import foreign, program
from smm_cli.delivery.connections import Plain, Watch, new_client
from smm_cli.delivery.files import Files
from smm_cli.delivery.handles import Filler, Target, keep_secret, target_of
from smm_cli.delivery.hosting import host
from smm_cli.delivery.incoming import Incoming, Unwelcome
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.renew import renew
from smm_cli.delivery.signing import Signer
from smm_cli.delivery.skew import Skew
from smm_cli.delivery.wire import Wire, headers_of, wire, with_query
from smm_cli.errors import ConfigError, Retriable
from smm_cli.media.blobs import Blobs
from smm_cli.networks.base import Network
from smm_cli.words.auth import NoAuth, OAuth2, Session
from smm_cli.words.exchange import Answer, Request

if TYPE_CHECKING:
    import httpx2 as httpx

__all__ = ["Silence", "Transport", "Vault"]

Vault = MutableMapping[str, str]
"""Secrets of earlier answers by handle name, as `handles.keep_secret` writes them."""
CONNECTING = 10.0
"""Seconds for a connection; a server that takes longer is down."""
UPLOAD_SPEED = 1 << 16
"""Bytes a second: how much longer than its time-out an upload may take (not a committing request: its lease counts on it)."""
KEPT, STRANGERS = 8, ""
"""Idle connections that a channel keeps; under which name those to strangers stand (they keep none)."""
HURRY = 8.0
"""Seconds from `send` until a committing request leaves: its claim was extended just before, for its time-out and little more."""


class Transport:
    """Carries requests, one for each process. `apps` (a rehearsal): programs by host answer; nothing leaves, no secret is read.

    `resolver` and `allow_private` ("host:port") are for foreign pages; `files` is the folder that `file:` requests see: by default
    the calendar's root, in a rehearsal `.smm/rehearsal`.
    """

    def __init__(
        self,
        calendar: Calendar,
        clock: Clock,
        *,
        apps: Callable[[str], program.Program | None] | None = None,
        resolver: foreign.Resolver = foreign.system_resolver,
        allow_private: Collection[str] = (),
        files: Path | None = None,
    ) -> None:
        self.calendar = calendar
        self.clock = clock
        self.apps = apps
        self.blobs = Blobs(calendar.state / "frozen")
        self.skew = Skew(calendar, clock)
        self._pages = foreign.Pages(self._to_foreign, clock, self.blobs, apps, resolver, frozenset(allow_private))
        self.files = files or (calendar.state / "rehearsal" if apps else calendar.root)
        self._folders: dict[str, Files] = {}
        self._credentials: dict[str, Credentials] = {}
        self._signers: WeakKeyDictionary[Network, Signer] = WeakKeyDictionary()
        self._clients: dict[str, httpx.AsyncClient | Plain] = {}

    def signer(self, network: Network) -> Signer:
        """What signs for the channel that `network` is bound to."""
        found = self._signers.get(network)
        if found is None:
            found = self._signers[network] = Signer(network, self.credentials(network))
        return found

    def credentials(self, network: Network) -> Credentials:
        """The secrets of the channel that `network` is bound to."""
        name = network.channel.name
        found = self._credentials.get(name)
        if found is None or found.channel != network.channel:
            found = Credentials(self.calendar, network.channel, network.auth.secrets, stand_in=self.apps is not None)
            self._credentials[name] = found
        return found

    async def credential(self, network: Network) -> str:
        """A fingerprint of the channel's credential: a renewed one has another. Raises ConfigError where it cannot be read."""
        return await self.credentials(network).fingerprint()

    def forget(self, channel: str) -> None:
        """Read the secrets of `channel` again before its next request (after a login elsewhere)."""
        if channel in self._credentials:
            self._credentials[channel].reload()

    async def send(self, network: Network, request: Request, vault: Vault, prefix: str) -> Answer:
        """The answer to `request`; secrets in it stand in `vault` under `prefix`.

        Raises Silence where there is no answer (forgiven ones are Answer(0)); ConfigError, AuthFailed, Retriable, LedgerError only
        before anything has left.
        """
        if request.url.startswith("file:"):
            return await self._file(network, request)
        if request.url.startswith("media:"):
            return await host(self, request)
        if request.url.startswith(("smtp:", "smtps:")):
            from smm_cli.delivery import mail  # few send any, and what it needs takes its time

            return await mail.carry(self, network, request)
        if request.foreign:
            return await self._pages.ask(request, private=bool(getattr(network.settings, "allow_private", False)))
        started = self.clock.elapsed()
        if request.auth and isinstance(network.auth, Session | OAuth2):
            await self._fresh(network, request)
        return await self.ask(network, request, vault, prefix, started)

    async def ask(self, network: Network, request: Request, vault: Vault, prefix: str, started: float | None = None) -> Answer:
        """As `send` for the channel's own hosts, with the tokens as they are (`login` and `refresh` themselves are asked so)."""
        try:
            return await self._own(network, request, vault, prefix, started)
        except Silence as silence:
            hushed = Silence(masked(silence.what), silence.reached)
        if request.forgiving:
            return Answer(0)
        raise hushed  # outside of the except block: what httpx2 raised holds the signed request

    async def put(self, request: Request, target: Target) -> Answer:
        """The answer, or its beginning, of a place that keeps files or hears alerts; `request` is signed. Raises Retriable for silence."""
        incoming = Incoming(request, self.blobs, most=1 << 16, cut=True)
        body = wire(request.body, self.blobs, Filler({}, None, frozenset()))
        headers = {**request.headers, "content-length": str(body.length)}
        try:
            await self._http(self._client(target.key, KEPT), request, _address(request.url, target), headers, body, incoming)
            return incoming.finish(self.clock.now(), lambda _field, value: value)
        except Silence as silence:
            raise Retriable(masked(silence.what)) from None
        finally:
            incoming.close()

    async def look(self, request: Request) -> Answer:
        """The answer of an address that the calendar itself names, asked as by a stranger; it may be private. Silence is Answer(0)."""
        return await self._pages.ask(request, private=True)

    async def renew(self, network: Network) -> None:
        """Renew the credential that the last request of `network` was signed with. Raises AuthFailed, Retriable, ConfigError."""
        await renew(self, network)

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of all connections."""
        await self.close()

    async def close(self) -> None:
        """Let go of all connections; the next request makes new ones."""
        while self._clients:
            await self._clients.popitem()[1].aclose()

    async def _own(self, network: Network, request: Request, vault: Vault, prefix: str, started: float | None) -> Answer:
        if request.url.startswith(("wss:", "ws:")):
            from smm_cli.delivery import relay

            return await relay.ask(self, network, request)
        signer = self.signer(network)
        filler = Filler(vault, signer.credentials, signer.own)
        url = with_query(filler.url(request.url), request.query, filler)
        target = target_of(url) if not filler.used else target_of.__wrapped__(url)
        if target.scheme == "http" and not target.local and self.apps is None:
            what = f"{network.channel.name}: {target.key} would be asked without TLS, where anybody can read along"
            raise ConfigError(what, where=network.channel.name, hint="write https:// in channels.toml", slug="no-tls")
        body = wire(request.body, self.blobs, filler)
        headers = headers_of(request, body, filler)
        if request.auth and not isinstance(network.auth, NoAuth):
            headers.update(await signer.headers(request, url, target, headers, body, self.clock.now()))
        filler.refuse_strangers(target)
        if request.commits and started is not None and self.clock.elapsed() - started > HURRY:
            raise Retriable(f"{network.channel.name}: its login was renewed first, which took long", where=network.channel.name)
        incoming = Incoming(request, self.blobs)
        try:
            await self._carry(network, request, url, target, headers, body, incoming)
            return incoming.finish(
                self.clock.now(), lambda field, value: keep_secret(vault, f"{prefix}.{field}", value, target.key), signer.secrets
            )
        except (Unwelcome, OSError) as wrong:
            what = str(wrong) if isinstance(wrong, Unwelcome) else f"cannot be kept: {wrong.strerror}"
            raise Silence(f"the answer of {target.key} {what}", reached=True) from None
        finally:
            incoming.close()

    async def _fresh(self, network: Network, request: Request) -> None:
        """Make the short tokens of a Session that has none, and renew tokens that are known to have ended."""
        credentials = self.credentials(network)
        none = isinstance(network.auth, Session) and credentials.tokens() is None
        if none or (request.auth == "channel" and credentials.ended(self.clock.now())):
            await renew(self, network, missing=True)

    async def _carry(
        self, network: Network, request: Request, url: str, target: Target, headers: dict[str, str], body: Wire, incoming: Incoming
    ) -> None:
        if self.apps is None:
            begun = self.skew.begins()
            await self._http(self._client(network.channel.name, KEPT), request, _address(url, target), headers, body, incoming)
            self.skew.note(target.host, incoming.headers, begun)
            return
        app = self.apps(target.key)
        if app is None:
            raise Silence(f"nothing answers for {target.key} in a rehearsal", reached=False)
        await program.ask(app, request.method, url, headers, body, incoming, self.clock)

    async def _http(
        self,
        client: httpx.AsyncClient | Plain,
        request: Request,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: Wire,
        incoming: Incoming,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        import httpx2 as httpx

        watch = Watch()
        seconds = request.timeout if request.commits else request.timeout + body.length / UPLOAD_SPEED
        limits = {"connect": min(CONNECTING, seconds), "pool": seconds, "read": seconds, "write": seconds}
        content = body.content
        host, reached, what = url.host, True, ""
        try:
            sent = httpx.Request(
                request.method,
                url,
                headers=headers,
                content=body.chunks() if content is None else content or None,
                extensions={"timeout": limits, "trace": watch, **(extensions or {})},
            )
            async with asyncio.timeout(seconds):
                await _receive(await client.send(sent, stream=True), incoming)
            return
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as wrong:
            reached, what = False, f"cannot connect to {host}: {str(wrong) or type(wrong).__name__}"
        except (TimeoutError, httpx.TimeoutException):
            reached, what = watch.reached, f"{host} did not answer within {seconds:.0f} s"
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as wrong:
            reached, what = watch.reached, f"the connection to {host} broke: {str(wrong) or type(wrong).__name__}"
        raise Silence(what, reached)

    def _client(self, whose: str, keep: int) -> httpx.AsyncClient | Plain:
        """The connections of a channel. Each has its own: a pool looks through all that it has for every request."""
        return self._clients.get(whose) or self._clients.setdefault(whose, new_client(keep))

    async def _file(self, network: Network, request: Request) -> Answer:
        output = str(getattr(network.settings, "output", "public"))
        return await self._folders.setdefault(output, Files(self.files, output)).send(request, self.blobs)

    async def _to_foreign(
        self, request: Request, url: str, target: Target, headers: dict[str, str], incoming: Incoming, address: str
    ) -> None:
        """What carries requests to strangers: to `address`, whatever the name in `url` leads to by now; no connection is kept."""
        parsed = _address(url, target)
        named = {**headers, "host": parsed.netloc.decode("ascii")}
        extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
        await self._http(self._client(STRANGERS, 0), request, parsed.copy_with(host=address), named, Wire(), incoming, extensions)


async def _receive(answer: httpx.Response, incoming: Incoming) -> None:
    try:
        incoming.start(answer.status_code, answer.headers.multi_items())
        async for chunk in answer.aiter_bytes() if "content-encoding" in incoming.headers else answer.aiter_raw():
            incoming.take(chunk)
            if incoming.full:
                break
    finally:
        await answer.aclose()


@lru_cache(maxsize=256)
def _address(url: str, target: Target) -> httpx.URL:
    """`url` as httpx2 reads it. Raises ConfigError where it reads another host than the one that was checked."""
    import httpx2 as httpx

    with suppress(httpx.InvalidURL):
        parsed = httpx.URL(url)
        if parsed.raw_host.decode("ascii").lower().strip("[]") == target.host:
            return parsed
    raise ConfigError(f"the address {masked(url)} can be read in two ways", slug="address")
