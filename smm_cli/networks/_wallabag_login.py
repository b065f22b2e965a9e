"""wallabag's tokens: OAuth 2 with the password, as its own apps do it (RFC 6749, section 4.3)."""

from __future__ import annotations

from smm_cli.networks._oauth import OAuthDoors, renew, token_request, tokens_of
from smm_cli.words.conversation import LoggingIn, Tokens


def doors(server: str) -> OAuthDoors:
    """Where tokens are made: an hour for requests, two weeks for renewing (FOSOAuthServerBundle's defaults, 2026-08-21)."""
    return OAuthDoors("", f"{server}/oauth/v2/token", (), pkce=False)


def by_password(server: str, client_id: str, user: str, password: str, title: str) -> LoggingIn:
    """Tokens for a user's name and password; `password` is a handle."""
    answer = yield token_request(doors(server), client_id, {"grant_type": "password", "username": user, "password": password})
    return _session(tokens_of(answer, title))


def renewed(server: str, client_id: str, title: str) -> LoggingIn:
    """Tokens for the refresh token, which changes with each use."""
    return _session((yield from renew(doors(server), client_id, title)))


def _session(tokens: Tokens) -> Tokens:
    """Tokens under the names that a Session has for them."""
    values = {"access": tokens.values["token"]} | {name: tokens.values[name] for name in ("refresh",) if name in tokens.values}
    return Tokens(values, tokens.expires_in)
