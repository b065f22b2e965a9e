"""What logins and renewals returned, one JSON file for each channel: 0600, replaced whole, changed only under a lock."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from smm_cli.accounts.masks import remember
from smm_cli.accounts.private import read_private, write_private
from smm_cli.errors import ConfigError
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Tokens by name (access, refresh, token …), not shown in repr; `expires_at` aware or None; `bound` says for what
    they were made, `handle` for which account: the one that channels.toml names, else what the login said. `ends_at`: when they can no
    longer be renewed either."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    expires_at: datetime | None = None
    bound: str = ""
    handle: str = ""
    ends_at: datetime | None = None

    @property
    def lasts_until(self) -> datetime | None:
        """When a person must log in again, as far as that is known: what can be renewed ends later than it expires."""
        return self.ends_at if self.ends_at or "refresh" in self.values else self.expires_at


class TokenStore:
    """The folder of tokens, `.smm/tokens`, made on first use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, channel: str) -> StoredTokens | None:
        """The tokens of `channel`, masked from now on; None where none are kept or the file is damaged (they can be made again)."""
        path = self._file(channel)
        if not path.exists():
            return None
        try:
            said = json.loads(read_private(path, f"the tokens of {channel}"))
            values = {str(name): str(value) for name, value in said["values"].items()}
            expires, ends = (datetime.fromisoformat(said[key]) if said.get(key) else None for key in ("expires_at", "ends_at"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        remember(*values.values())
        return StoredTokens(values, expires, str(said.get("bound", "")), str(said.get("handle", "")), ends)

    def save(
        self,
        channel: str,
        values: Mapping[str, str],
        expires_at: datetime | None,
        *,
        bound: str = "",
        handle: str = "",
        ends_at: datetime | None = None,
    ) -> StoredTokens:
        """Keep `values` for `channel`; on disk when it returns. Call it under `lock`."""
        remember(*values.values())
        until, ends = (at.astimezone(UTC).isoformat() if at else None for at in (expires_at, ends_at))
        said = {"format": 1, "values": dict(values), "expires_at": until, "bound": bound, "handle": handle, "ends_at": ends}
        write_private(self._file(channel), json.dumps(said, indent=1).encode())
        return StoredTokens(dict(values), expires_at, bound, handle, ends_at)

    def forget(self, channel: str) -> None:
        """Remove what is kept of `channel`."""
        self._file(channel).unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self, channel: str, *, wait: bool = True) -> Iterator[bool]:
        """Holds the tokens of `channel` against other processes; gives False at once if `wait` is False and another holds them."""
        path = self._file(channel).with_suffix(".lock")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            held = _take(opened, wait)
            try:
                yield held
            finally:
                if held:
                    _give_back(opened)
        finally:
            os.close(opened)

    def _file(self, channel: str) -> Path:
        if not channel or "/" in channel or "\\" in channel or channel.startswith("."):
            raise ConfigError("a channel's name cannot hold / or begin with a dot", slug="channel-name")
        return self.folder / f"{channel}.json"


if os.name == "nt":
    import msvcrt

    def _take(opened: int, wait: bool) -> bool:
        try:
            msvcrt.locking(opened, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

    def _give_back(opened: int) -> None:
        os.lseek(opened, 0, os.SEEK_SET)
        msvcrt.locking(opened, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _take(opened: int, wait: bool) -> bool:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_back(opened: int) -> None:
        fcntl.flock(opened, fcntl.LOCK_UN)
