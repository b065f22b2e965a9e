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


Auth = NoAuth | Bearer | Session | Basic | OAuth2 | StandardWebhooks
