"""Signatures without HTTP: which headers prove that a request comes from the channel."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.accounts.masks import remember
from smm_cli.errors import ConfigError
from smm_cli.words.auth import Auth, Basic, Bearer, InRequest, NoAuth, NostrKey, OAuth1, OAuth2, SelfSigned, Session, StandardWebhooks

DIGEST = "x-sha-256"
"""The header in which Blossom wants the digest of a file (BUD-02)."""


def sign(
    auth: Auth, secrets: Mapping[str, str], method: str, url: str, headers: Mapping[str, str], content: bytes, now: datetime
) -> dict[str, str]:
    """The headers to add, lower-case. `secrets` by the names that `auth.secrets` lists; a Session signs with `token`.

    `headers` are those of the request, lower-case; `content` the bytes that will be sent; `now` aware. Raises ConfigError.
    """
    match auth:
        case NoAuth() | InRequest():
            return {}
        case OAuth1():
            return _oauth1({name: _value(secrets, name) for name in auth.secrets}, method, url, headers, content)
        case SelfSigned():
            return {"authorization": f"{auth.scheme} {_token(_value(secrets, auth.secrets[0]), auth, now)}"}
        case Bearer():
            return {auth.header.lower(): f"{auth.scheme} {_value(secrets, auth.secrets[0])}".strip()}
        case Session():
            return {"authorization": f"{auth.scheme} {_value(secrets, 'token')}"}
        case OAuth2():
            return {"authorization": f"Bearer {_value(secrets, 'token')}"}
        case Basic():
            return {"authorization": f"Basic {_basic(secrets, auth)}"}
        case NostrKey():
            return {"authorization": _nostr(_value(secrets, auth.secrets[0]), headers, content, now)}
        case StandardWebhooks():
            return _webhook(_value(secrets, auth.secrets[0]), headers, content, now)


def is_fixed(auth: Auth) -> bool:
    """Whether all requests of a channel carry the same signature, so that it can be made once."""
    return not isinstance(auth, StandardWebhooks | OAuth1 | SelfSigned | NostrKey)


def signs_content(auth: Auth, headers: Mapping[str, str]) -> bool:
    """Whether the bytes that leave are part of what is signed, and the headers do not tell their digest."""
    return not is_fixed(auth) and not (isinstance(auth, NostrKey) and DIGEST in headers)


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE `verifier` (RFC 7636, section 4.2)."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    return str(create_s256_code_challenge(verifier))  # type: ignore[no-untyped-call]


def _value(secrets: Mapping[str, str], name: str) -> str:
    value = secrets.get(name, "")
    if not value:
        raise ConfigError(f"the secret {name} is missing", slug="secret-missing")
    if not value.isprintable() or value != value.strip():
        raise ConfigError(
            f"the secret {name} holds a line break, a blank at its edge or another sign that no header may carry", slug="secret"
        )
    try:
        value.encode("ascii")
    except UnicodeEncodeError:
        raise ConfigError(f"the secret {name} holds letters outside ASCII, as no token does", slug="secret") from None
    return value


def _oauth1(secrets: Mapping[str, str], method: str, url: str, headers: Mapping[str, str], content: bytes) -> dict[str, str]:
    """RFC 5849 with HMAC-SHA1. Of bodies only a form is signed, as the RFC says (section 3.4.1.3)."""
    from authlib.oauth1 import ClientAuth

    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    named = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    signer: Any = ClientAuth(*(secrets[name] for name in ("consumer_key", "consumer_secret", "token", "token_secret")))  # type: ignore[no-untyped-call]
    _, made, _ = signer.prepare(method, url, dict(named), content.decode() if form else b"")
    return {"authorization": str(made["Authorization"])}


def _token(secret: str, auth: SelfSigned, now: datetime) -> str:
    """A compact JSON Web Token (RFC 7519) with `iat`, and `exp` and `aud` where the network wants them."""
    import warnings

    from joserfc import jwt
    from joserfc.errors import SecurityWarning
    from joserfc.jwk import OctKey

    header, key = {"alg": auth.algorithm, "typ": "JWT"}, secret.encode()
    if auth.split:
        name, _, rest = secret.partition(":")
        try:
            key = bytes.fromhex(rest)
        except ValueError:
            key = b""
        if not name or not key:
            raise ConfigError("the secret key is an id, a colon and hexadecimal digits", slug="secret")
        header["kid"] = name
        remember(rest)
    claims: dict[str, object] = {"iat": int(now.timestamp()) - auth.early}
    claims |= {"exp": int(now.timestamp()) + auth.seconds} if auth.seconds else {}
    claims |= {"aud": auth.audience} if auth.audience else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # servers make short keys (Shaarli: 12 letters), which is theirs to mend
        return jwt.encode(header, claims, OctKey.import_key(key), algorithms=[auth.algorithm])


def _nostr(secret: str, headers: Mapping[str, str], content: bytes, now: datetime) -> str:
    """A leave to upload the bytes; a request that tells their SHA-256 spares reading them."""
    from smm_cli.accounts.nostr import Key

    return Key(secret).upload(headers.get(DIGEST) or hashlib.sha256(content).hexdigest(), now)


def _basic(secrets: Mapping[str, str], auth: Basic) -> str:
    """Base64 of user:password in UTF-8 (RFC 7617). One secret may hold both."""
    user, password = (secrets.get(name, "") for name in auth.secrets)
    pair = f"{user}:{password}" if password else user
    if ":" not in pair:
        raise ConfigError(
            "Basic needs a user and a password", hint='secret = { user = "env:…", password = "env:…" }', slug="secret-missing"
        )
    made = base64.b64encode(pair.encode()).decode()
    remember(made, pair.partition(":")[2])
    return made


def _webhook(secret: str, headers: Mapping[str, str], content: bytes, now: datetime) -> dict[str, str]:
    """Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`. The specification asks for keys of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError("a webhook's secret is whsec_ and base64", hint="smm channel add shows how to make one", slug="secret") from None
    name = headers.get("webhook-id", "")
    if not name or "." in name:
        raise ConfigError("a signed webhook needs a webhook-id without a dot", slug="webhook-id")
    stamp = str(int(now.timestamp()))
    made = hmac.new(key, b".".join((name.encode(), stamp.encode(), content)), hashlib.sha256).digest()
    return {"webhook-timestamp": stamp, "webhook-signature": f"v1,{base64.b64encode(made).decode()}"}
