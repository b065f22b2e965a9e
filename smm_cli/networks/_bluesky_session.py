"""Sessions of Bluesky: logging in with an app password, renewing, and whose account it is."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from smm_cli.errors import AuthFailed, ConfigError, Retriable
from smm_cli.networks._bluesky_place import is_loopback, pds_of
from smm_cli.networks.base import host_of
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Tokens, Verifying
from smm_cli.words.exchange import Answer, Json, Request, handle
from smm_cli.words.frozen import dataclass

SECRETS = ("accessJwt", "refreshJwt")
SERVER = "xrpc/com.atproto.server"
OLDER = re.compile(r"0\.[0-4]\.\d+")
OLDER_LIMITS = {"image_bytes": 1_000_000, "video_bytes": 100_000_000}
"""What a PDS before 0.5 takes. Source: its lexicons (0.4.217), which it checks records by."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a channel is at home: the server that it logs in at, and the one that keeps the account."""

    settings: Any
    account: Account | None

    @property
    def server(self) -> str:
        """Where the channel logs in."""
        return str(self.settings.server)

    @property
    def pds(self) -> str:
        """The account's own server, once verify has found it; the one of the settings before that."""
        return str((self.account.facts.get("pds") if self.account else "") or self.server)

    def did(self) -> Generator[Request, Answer, str]:
        """The account's DID, asked for where verify has not found it."""
        known = self.account.facts.get("did") if self.account else ""
        return str(known or (yield from who(self.server))["did"])

    def hosts(self) -> tuple[str, ...]:
        """The server that the channel logs in at, the one that keeps the account, and the video service.

        The last gets tokens made for it and for one method, as handles, never the session.
        """
        addresses = (self.server, self.pds, self.settings.video_service)
        return tuple(dict.fromkeys(host_of(address) for address in addresses if address))


def log_in(server: str, identifier: str, channel: str) -> LoggingIn:
    """An app password for two tokens. The server allows 30 of these in 5 minutes and 300 a day for each account."""
    identifier = identifier.removeprefix("@")
    if not identifier:
        hint = f'write identifier = "ada.bsky.social" under [channels.{channel}]'
        raise ConfigError(f"{channel} does not say whom to log in", hint=hint, slug="identifier-missing")
    body = Json({"identifier": identifier, "password": handle("password")})
    answer = yield Request("POST", f"{server}/{SERVER}.createSession", body, auth="", secret=SECRETS)
    return _tokens(answer)


def renew(server: str) -> LoggingIn:
    """The refresh token for two new ones; it holds for one use."""
    answer = yield Request("POST", f"{server}/{SERVER}.refreshSession", auth="refresh", secret=SECRETS)
    return _tokens(answer)


def _tokens(answer: Answer) -> Tokens:
    """No time of expiry: the server says when a token has ended (400 ExpiredToken), and the password makes new ones."""
    access, refresh = (str(answer.get(name, default="")) for name in SECRETS)
    if not access or not refresh:
        raise Retriable("the server gave no tokens: is it a server of the AT Protocol?")
    name = str(answer.get("handle", default=""))
    return Tokens({"access": access, "refresh": refresh}, handle=f"@{name}" if name else "")


def who(server: str) -> Generator[Request, Answer, dict[str, Any]]:
    """The session as the server tells it. Raises AuthFailed where the account does not stand."""
    answer = yield Request("GET", f"{server}/{SERVER}.getSession")
    if answer.get("active") is False:
        raise AuthFailed(f"the account is {answer.get('status', default='not active')}", hint="log in to the app and see what it says")
    if not answer.get("did"):
        raise Retriable(f"{server} does not tell whose session this is")
    return dict(answer.body)


def account_behind(server: str, app: str) -> Verifying:
    """Whose account it is, which server keeps it, and what that takes."""
    session = yield from who(server)
    did, name = str(session["did"]), str(session.get("handle") or "")
    pds = pds_of(session.get("didDoc"))
    if not pds:
        repo = yield Request("GET", f"{server}/xrpc/com.atproto.repo.describeRepo", query=(("repo", did),), auth="", may_fail=True)
        pds = pds_of(repo.get("didDoc"))
    if not pds.startswith("https://") and not (is_loopback(pds) and is_loopback(server)):
        pds = server  # a document may say anything: credentials leave this machine over TLS only
    health = yield Request("GET", f"{pds}/xrpc/_health", auth="", may_fail=True)
    version = str(health.get("version", default=""))
    limits = OLDER_LIMITS if OLDER.fullmatch(version) else {}
    facts = {"did": did, "pds": pds}
    return Account(f"@{name}", did, name, f"{app}/profile/{did}", "atproto-pds", version, limits, facts=facts)
