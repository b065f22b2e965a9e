"""A channel's table read with its network: defaults below it, Settings validated, secrets fitting the network's way to sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError

from smm_cli import networks
from smm_cli.calendar.config_model import ChannelTable
from smm_cli.calendar.config_said import keys_of, problem, problems_of
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.toml_lines import Key, line_of
from smm_cli.errors import ConfigError
from smm_cli.networks._table import kept_of
from smm_cli.networks.base import Network
from smm_cli.words.channel import Channel
from smm_cli.words.problem import Problem

APP = frozenset(
    {
        "app",
        "app_id",
        "app_secret",
        "client_id",
        "client_key",
        "client_secret",
        "consumer_key",
        "consumer_secret",
        "api_version",
        "redirect_uri",
    }
)
"""Keys of `[networks.<network>]` that belong to the app registered there, not to a channel."""
COMMON = frozenset(keys_of(ChannelTable))


def read_channel(
    name: str, table: Mapping[str, Any], defaults: Mapping[str, Any], max_late: float | None, lines: dict[Key, int]
) -> tuple[Channel | None, list[Problem]]:
    """The channel `name` of its raw table, with `[networks.<network>]` below it and the calendar's `max_late` below both."""
    base: Key = ("channels", name)
    try:
        network = networks.load(str(table.get("network", "")))
    except ConfigError as error:
        return None, [problem("unknown-network", f"{error.what}", (*base, "network"), lines, error.hint)]
    except Exception as error:  # a network of a third party may fail in any way
        return None, [problem("broken-network", f"the network {table['network']} cannot be loaded: {error}", (*base, "network"), lines)]
    whole = {**{key: value for key, value in defaults.items() if key not in APP or key in keys_of(network.Settings)}, **table}
    lines = {**{(*base, *path[2:]): line for path, line in lines.items() if path[:2] == ("networks", table["network"])}, **lines}
    try:
        read = ChannelTable.model_validate(whole)
    except ValidationError as error:
        return None, problems_of(error.errors(), lines, base)
    settings = {key: plain(value) for key, value in whole.items() if key not in COMMON or key in keys_of(network.Settings)}
    problems = [*_check_settings(network, settings, base, lines), *_check_secret(network, settings, read.secret, base, lines)]
    late = read.max_late if "max_late" in whole else (max_late if network.late_limit else None)
    return _channel(name, read, settings, late, network, line_of(lines, base)), problems


def _channel(name: str, read: ChannelTable, settings: dict[str, Any], late: float | None, network: type[Network], line: int) -> Channel:
    return Channel(
        name=name,
        network=read.network,
        settings=settings,
        title=read.title,
        account=read.account,
        secret=read.secret,
        since=read.since,
        slots=tuple(read.slots),
        gap=read.gap,
        daily_limit=read.daily_limit,
        max_late=late,
        by_hand=read.by_hand or network.handoff,
        quiet=read.quiet,
        limits={key: value for key, value in read.limits.items() if isinstance(value, int)},
        formerly=tuple(read.formerly),
        line=line,
        kept=_kept(read.network, network, settings),
    )


def _kept(name: str, network: type[Network], settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the networks of smm's own need not validate again; those of others may change without smm."""
    if name not in networks.built_in():
        return {}
    kept: dict[str, dict[str, Any]] = {}
    for key, model, said in (("settings", network.Settings, settings), ("options", network.Options, {})):
        with suppress(ValidationError):  # told by _check_settings
            if (values := kept_of(model, said)) is not None:
                kept[key] = values
    return kept


def _check_settings(network: type[Network], settings: Mapping[str, Any], base: Key, lines: dict[Key, int]) -> list[Problem]:
    model: type[BaseModel] = network.Settings
    try:
        model.model_validate(settings)
    except ValidationError as error:
        known = sorted({*keys_of(model), *COMMON})
        return problems_of(error.errors(), lines, base, known)
    return []


def _check_secret(
    network: type[Network], settings: Mapping[str, Any], secret: str | dict[str, str], base: Key, lines: dict[Key, int]
) -> list[Problem]:
    """Names the network does not know, and references that cannot be written back where tokens change with each use."""
    found: list[Problem] = []
    auth = network.auth_of(settings)
    named = secret if isinstance(secret, dict) else {"": secret}
    for key, reference in named.items():
        path = (*base, "secret", key) if key else (*base, "secret")
        if key and auth.secrets and key not in {*auth.secrets, *APP}:
            advice = did_you_mean(key, auth.secrets, f"it has {', '.join(auth.secrets)}")
            found.append(problem("unknown-secret", f"{network.name} has no secret {key}", path, lines, advice))
        if auth.rotates and reference.startswith("env:") and key not in APP:
            what = f"{network.name}: its token changes with each use and env: cannot keep it"
            hint = 'write "age:PATH" (may lie in git) or "file:PATH", or smm channel login and leave secret out'
            found.append(problem("rotating-env", what, path, lines, hint))
    return found


def plain(value: Any) -> Any:
    """JSON of what TOML knows beyond it: days and times as ISO texts."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value
