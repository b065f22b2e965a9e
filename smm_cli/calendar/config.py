"""channels.toml read whole: parsed, validated with pydantic, its networks asked about their settings, made into a Calendar."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from smm_cli.calendar.config_channels import plain, read_channel
from smm_cli.calendar.config_model import ChannelsFile, PauseTable, PersonTable
from smm_cli.calendar.config_names import check_names
from smm_cli.calendar.config_said import FILE, problem, problems_of
from smm_cli.calendar.config_secrets import plain_secrets
from smm_cli.calendar.model import Alerts, Approval, Calendar, Campaign, LedgerSettings, Pause
from smm_cli.calendar.toml_lines import Key, line_of, lines_of
from smm_cli.calendar.unseen import told, unseen_in
from smm_cli.words.channel import Channel, Person
from smm_cli.words.problem import Place, Problem, errors_of

MOST, LONGEST_LINE = 1 << 20, 20_000
"""Bytes: what is longer was not written by people, and a key of a hundred thousand dots takes a TOML reader an hour."""


def read_calendar(root: Path, data: bytes | None = None) -> tuple[Calendar | None, list[Problem]]:
    """The calendar that channels.toml below `root` (or `data`, its bytes) says, and all problems; None where any is an error."""
    if data is None:
        try:
            data = (root / FILE).read_bytes()
        except FileNotFoundError:
            hint = "smm init makes one; smm -C DIR looks elsewhere"
            return None, [Problem("no-calendar", f"there is no {FILE} in {root}", Place(FILE), hint)]
        except OSError as error:
            return None, [Problem("no-calendar", f"{FILE} cannot be read: {error.strerror}", Place(FILE))]
    tables, problems = _parse(data)
    if tables is None:
        return None, problems
    lines = lines_of(data.decode("utf-8-sig"))
    if hit := unseen_in(tables):
        return None, [problem("control-character", f"{told(hit[1])} is written here", hit[0], lines, "take out the escape")]
    problems = [problem("plain-secret", what, path, lines) for path, what in plain_secrets(tables)]
    try:
        file = ChannelsFile.model_validate(_without_channels(tables))
    except ValidationError as error:
        return None, [*problems, *problems_of(error.errors(), lines)]
    problems += check_names(file, lines)
    channels: dict[str, Channel] = {}
    for name in file.channels:
        table = tables["channels"][name]
        defaults = file.networks.get(table["network"], {})
        channel, found = read_channel(name, table, defaults, file.calendar.max_late, lines)
        problems += found
        if channel:
            channels[name] = channel
    problems = sorted(dict.fromkeys(problems), key=lambda found: found.place.line)
    return (None if errors_of(problems) else _calendar(root, file, channels, lines)), problems


def _parse(data: bytes) -> tuple[dict[str, Any] | None, list[Problem]]:
    long = next((number for number, line in enumerate(data.split(b"\n"), 1) if len(line) > LONGEST_LINE), 0)
    if long or len(data) > MOST:
        return None, [Problem("too-large", f"{FILE} is too long to be one, at most {MOST >> 20} MB are read", Place(FILE, long))]
    try:
        return tomllib.loads(data.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem("not-utf8", f"{FILE} is not UTF-8", Place(FILE, line), "save it as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        numbers = [int(word) for word in place.replace(",", " ").replace(")", " ").split() if word.isdigit()]
        line, column = numbers if len(numbers) == 2 else (data.count(b"\n") + 1, 0)
        return None, [Problem("bad-toml", f"this is no TOML: {what[:1].lower()}{what[1:]}", Place(FILE, line, column))]
    except (RecursionError, ValueError):  # thousands of brackets, a number of thousands of digits, a day that is none
        return None, [Problem("bad-toml", "this cannot be read: nested too deeply, or a number too large", Place(FILE))]


def _without_channels(tables: dict[str, Any]) -> dict[str, Any]:
    """The same with each channel reduced to its network and former names: the rest is validated with its network's defaults below it."""
    channels = tables.get("channels")
    if not isinstance(channels, dict):
        return tables
    short = {
        name: {key: table[key] for key in ("network", "formerly") if key in table} if isinstance(table, dict) else table
        for name, table in channels.items()
    }
    return {**tables, "channels": short}


def _calendar(root: Path, file: ChannelsFile, channels: dict[str, Channel], lines: dict[Key, int]) -> Calendar:
    told, approval, ledger, alerts = file.calendar, file.approval, file.ledger, file.alerts
    return Calendar(
        root=root,
        name=told.name,
        timezone=told.timezone,
        language=told.language,
        posts=told.posts,
        publish_from=told.publish_from,
        max_late=told.max_late,
        after_outage=told.after_outage,
        quiet=told.quiet,
        holidays=told.holidays,
        slot_open=told.slot_open,
        default_channels=tuple(told.channels),
        pillars=tuple(told.pillars),
        channels=channels,
        groups={name: tuple(members) for name, members in file.groups.items()},
        people={name: _person(name, table) for name, table in file.people.items()},
        campaigns=_campaigns(file, lines),
        networks=plain(file.networks),
        pauses=tuple(_pause(table, ZoneInfo(told.timezone)) for table in file.pause),
        approval=Approval(
            required=approval.required,
            channels=(*approval.channels, *approval.groups),
            campaigns=tuple(approval.campaigns),
            by=approval.by,
            approvers=tuple(approval.approvers),
            count=approval.count,
            four_eyes=approval.four_eyes,
            signed=approval.signed,
        ),
        ledger=LedgerSettings(ledger.url, "postgresql" if ledger.url else ledger.claims, ledger.branch, ledger.commit, ledger.files),
        alerts=Alerts(
            tuple(alerts.to), tuple(alerts.deputy), tuple(alerts.on), alerts.heartbeat, alerts.deputy_after, alerts.heartbeat_every
        ),
        ignored=frozenset(file.check.ignore),
        media=file.media.model_dump(exclude_defaults=True),
    )


def _campaigns(file: ChannelsFile, lines: dict[Key, int]) -> dict[str, Campaign]:
    return {
        name: Campaign(
            name, table.title, table.start, table.until, line_of(lines, ("campaigns", name)), table.utm, table.budget, table.approval
        )
        for name, table in file.campaigns.items()
    }


def _person(name: str, table: PersonTable) -> Person:
    handles = {key: str(handle) for key, handle in {**(table.model_extra or {}), **table.handles}.items()}
    return Person(name, handles, table.title or table.name, tuple(table.git), table.login)


def _pause(table: PauseTable, zone: ZoneInfo) -> Pause:
    def instant(wall: datetime | None) -> datetime | None:
        # Without an offset it is wall time: a time that summer time skips lies after the gap, one that comes twice is the first.
        return None if wall is None else (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)

    scope = (table.reason, table.channel, table.group, table.network, table.campaign)
    return Pause(*scope, instant(table.start), instant(table.until), tuple(table.exempt))
