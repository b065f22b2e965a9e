"""How a network wants requests signed. Declared by networks, carried out by the transport."""

from __future__ import annotations

from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class NoAuth:
    """Nothing is signed; no secret is needed."""

    secrets: tuple[str, ...] = ()
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class Bearer:
    """`Authorization: Bearer <token>`."""

    secrets: tuple[str, ...] = ("token",)
    rotates: bool = False
    scheme: str = "Bearer"
    header: str = "Authorization"


@dataclass(frozen=True, slots=True)
class Session:
    """A lasting secret (an app password) is exchanged for short tokens by `login`; `refresh` renews them.

    The tokens rotate but can be made again from the secret, so that `env:` is allowed.
    """

    secrets: tuple[str, ...] = ("password",)
    rotates: bool = False
    scheme: str = "Bearer"


@dataclass(frozen=True, slots=True)
class Basic:
    """`Authorization: Basic` of user and password."""

    secrets: tuple[str, ...] = ("user", "password")
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class OAuth2:
    """A bearer token that `refresh` renews; `rotates`: the refresh token changes with each use."""

    scopes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ("token",)
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class StandardWebhooks:
    """webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks 1.0) over the bytes sent.

    The request carries `webhook-id`; the transport adds time and signature. Source: standard-webhooks spec, 2026-11-22.
    """

    secrets: tuple[str, ...] = ("secret",)
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class InRequest:
    """The secrets stand in the request itself (its address, query or body), put there by the adapter as handles: `handle("token")`."""

    secrets: tuple[str, ...] = ("token",)
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class OAuth1:
    """OAuth 1.0a (RFC 5849), HMAC-SHA1: the app's key and secret, the account's token and its secret."""

    secrets: tuple[str, ...] = ("consumer_key", "consumer_secret", "token", "token_secret")
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class SelfSigned:
    """A short JSON Web Token that smm signs itself. `split`: the secret is `id:hex`, the id becomes `kid` (Ghost).

    `seconds`: how long it holds (0: no `exp`); `audience`: its `aud`, where there is one. `early`: seconds that `iat` lies back, for
    servers that refuse a token from the future.
    """

    secrets: tuple[str, ...] = ("key",)
    rotates: bool = False
    algorithm: str = "HS256"
    scheme: str = "Bearer"
    seconds: int = 300
    audience: str = ""
    split: bool = False
    early: int = 0


@dataclass(frozen=True, slots=True)
class NostrKey:
    """A key pair: events for relays are signed as a whole (BIP-340), other requests carry a signed event (Blossom).

    In what goes to relays `handle("pubkey")` stands for the account's public key in hex.
    """

    secrets: tuple[str, ...] = ("nsec",)
    rotates: bool = False


Auth = NoAuth | Bearer | Session | Basic | OAuth2 | StandardWebhooks | InRequest | OAuth1 | SelfSigned | NostrKey
