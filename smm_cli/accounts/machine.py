"""What this machine says of itself, ~/.config/smm/config.toml: nothing in it changes what goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from smm_cli.accounts.private import config_folder, read_private
from smm_cli.errors import ConfigError
from smm_cli.words.delivery import is_name
from smm_cli.words.frozen import dataclass

KEYS = ("runner", "ledger", "alerts", "networks")
ALERTS = ("to", "deputy", "heartbeat")


@dataclass(frozen=True, slots=True)
class Machine:
    """`runner` names this runner (default: the host's name); `networks` holds credentials by network: references, never secrets;
    `alerts` and `ledger` are tables like those of channels.toml."""

    runner: str
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alerts: Mapping[str, Any] = field(default_factory=dict)
    ledger: Mapping[str, Any] = field(default_factory=dict)


def read_machine(path: Path | None = None) -> Machine:
    """The machine file at `path` (default: the usual place); defaults where there is none. Raises ConfigError."""
    path = path or config_folder() / "config.toml"
    if not path.exists():
        return Machine(host_name())
    import tomllib

    try:
        said = tomllib.loads(read_private(path, "the machine file").decode())
    except ValueError as wrong:
        raise ConfigError(f"this is not TOML: {wrong}", where=str(path), slug="machine-file") from None
    _refuse_unknown(said, KEYS, "the machine file", path)
    runner = said.get("runner") or host_name()
    if not isinstance(runner, str) or not is_name(runner):
        raise ConfigError("runner must be a short name in small letters, such as office-1", where=str(path), slug="machine-file")
    tables = {key: said.get(key, {}) for key in KEYS[1:]}
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{key} must be a table: [{key}]", where=str(path), slug="machine-file")
    _refuse_unknown(tables["alerts"], ALERTS, "[alerts] of the machine file", path)
    for key, value in tables["alerts"].items():
        if not isinstance(value, str if key == "heartbeat" else str | list):
            raise ConfigError(f'{key} of [alerts] must be text, such as "env:ALERTS"', where=str(path), slug="machine-file")
    return Machine(runner, tables["networks"], tables["alerts"], tables["ledger"])


def _refuse_unknown(said: Iterable[str], known: tuple[str, ...], where: str, path: Path) -> None:
    import difflib

    for key in said:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            hint = f"{meant}It may hold {', '.join(known)}; all else is said in channels.toml"
            raise ConfigError(f"{where} knows no {key}", where=str(path), hint=hint, slug="machine-file")


def host_name() -> str:
    """The host's name as a runner may be named: small letters, digits, dots and dashes."""
    import socket

    name = re.sub(r"[^a-z0-9.-]+", "-", socket.gethostname().lower()).strip(".-")[:60]
    return name if is_name(name) else "runner"
