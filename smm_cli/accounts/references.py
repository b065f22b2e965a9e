"""References to secrets, as channels.toml writes them. The value is read when a request is signed, not before."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from smm_cli.accounts.keychain import made_by, read_keyring, write_keyring
from smm_cli.accounts.masks import remember
from smm_cli.accounts.private import read_private, write_private
from smm_cli.accounts.trust import is_trusted
from smm_cli.errors import ConfigError

SCHEMES = ("env", "file", "command", "age", "keyring")
SECONDS = 30.0
"""The longest that a `command:` may take."""


def parse(reference: str) -> tuple[str, str]:
    """Scheme and rest of `env:NAME`, `file:path`, `command:words`. Raises ConfigError, which never shows what it could not read."""
    scheme, colon, rest = reference.partition(":")
    if not colon or scheme not in SCHEMES or not rest.strip():
        raise ConfigError(
            "a secret must be a reference, not the secret itself",
            hint='write secret = "env:NAME", "file:path" or "command:words", or let smm channel login write it',
            slug="secret-reference",
        )
    return scheme, rest.strip()


def file_of(reference: str, root: Path) -> Path | None:
    """The file that a `file:` reference names (relative to the calendar's root, or ~); None for other references."""
    scheme, rest = parse(reference)
    return root / Path(rest).expanduser() if scheme == "file" else None


def age_file(secret: object, root: Path) -> Path | None:
    """The encrypted file of a channel whose `secret` is one `age:` reference (relative to the calendar's root, or ~); else None."""
    if not isinstance(secret, str) or not secret.startswith("age:"):
        return None
    return root / Path(secret.removeprefix("age:").strip()).expanduser()


def resolve(reference: str, root: Path, *, name: str, hide: bool = True) -> str:
    """The value behind `reference`, masked from now on if `hide`; `name` says whose it is. Raises ConfigError, never with the value."""
    scheme, rest = parse(reference)
    if scheme == "env":
        value = _from_environment(rest, name)
    elif scheme == "file":
        value = _text(read_private(root / Path(rest).expanduser(), f"{name} ({reference})"), f"{name}: {reference}")
        value = value.removesuffix("\n").removesuffix("\r")
    elif scheme == "keyring":
        value = read_keyring(rest, name)
    elif scheme == "age":
        value = _from_age(root / Path(rest).expanduser(), name)
    else:
        value = _from_command(rest, root, name)
    if not value:
        raise ConfigError(f"{name}: {reference} is empty", hint=made_by(name), slug="secret-empty")
    if hide:
        remember(value)
    return value


def put_back(reference: str, root: Path, value: str, *, name: str) -> None:
    """Replace what a `file:` or `keyring:` reference names by `value`; kept when it returns. Raises ConfigError."""
    scheme, rest = parse(reference)
    if scheme == "keyring":
        write_keyring(rest, value, name)
    elif (path := file_of(reference, root)) is not None:
        write_private(path, value.encode() + b"\n")


def _from_age(path: Path, name: str) -> str:
    from smm_cli.accounts.age import SINGLE, read_age

    found = read_age(path)
    if found is None:
        raise ConfigError(f"{name}: there is no file {path}", hint=made_by(name), slug="secret-missing")
    wanted = name.rpartition("(")[2].rstrip(")")
    return found.values.get(wanted) or found.values.get(SINGLE) or next(iter(found.values.values()), "") * (len(found.values) == 1)


def _from_environment(variable: str, name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        raise ConfigError(f"{name}: env: must name a variable, such as env:SMM_TOKEN", slug="secret-reference")
    if variable not in os.environ:
        hint = f"export {variable}=… (cron starts with an empty environment: set it in the crontab, or use file:)"
        raise ConfigError(f"{name}: the environment variable {variable} is not set", hint=hint, slug="secret-missing")
    return os.environ[variable]


def _from_command(command: str, root: Path, name: str) -> str:
    if not is_trusted(root, command):
        what = f"{name}: this machine does not trust the command: {command}"
        raise ConfigError(what, hint=f"read it, then: smm trust {shlex.quote(command)}", slug="untrusted-command")
    try:
        words = shlex.split(command, posix=os.name == "posix")
        done = subprocess.run(words, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as wrong:
        why = f"took longer than {SECONDS:.0f} s" if isinstance(wrong, subprocess.TimeoutExpired) else "cannot be started"
        raise ConfigError(f"{name}: command:{command} {why}", slug="secret-command") from None
    if done.returncode:  # what it printed may hold a secret, so it is not shown
        hint = "run it yourself in this folder to see why"
        raise ConfigError(f"{name}: command:{command} ended with {done.returncode}", hint=hint, slug="secret-command")
    lines = _text(done.stdout, f"{name}: command:{command}").splitlines()
    return lines[0].strip() if lines else ""


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise ConfigError(f"{what} is not text", slug="secret-unreadable") from None
