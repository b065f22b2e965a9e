"""Which `command:` references this machine may run: the exact command, in the exact calendar, because somebody here said so."""

from __future__ import annotations

from pathlib import Path

from smm_cli.accounts.private import config_folder, read_private, write_private
from smm_cli.errors import ConfigError


def is_trusted(root: Path, command: str) -> bool:
    """Whether `trust` was said on this machine for this command in the calendar at `root`. Raises ConfigError."""
    return (str(root.resolve()), command) in _trusted()


def trust(root: Path, command: str) -> Path:
    """Let this command run for the calendar at `root` on this machine; the file that says so. Raises ConfigError."""
    return _write({**dict.fromkeys(_trusted()), (str(root.resolve()), command): None})


def distrust(root: Path, command: str) -> Path:
    """Take `trust` back; the file that says so."""
    return _write({pair: None for pair in _trusted() if pair != (str(root.resolve()), command)})


def trusted_commands(root: Path) -> tuple[str, ...]:
    """What may run for the calendar at `root`, in the order in which it was trusted."""
    return tuple(command for calendar, command in _trusted() if calendar == str(root.resolve()))


def _file() -> Path:
    return config_folder() / "trust.toml"


def _trusted() -> tuple[tuple[str, str], ...]:
    path = _file()
    if not path.exists():
        return ()
    import tomllib

    try:
        said = tomllib.loads(read_private(path, "trusted commands").decode())
        return tuple((str(entry["calendar"]), str(entry["command"])) for entry in said.get("trusted", ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{path} cannot be read", hint=f"remove {path} and say smm trust again", slug="trust") from None


def _write(pairs: dict[tuple[str, str], None]) -> Path:
    import tomli_w

    path = _file()
    said = {"trusted": [{"calendar": calendar, "command": command} for calendar, command in pairs]}
    write_private(path, tomli_w.dumps(said).encode())
    return path
