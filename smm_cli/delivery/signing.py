"""One channel as the transport knows it: who may see its credentials, and what signs its requests. Made once, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.sign import is_fixed, sign, signs_content
from smm_cli.delivery.handles import Target
from smm_cli.delivery.wire import Wire
from smm_cli.errors import ConfigError
from smm_cli.networks.base import Network, host_of
from smm_cli.words.auth import Basic, NoAuth, Session
from smm_cli.words.exchange import Request

TOKENS = {"channel": "access", "refresh": "refresh"}
"""Which short token of a Session a request's `auth` names; any other name is the token's own."""
APP = "app"
"""The `auth` of a request that the app signs, not the account: for tokens."""
ECHO = 16
"""Shorter secrets are not looked for in good answers, where they may stand by chance."""


class Signer:
    """Signs for one channel. `version` of the credentials tells when what was kept is out of date."""

    def __init__(self, network: Network, credentials: Credentials) -> None:
        self.auth = network.auth
        self.title = network.channel.name
        self.credentials = credentials
        self.client_id = str(getattr(network.settings, "client_id", ""))
        self.own = frozenset(host_of(host) for host in network.hosts()) - {""}
        self.used: str | None = None
        self._kept: dict[str, Mapping[str, str]] = {}
        self._secrets: tuple[str, ...] = ()
        self._version = -1

    @property
    def secrets(self) -> tuple[str, ...]:
        """What signs now, to be taken out of answers that echo it."""
        return self._secrets

    async def headers(
        self, request: Request, url: str, target: Target, named: Mapping[str, str], body: Wire, now: datetime
    ) -> Mapping[str, str]:
        """The headers to add to `request`, which goes to `url` (query and all). Raises ConfigError: a secret is missing, or the
        target is not the channel's own host."""
        if isinstance(self.auth, NoAuth):
            return {}
        self.refuse_strangers(target)
        if self._version != self.credentials.version:
            self._kept, self._version = {}, self.credentials.version
        if request.auth == APP:
            return await self._as_app(request, named, now)
        kept = self._kept.get(request.auth)
        if kept is None:
            values = await self._values(request.auth)
            if request.auth == "channel":
                self.used = next(iter(values.values()), None)
            self._secrets = tuple(value for name, value in values.items() if name != "user" and len(value) >= ECHO)
            content = await body.whole() if signs_content(self.auth, named) else b""
            kept = sign(self.auth, values, request.method, url, named, content, now)
            if is_fixed(self.auth):
                self._kept[request.auth] = kept
        return kept

    async def _as_app(self, request: Request, named: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """The app's id and secret as Basic, which some networks want where tokens are made (RFC 6749, section 2.3.1)."""
        values = await self.credentials.ready("client_secret")
        self._secrets = tuple(value for value in values.values() if len(value) >= ECHO)
        auth = Basic(("client_id", "client_secret"))
        return sign(auth, {"client_id": self.client_id, **values}, request.method, request.url, named, b"", now)

    def refuse_strangers(self, target: Target) -> None:
        """Raises ConfigError unless `target` is the channel's own host."""
        if target.key not in self.own:
            what = f"{self.title} sends its credentials to {', '.join(sorted(self.own)) or 'no host'} only, not to {target.key}"
            raise ConfigError(what, where=self.title, slug="foreign-host")

    async def _values(self, auth: str) -> dict[str, str]:
        if isinstance(self.auth, Session):
            return {"token": self.credentials.value(TOKENS.get(auth, auth))}
        if auth != "channel":
            return {self.auth.secrets[0]: self.credentials.value(auth)}
        return await self.credentials.ready(*self.auth.secrets)
