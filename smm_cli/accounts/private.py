"""Files that only their owner may read: written whole or not at all, refused where others could read or change them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from smm_cli.errors import ConfigError

MOST = 65_536
"""Bytes of the largest secret file that is read; a key or a token is far smaller."""


def config_folder() -> Path:
    """This machine's folder for smm: $XDG_CONFIG_HOME/smm, ~/.config/smm, on Windows %APPDATA%\\smm. Not made here."""
    base = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME", "")
    return (Path(base) if base and Path(base).is_absolute() else Path.home() / ".config") / "smm"


def read_private(path: Path, what: str) -> bytes:
    """The bytes of `path`. Raises ConfigError where it is missing, not a file, not ours, or open to others (`what` names it)."""
    try:
        with path.open("rb") as file:
            _refuse_open_to_others(os.fstat(file.fileno()), path, what)
            data = file.read(MOST + 1)
    except IsADirectoryError:
        raise ConfigError(f"{what}: {path} is a folder", slug="secret-unreadable") from None
    except OSError as wrong:
        raise ConfigError(f"{what}: cannot read {path}: {wrong.strerror}", slug="secret-unreadable") from None
    if len(data) > MOST:
        raise ConfigError(f"{what}: {path} is larger than {MOST} bytes, so it is no secret", slug="secret-unreadable")
    return data


def _refuse_open_to_others(found: os.stat_result, path: Path, what: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{what}: {path} is no ordinary file", slug="secret-unreadable")
    if os.name != "posix":
        return  # Windows keeps rights in lists that a mode does not show; a user's folder is private there by default
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigError(f"{what}: {path} belongs to another user", hint=f"sudo chown $USER {path}", slug="secret-open")
    if found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        raise ConfigError(f"{what}: others can read {path} (mode {mode:04o})", hint=f"chmod 600 {path}", slug="secret-open")


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, mode 0600, its folder made 0700 where missing; after a crash it is the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    if os.name == "posix":  # the new name lasts once its folder is on disk
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
