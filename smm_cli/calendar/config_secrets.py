"""Secrets do not belong into channels.toml: what must be a reference, what looks like a token, what a reference looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
SCHEMES = ("env", "file", "age", "command", "keyring")
NAMED = re.compile(
    r"(.*_)?(secret|token|password|passwort|passwd|pass|api_key|apikey|private_key|access_key|secret_key|client_secret|key_secret|seed|mnemonic)"
)
"""Keys whose text must be a reference, whatever it looks like."""


class Shape(NamedTuple):
    """How the secrets of a kind look: where a text does not hold the `mark`, the pattern need not be tried.

    A pattern begins with what is rare: every post is searched whenever it is read. None is compiled before it is tried.
    """

    mark: str
    pattern: str


SHAPES = (
    Shape("ghp_", r"ghp_[A-Za-z0-9]{20,}"),  # GitHub: docs.github.com, about authentication, 2026-11-22
    Shape("gho_", r"gho_[A-Za-z0-9]{20,}"),
    Shape("ghu_", r"ghu_[A-Za-z0-9]{20,}"),
    Shape("ghs_", r"ghs_[A-Za-z0-9]{20,}"),
    Shape("ghr_", r"ghr_[A-Za-z0-9]{20,}"),
    Shape("github_pat_", r"github_pat_\w{20,}"),
    Shape("glpat-", r"glpat-[\w-]{16,}"),  # GitLab: docs.gitlab.com/security/tokens, 2026-11-22
    Shape("xox", r"xox[abeoprs]-[\w-]{10,}"),  # Slack: docs.slack.dev/authentication/tokens, 2026-11-22
    Shape("hooks.slack.com", r"hooks\.slack\.com/services/T\w+/B\w+/\w+"),
    Shape("/api/webhooks/", r"discord(app)?\.com/api/webhooks/\d+/[\w-]{20,}"),  # Discord: the address is the credential
    Shape(":", r":(?<=\d{8}:)[A-Za-z0-9_-]{35}\b"),  # Telegram: core.telegram.org/bots, 2026-11-22
    Shape("EAA", r"\bEAA[A-Za-z0-9]{20,}"),  # Meta's access tokens
    Shape("AKIA", r"\bAKIA[0-9A-Z]{16}\b"),  # AWS access keys
    Shape("AIza", r"\bAIza[\w-]{35}\b"),  # Google API keys
    Shape("ya29.", r"\bya29\.[\w-]{20,}"),  # Google OAuth tokens
    Shape("whs", r"\bwhs(ec|k)_[A-Za-z0-9+/=]{20,}"),  # Standard Webhooks 1.0, 2026-11-22
    Shape("sk-", r"\bsk-(live|test|ant|proj)[-_][\w-]{10,}"),
    Shape("sk_", r"\bsk_(live|test|ant|proj)[-_][\w-]{10,}"),
    Shape("nsec1", r"\bnsec1[a-z0-9]{50,}"),  # Nostr private keys: NIP-19
    Shape("ncryptsec1", r"\bncryptsec1[a-z0-9]{50,}"),
    Shape("eyJ", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),  # a JSON Web Token
    Shape(":", r":(?<=[0-9a-f]{24}:)[0-9a-f]{64}\b"),  # Ghost admin keys: id:secret
    Shape("-----BEGIN", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    Shape("AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}"),
    Shape("-", r"^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$"),  # a Bluesky app password
    Shape("://", r"://[^/@:\s]*:[^/@\s]+@"),  # user:password@ in an address
    Shape("=", r"[?&](access_token|token|api_key|key|secret|password)=[^&\s]{8,}"),
)


def found_in(text: str, shapes: Iterable[Shape] = SHAPES) -> list[re.Match[str]]:
    """What has one of these shapes."""
    return [match for mark, pattern in shapes if mark in text for match in re.finditer(pattern, text)]


ADDRESS_PASSWORD = re.compile(r"://[^/@:\s]*:[^/]*@|[?&](password|passfile|sslpassword)=")
"""A password in the address of a database, in whatever place."""
IDS = re.compile(r"(.*_)?(id|ids|urn|list|playlist|folder|board|database|room|space|team|page|channel|blog|account|server|public_key)")
"""Keys whose long random texts are identifiers: a playlist, a folder, a database."""
LONG = re.compile(r"[A-Za-z0-9_\-+=]{32,}|[A-Za-z0-9_\-+/=]{40,}")


def check_reference(value: str, name: str) -> str:
    """What is wrong with a text that must be a reference to a secret; empty where nothing is. Never repeats the text."""
    scheme, colon, rest = value.partition(":")
    if colon and scheme in SCHEMES:
        if scheme == "env" and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
            return "after env: comes the name of an environment variable, such as env:MASTODON_TOKEN"
        if scheme == "keyring" and not re.fullmatch(r"[^/]*[^/\s][^/]*/.*\S.*", rest):
            return "after keyring: come a service and a user, such as keyring:smm/mastodon"
        return "" if rest.strip() else f"after {scheme}: comes {'a program' if scheme == 'command' else 'a path'}"
    return f'a secret stands here in plain: write {name} = "env:NAME", "file:PATH" or "command:PROGRAM"'


def is_reference(value: str) -> bool:
    """Whether the text names a secret kept elsewhere."""
    return value.partition(":")[0] in SCHEMES and ":" in value


def looks_like_token(text: str, key: str = "") -> bool:
    """Whether a text has the shape of a known token, or is long and random as tokens are. Addresses, UUIDs and public keys are not,
    nor what `key` says is an identifier."""
    if found_in(text):
        return True
    if (
        IDS.fullmatch(key)
        or "://" in text
        or text.startswith(("npub1", "did:", "urn:", "age1", "ssh-", "sha256:"))
        or not LONG.fullmatch(text)
    ):
        return False
    kinds = (any(c.islower() for c in text), any(c.isupper() for c in text), sum(c.isdigit() for c in text) >= 3)
    return all(kinds) or bool(re.fullmatch(r"[0-9a-f]{40,}", text))


def texts_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a parsed TOML value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_of(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts_of(inner, (*path, number))


def plain_secrets(tables: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where channels.toml holds a secret, or a reference that cannot be followed: its path and what to do."""
    for path, text in texts_of(tables):
        keys = [key for key in path if isinstance(key, str)]
        owned = path[0] in ("channels", "networks", "media", "alerts", "ledger") and len(keys) > 1
        named = owned and ("secret" in keys[1:] or NAMED.fullmatch(keys[-1]) is not None) and "limits" not in keys
        if named and text:
            said = check_reference(text, "secret" if "secret" in keys else keys[-1])
            if said:
                yield path, said
        elif path == ("ledger", "url") and is_reference(text):
            if said := check_reference(text, "url"):
                yield path, said
        elif path == ("ledger", "url") and ADDRESS_PASSWORD.search(text):
            yield path, 'a password stands here in plain: write url = "env:SMM_LEDGER" (or file:, command:), or keep it in ~/.pgpass'
        elif looks_like_token(text, keys[-1]) and not is_reference(text):
            yield path, 'this looks like a token, and must not lie in git: make a new one and name it as secret = "env:NAME"'
