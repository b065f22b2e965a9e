"""Secrets in files encrypted with age, which may lie in git: read with this machine's identity, written for all who may read them.

The text inside is one secret alone, or TOML: `token = "…"`, a line each. Renewed tokens go back into the same file.
"""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smm_cli.accounts.masks import remember
from smm_cli.accounts.private import config_folder, read_private, write_private
from smm_cli.accounts.tokens import StoredTokens
from smm_cli.errors import ConfigError

IDENTITY = "SMM_AGE_IDENTITY"
"""The environment variable that holds an identity (AGE-SECRET-KEY-1…), for runners without a home."""
RECIPIENTS = ".age-recipients"
"""The file beside encrypted ones that lists who may read them, a public key (age1…) a line."""
SINGLE = ""
"""The name of a secret that stands alone in its file."""
FACTS = frozenset({"expires_at", "ends_at", "bound", "handle"})
"""Keys of the text that are no secrets."""
MOST = 1 << 20


def read_age(path: Path) -> StoredTokens | None:
    """What `path` holds, by name, masked from now on; None where there is no such file. Raises ConfigError."""
    try:
        data = path.read_bytes()[:MOST]
    except FileNotFoundError:
        return None
    except OSError as wrong:
        raise ConfigError(f"{path} cannot be read: {wrong.strerror}", slug="secret-unreadable") from None
    text = _decrypted(data, path)
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        said = {SINGLE: text.strip()}
    values = {name: value for name, value in said.items() if isinstance(value, str) and name not in FACTS}
    remember(*values.values())
    expires = _moment(said.get("expires_at"))
    return StoredTokens(values, expires, str(said.get("bound", "")), str(said.get("handle", "")), _moment(said.get("ends_at")))


def write_age(path: Path, tokens: StoredTokens) -> None:
    """Replace `path` by `tokens`, encrypted for this machine and all of `.age-recipients` beside it; on disk when it returns.

    A machine without an identity gets one. Raises ConfigError.
    """
    import pyrage
    import tomli_w

    said: dict[str, Any] = dict(sorted(tokens.values.items()))
    for key, at in (("expires_at", tokens.expires_at), ("ends_at", tokens.ends_at)):
        said |= {key: at.astimezone(UTC).isoformat()} if at else {}
    said |= {name: value for name, value in (("bound", tokens.bound), ("handle", tokens.handle)) if value}
    remember(*tokens.values.values())
    keys = [_identity(make=True).to_public(), *_recipients(path.parent / RECIPIENTS)]
    write_private(path, pyrage.encrypt(tomli_w.dumps(said).encode(), keys))


def public_key() -> str:
    """This machine's public key (age1…), for the `.age-recipients` of others; made where there is none."""
    return str(_identity(make=True).to_public())


def _decrypted(data: bytes, path: Path) -> str:
    import pyrage

    try:
        return str(pyrage.decrypt(data, [_identity()]).decode())
    except pyrage.DecryptError:
        what = f"{path} cannot be decrypted with this machine's identity"
        hint = f"let somebody who can read it add {public_key()} to {path.parent / RECIPIENTS} and log in again"
        raise ConfigError(what, hint=hint, slug="age-identity") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} holds no text", slug="secret-unreadable") from None


def _identity(*, make: bool = False) -> Any:
    """The age identity of this machine: of the environment, else of `age.txt` in smm's folder."""
    from pyrage import IdentityError, x25519

    text, place = os.environ.get(IDENTITY, ""), IDENTITY
    if not text:
        file = config_folder() / "age.txt"
        place = str(file)
        if not file.exists() and make:
            write_private(file, f"{x25519.Identity.generate()}\n".encode())
        if not file.exists():
            hint = f"copy the identity that can read it to {file} (chmod 600), or set {IDENTITY}"
            raise ConfigError("this machine has no age identity", hint=hint, slug="age-identity")
        text = read_private(file, "the age identity").decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        found = x25519.Identity.from_str(lines[0] if lines else "")
    except IdentityError:
        raise ConfigError(f"{place} holds no age identity (AGE-SECRET-KEY-1…)", slug="age-identity") from None
    remember(lines[0])
    return found


def _recipients(file: Path) -> list[Any]:
    from pyrage import RecipientError, x25519

    if not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        key = line.partition("#")[0].strip()
        if not key:
            continue
        try:
            found.append(x25519.Recipient.from_str(key))
        except RecipientError:
            what = f"{file}, line {number}: {key[:20]} is no age public key (age1…)"
            raise ConfigError(what, slug="age-recipients") from None
    return found


def _moment(said: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else said
    except ValueError:
        return None
    return found if isinstance(found, datetime) and found.tzinfo else None
