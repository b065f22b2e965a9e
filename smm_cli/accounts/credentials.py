"""The secrets of one channel: lasting ones behind references, short tokens in the store; each read once, when first needed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from smm_cli.accounts.age import read_age, write_age
from smm_cli.accounts.references import age_file, parse, put_back, resolve
from smm_cli.accounts.tokens import StoredTokens, TokenStore
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.errors import ConfigError
from smm_cli.words.channel import Channel

EARLY = timedelta(seconds=30)
"""Tokens that end within this time count as ended: a request may take that long."""
IDENTITY = ("server", "url", "handle", "identifier", "user", "client_id")
"""Settings that say for whom a token was made; a change of one makes stored tokens void."""
STAND_IN_KEY = b"a key of the sandbox".hex()
STAND_IN_WEBHOOK = "whsec_" + base64.b64encode(b"a secret of the sandbox, no more").decode()
"""What rehearsals sign webhooks with; the fake receiver checks by the same."""


class Credentials:
    """`names` are the lasting secrets that the network's auth asks for. `stand_in`: a rehearsal; nothing is read from disk or written."""

    def __init__(
        self,
        calendar: Calendar,
        channel: Channel,
        names: tuple[str, ...],
        *,
        secret: str | Mapping[str, str] | None = None,
        stand_in: bool = False,
    ) -> None:
        self.calendar = calendar
        self.channel = channel
        self.names = names
        self.secret = channel.secret if secret is None else secret
        self.stand_in = stand_in
        self.store = TokenStore(calendar.state / "tokens")
        self.lock = asyncio.Lock()
        self.version = 0
        self._values: dict[str, str] = {}
        self._tokens: StoredTokens | None = None
        self._looked = False

    def __repr__(self) -> str:
        return f"Credentials({self.channel.name})"

    # -- lasting secrets ---------------------------------------------------------------------------------------------------

    def value(self, name: str) -> str:
        """The lasting secret or stored token `name`. Raises ConfigError."""
        tokens = self.tokens()
        if name not in self._values and tokens and name in tokens.values and not self._takes_back(name):
            return tokens.values[name]
        if name not in self._values:
            self._values[name] = self._stand_in(name) if self.stand_in else self._resolved(name)
        return self._values[name]

    async def fingerprint(self) -> str:
        """Sixteen hex digits that tell one credential from another, and nothing of it. Raises ConfigError."""
        values = await self.ready(*self.names)
        return hashlib.sha256("\n".join([self.bound, *(values[name] for name in sorted(values))]).encode()).hexdigest()[:16]

    async def ready(self, *names: str) -> dict[str, str]:
        """The values of `names`; a `command:` runs in a thread, so that it delays no other channel. Raises ConfigError."""
        return {name: self._values.get(name) or await self._waited(name) for name in names}

    async def _waited(self, name: str) -> str:
        slow = not self.stand_in and self.reference(name).startswith(("command:", "keyring:"))
        return await asyncio.to_thread(self.value, name) if slow else self.value(name)

    @property
    def age(self) -> Path | None:
        """The encrypted file that holds all secrets and tokens of this channel, where it has one."""
        return age_file(self.secret, self.calendar.root)

    def reference(self, name: str) -> str:
        """The reference for `name`: the channel's own, else that of its network for all channels, else this machine's."""
        if isinstance(self.secret, Mapping):
            own = self.secret.get(name, "")
        else:
            own = self.secret if name == (self.names[0] if self.names else "") else ""
        return own or _shared(self.calendar.networks.get(self.channel.network, {}), name)

    def _resolved(self, name: str) -> str:
        reference = self.reference(name) or self._of_machine(name)
        if not reference and self._pairs() and name in self.names[1:]:
            return ""
        if not reference:
            ref = self.calendar.publish_from
            commit = f"; then commit channels.toml: what {ref} has of it is published" if ref != WORKTREE else ""
            hint = f"smm channel login {self.channel.name}{commit}"
            raise ConfigError(f"{self.channel.name} has no {name}", where=self.channel.name, hint=hint, slug="secret-missing")
        return resolve(reference, self.calendar.root, name=f"{self.channel.name} ({name})", hide=name != "user" or self._pairs())

    def _of_machine(self, name: str) -> str:
        from smm_cli.accounts.machine import read_machine

        return _shared(read_machine().networks.get(self.channel.network, {}), name)

    def _pairs(self) -> bool:
        """Whether one reference holds "user:password", so that the second may be missing."""
        return isinstance(self.secret, str) and bool(self.secret)

    def _takes_back(self, name: str) -> bool:
        """Whether a renewed secret goes back to where its reference names it."""
        return not self.stand_in and self.reference(name).startswith(("file:", "keyring:"))

    def _stand_in(self, name: str) -> str:
        account = self.channel.account.removeprefix("@").split("@")[0] or self.channel.name
        if "secret" in self.names and name == "secret":
            return STAND_IN_WEBHOOK
        if name == "nsec":
            return hashlib.sha256(f"sandbox-{account}".encode()).hexdigest()
        if name == "admin_key":  # of an id and hexadecimal digits
            return f"sandbox-{account}:{STAND_IN_KEY}"
        return account if name == "user" else f"sandbox-{account}"

    # -- short tokens ------------------------------------------------------------------------------------------------------

    @property
    def bound(self) -> str:
        """For whom tokens are made: network, server, identity and references, hashed."""
        settings = {name: str(self.channel.settings[name]) for name in IDENTITY if self.channel.settings.get(name)}
        references = dict(self.secret) if isinstance(self.secret, Mapping) else self.secret
        said = json.dumps([self.channel.network, settings, references], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def tokens(self) -> StoredTokens | None:
        """The short tokens of this channel as it is now, or None."""
        if not self._looked and not self.stand_in:
            self._tokens, self._looked = self._stored(), True
        return self._tokens

    def ended(self, now: datetime) -> bool:
        """Whether the short tokens are known to end within half a minute."""
        tokens = self.tokens()
        return bool(tokens and tokens.expires_at and tokens.expires_at - EARLY <= now)

    def reload(self) -> None:
        """Read everything again when it is next needed: another process may have changed it."""
        self._values.clear()
        self._looked = False
        self.version += 1

    def keep(self, values: Mapping[str, str], expires_at: datetime | None, handle: str = "", ends_at: datetime | None = None) -> None:
        """Keep renewed tokens, kept before it returns; one of a `file:` or the keyring goes back there. Call it under the lock.

        A place that cannot be written loses nothing: what renews (a refresh token that holds once) is kept first.
        """
        rest = dict(values)
        if not self.stand_in:
            old = self._stored()
            back = {name: rest.pop(name) for name in values if name in self.names and self._takes_back(name)}
            rest = {**(old.values if old else {}), **rest}
            handle = self.channel.account or handle or (old.handle if old else "")
            ends_at = ends_at or (old.ends_at if old else None)
            self._tokens = self._saved(StoredTokens(rest, expires_at, self.bound, handle, ends_at))
            for name, value in back.items():
                put_back(self.reference(name), self.calendar.root, value, name=f"{self.channel.name} ({name})")
        else:
            self._tokens = StoredTokens({**(self._tokens.values if self._tokens else {}), **rest}, expires_at, handle=handle)
        self._values.clear()
        self._looked = True
        self.version += 1

    def _saved(self, tokens: StoredTokens) -> StoredTokens:
        if self.age is None:
            more = {"bound": tokens.bound, "handle": tokens.handle}
            return self.store.save(self.channel.name, tokens.values, tokens.expires_at, ends_at=tokens.ends_at, **more)
        write_age(self.age, tokens)
        return tokens

    def _stored(self) -> StoredTokens | None:
        found = read_age(self.age) if self.age else self.store.read(self.channel.name)
        if found is None or (found.bound != self.bound and not (self.age and not found.bound)):
            return None
        wrong = self.channel.account and found.handle and not same_account(self.channel.account, found.handle)
        return None if wrong else found


def same_account(one: str, other: str) -> bool:
    """Whether two handles mean one account: letter case and a leading @ do not count."""
    return one.strip().removeprefix("@").casefold() == other.strip().removeprefix("@").casefold()


def _shared(table: Mapping[str, object], name: str) -> str:
    """The reference for `name` in a table of a network: its own key, or one in `secret`."""
    secret = table.get("secret")
    for found in (secret.get(name) if isinstance(secret, Mapping) else None, table.get(name)):
        if isinstance(found, str) and found:
            parse(found)
            return found
    return ""
