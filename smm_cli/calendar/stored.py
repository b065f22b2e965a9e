"""A Calendar as plain JSON and back, without pydantic: what the warm start reads."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from smm_cli.calendar.model import Alerts, Approval, Calendar, Campaign, LedgerSettings, Pause
from smm_cli.words.channel import Channel, Person, Slot


def to_plain(calendar: Calendar) -> dict[str, Any]:
    """Everything but `root`, as JSON can hold it."""
    whole = asdict(calendar)
    del whole["root"]
    whole["ignored"] = sorted(calendar.ignored)
    plain: dict[str, Any] = _dated(whole)
    return plain


def of_plain(root: Path, plain: dict[str, Any]) -> Calendar:
    """The Calendar that was made plain. Raises KeyError, TypeError or ValueError for anything else."""
    return Calendar(
        **{
            **plain,
            "root": root,
            "default_channels": tuple(plain["default_channels"]),
            "pillars": tuple(plain["pillars"]),
            "channels": {name: _channel(told) for name, told in plain["channels"].items()},
            "groups": {name: tuple(members) for name, members in plain["groups"].items()},
            "people": {name: Person(**{**told, "git": tuple(told["git"])}) for name, told in plain["people"].items()},
            "campaigns": {name: Campaign(**_days(told, "start", "until")) for name, told in plain["campaigns"].items()},
            "pauses": tuple(_pause(told) for told in plain["pauses"]),
            "approval": Approval(**_tuples(plain["approval"])),
            "ledger": LedgerSettings(**plain["ledger"]),
            "alerts": Alerts(**_tuples(plain["alerts"])),
            "ignored": frozenset(plain["ignored"]),
        }
    )


def _channel(told: dict[str, Any]) -> Channel:
    slots = tuple(Slot(**slot) for slot in told["slots"])
    return Channel(**{**_days(told, "since"), "slots": slots, "formerly": tuple(told["formerly"])})


def _pause(told: dict[str, Any]) -> Pause:
    times = {key: datetime.fromisoformat(told[key]) if told[key] else None for key in ("start", "until")}
    return Pause(**{**told, **times, "exempt": tuple(told["exempt"])})


def _days(told: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**told, **{key: date.fromisoformat(told[key]) if told[key] else None for key in keys}}


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}


def _dated(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _dated(inner) for key, inner in value.items()}
    return [_dated(inner) for inner in value] if isinstance(value, list | tuple) else value
