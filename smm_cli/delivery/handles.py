"""Handles: what stands in a request where a secret will be, and which host may see the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.masks import masked, remember
from smm_cli.errors import ConfigError
from smm_cli.networks.base import host_of
from smm_cli.words.exchange import handle

HANDLE = re.compile("\x00([^\x00]+)\x00")
IN_PATH = "!$&'()*+,;=:@-._~"
"""What a path may hold unescaped besides letters and digits (RFC 3986, section 3.3)."""


class Target(NamedTuple):
    """Where a request goes: `host` in ASCII without port, `key` as `host_of` writes it."""

    scheme: str
    host: str
    key: str
    local: bool


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target:
    """Where `url` leads. Raises ConfigError where it is no address that may be asked."""
    try:
        parts = urlsplit(url)
        key = host_of(url)
    except ValueError:
        key = ""
    if not key or parts.scheme not in ("http", "https") or "@" in parts.netloc or re.search(r"[\x00-\x20\\\x7f]", url):
        raise ConfigError(f"this is no address that can be asked: {masked(url)}", slug="address")
    host = key.rpartition(":")[0] if re.search(r":\d+$", key) else key
    return Target(parts.scheme, host.strip("[]"), key, is_local(host.strip("[]")))


def is_local(host: str) -> bool:
    """Whether `host` is this machine itself, by name or loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def keep_secret(vault: MutableMapping[str, str], name: str, value: str, host: str = "") -> str:
    """Put `value` into the vault; the handle to use for it. It may go to the channel's own host, and to `host`:
    by default the one that the value names, if it is an address."""
    remember(value, passing=True)
    own = host_of(value) if value.startswith(("https://", "http://")) else ""
    vault[name] = f"{own or host}\n{value}"
    return handle(name)


class Filler:
    """Puts values in the place of handles, and keeps in mind where they may go. One for each request."""

    def __init__(self, vault: Mapping[str, str], credentials: Credentials | None, own: frozenset[str]) -> None:
        self._vault = vault
        self._credentials = credentials
        self._own = own
        self._used: dict[str, str] = {}

    @property
    def used(self) -> bool:
        return bool(self._used)

    def value(self, name: str) -> str:
        """The value behind the handle `name`. Raises ConfigError."""
        kept = self._vault.get(name)
        if kept is None:
            if self._credentials is None:
                raise ConfigError(f"there is no secret {name} here", slug="secret-missing")
            value, self._used[name] = self._credentials.value(name), ""
            return value
        self._used[name], _, value = kept.partition("\n")
        remember(value, passing=True)
        return value

    def text(self, text: str) -> str:
        """`text` with values in place of handles."""
        return HANDLE.sub(lambda found: self.value(found[1]), text) if "\x00" in text else text

    def url(self, text: str) -> str:
        """As `text`, for an address: an address that begins it stays as it is, other values are escaped for their place."""

        def put(found: re.Match[str]) -> str:
            value = self.value(found[1])
            if found.start() == 0:
                return value
            return quote(value, safe="" if "?" in text[: found.start()] else IN_PATH)

        return HANDLE.sub(put, text) if "\x00" in text else text

    def json(self, value: Any) -> Any:
        """As `text`, for all strings of plain JSON."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(name): self.json(inner) for name, inner in value.items()}
        return [self.json(inner) for inner in value] if isinstance(value, list | tuple) else value

    def refuse_strangers(self, target: Target) -> None:
        """Raises ConfigError if a value that was used may not go to `target`."""
        for name, host in self._used.items():
            if target.key not in self._own and target.key != host:
                raise ConfigError(f"the secret {name} may not be sent to {target.key}", slug="foreign-host")
