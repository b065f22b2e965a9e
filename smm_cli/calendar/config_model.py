"""The tables of channels.toml as pydantic models: types, defaults, and what each text must look like."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from smm_cli.calendar.moments import seconds_of
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.week import read_quiet, read_slots, say_quiet
from smm_cli.words.channel import Slot
from smm_cli.words.delivery import is_name

ABOUT = frozenset({"source", "date"})
"""Keys beside the numbers of `limits`: where and when they were read."""


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _name(value: Any) -> Any:
    if isinstance(value, str) and not is_name(value):
        raise ValueError(f'"{value}" cannot be a name: use a-z, 0-9, - and _, as in acme-blog')
    return value


def _duration(value: Any) -> Any:
    read = _max_late(value)
    if read is None:
        raise ValueError(f'"{value}" is no length of time: write "30m", "2h" or "1d"')
    return read


def _max_late(value: Any) -> Any:
    if not isinstance(value, str) or value.strip().isdigit():  # 2 may mean seconds, minutes or hours
        raise ValueError('write a number and a unit, in quotes: "30m", "2h", "1d"')
    try:
        return seconds_of(value)
    except ValueError:
        raise ValueError(f'"{value}" is no length of time: write "30m", "2h" or "1d"') from None


def _quiet(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() == "none":  # a channel that is not quiet when the calendar is
        return "none"
    return say_quiet(read_quiet(value)) if isinstance(value, str) else value


def _slots(value: Any) -> Any:
    texts = _list(value)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError('write a list of texts: slots = ["Mon 09:00", "Mo-Fr 12:30"]')
    return sorted({slot for text in texts for slot in read_slots(text)}, key=lambda slot: (slot.weekday, slot.minute))


def _date(value: Any) -> Any:
    if isinstance(value, datetime):
        raise ValueError("write the day alone: 2026-11-24")
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError(f'"{value}" is no day: write 2026-11-24')
        return date.fromisoformat(value)
    return value


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f'"{value}" is no time: write 2026-11-24 09:00') from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - wall time until the calendar's zone is known
    return value


def _zone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            hint = did_you_mean(value, available_timezones(), "write one such as Europe/Berlin")
            raise ValueError(f'there is no time zone "{value}": {hint}') from None
    return value


def _like(pattern: str, example: str, *, empty: bool = True) -> BeforeValidator:
    def look(value: Any) -> Any:
        if isinstance(value, str) and (value or not empty) and not re.fullmatch(pattern, value):
            raise ValueError(f'"{value}" is not understood: write it like "{example}"')
        return value

    return BeforeValidator(look)


def _folder(value: Any) -> Any:
    if isinstance(value, str) and (value.startswith(("/", "~")) or "\\" in value or ".." in value.split("/") or not value.strip("./")):
        raise ValueError(f'"{value}" must be a folder inside the calendar, such as "posts"')
    return value.strip("/").removeprefix("./") if isinstance(value, str) else value


def _ledger_url(value: Any) -> Any:
    if not isinstance(value, str) or not value or value.startswith(("env:", "file:", "age:", "command:", "keyring:")):
        return value
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError('write "postgresql://USER@HOST/DATABASE", or a reference such as "env:SMM_LEDGER"')
    return value


def _limits(value: Any) -> Any:
    for name, limit in value.items() if isinstance(value, dict) else ():
        if name not in ABOUT and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
            raise ValueError(f"{name} must be a whole number, without quotes")
    return value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Texts = Annotated[list[str], BeforeValidator(_list)]
Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[list[Name], BeforeValidator(_list)]
Recipient = Annotated[str, _like(r"channel:.+|mail:[^@\s]+@[^@\s]+|(env|file|age|command|keyring):.+", "channel:team-chat")]
Recipients = Annotated[list[Recipient], BeforeValidator(_list)]
Duration = Annotated[float, BeforeValidator(_duration, json_schema_input_type=str)]
MaxLate = Annotated[float | None, BeforeValidator(_max_late, json_schema_input_type=str)]
QuietHours = Annotated[str, BeforeValidator(_quiet)]
Slots = Annotated[list[Slot], BeforeValidator(_slots, json_schema_input_type=list[str] | str)]
Day = Annotated[date, BeforeValidator(_date)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Limits = Annotated[dict[str, int | str | date], BeforeValidator(_limits)]
Reference = str | dict[str, str]


class Strict(BaseModel):
    """A table whose every key is known."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, defer_build=True)


class CalendarTable(Strict):
    """`[calendar]`."""

    name: Name
    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    language: Annotated[str, _like(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "de")] = ""
    posts: Annotated[str, BeforeValidator(_folder)] = "posts"
    publish_from: Annotated[str, _like(r"(?!-)[^\s~^:?*\[\\]+", "main")] = "worktree"
    max_late: MaxLate = 7200.0
    after_outage: Literal["spread", "hold", "send"] = "spread"
    quiet: QuietHours = ""
    holidays: Annotated[str, _like(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "DE-BY")] = ""
    slot_open: Duration = 1800.0
    channels: Names = Field(default_factory=list)
    pillars: Texts = Field(default_factory=list)


class ChannelTable(BaseModel):
    """`[channels.<name>]`: what every channel may say; all further keys are its network's Settings."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    network: str
    title: str = ""
    account: str = ""
    secret: Reference = ""
    since: Day | None = None
    slots: Slots = Field(default_factory=list)
    gap: Duration = 0.0
    daily_limit: Annotated[int, Field(ge=0)] = 0
    max_late: MaxLate = None
    by_hand: bool = False
    quiet: QuietHours = ""
    limits: Limits = Field(default_factory=dict)
    formerly: Names = Field(default_factory=list)


class PersonTable(BaseModel):
    """`[people.<name>]`: all further keys are handles, by channel or network."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    title: str = ""
    name: str = ""
    git: Texts = Field(default_factory=list)
    login: str = ""
    handles: dict[str, str] = Field(default_factory=dict)


class CampaignTable(Strict):
    """`[campaigns.<name>]`; `until` is exclusive."""

    title: str = ""
    start: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    utm: dict[str, str] = Field(default_factory=dict)
    budget: Annotated[str, BeforeValidator(_plain)] = ""
    approval: bool | None = None


class ApprovalTable(Strict):
    """`[approval]`."""

    required: bool = False
    channels: Texts = Field(default_factory=list)
    groups: Texts = Field(default_factory=list)
    campaigns: Texts = Field(default_factory=list)
    by: Literal["line", "merge"] = "line"
    approvers: Texts = Field(default_factory=list)
    count: Annotated[int, Field(ge=1)] = 1
    four_eyes: bool = False
    signed: bool = False


BRANCH = r"(?!-|.*(\.\.|//|@\{|\.lock(/|$)))(?!(.*/)?\.)[^\s~^:?*\[\\/][^\s~^:?*\[\\]*(?<![/.])"
"""What git takes as the name of a branch (git-check-ref-format(1))."""


class LedgerTable(Strict):
    """`[ledger]`; `url` may be a reference."""

    url: Annotated[str, BeforeValidator(_ledger_url)] = ""
    claims: Literal["sqlite", "git", "postgresql"] = "sqlite"
    branch: Annotated[str, _like(BRANCH, "smm", empty=False)] = "smm"
    commit: bool = False
    files: Annotated[str, _like(r"(/|[A-Za-z]:[\\/]).+", "/srv/smm-files")] = ""


class PauseTable(Strict):
    """`[[pause]]`; `until` is exclusive."""

    reason: str = ""
    channel: str = ""
    group: str = ""
    network: str = ""
    campaign: str = ""
    start: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    exempt: Annotated[Texts, Field(alias="except", default_factory=list)]


class AlertsTable(Strict):
    """`[alerts]`: `to` and `deputy` are channel:NAME, mail:ADDRESS, or a reference to an address that takes {"text": …}."""

    to: Recipients = Field(default_factory=list)
    deputy: Recipients = Field(default_factory=list)
    deputy_after: Duration = 86400.0
    on: Annotated[list[Literal["failure", "unknown", "hold", "token"]], BeforeValidator(_list)] = Field(default_factory=list)
    heartbeat: Annotated[
        str, _like(r"https://\S+|http://(127\.0\.0\.1|localhost)\S*|(env|file|age|command|keyring):.+", "env:HEARTBEAT_URL")
    ] = ""
    heartbeat_every: Duration = 900.0


class MediaTable(Strict):
    """`[media]`: where networks fetch files. `host`: "channel:NAME" of a site, "https://…" of an S3-compatible bucket, "command:WORDS"."""

    host: Annotated[str, _like(r"(channel|command):.+|https?://.+", "https://s3.example/bucket")] = ""
    address: str = ""
    region: str = "us-east-1"
    secret: dict[str, str] = Field(default_factory=dict)


class CheckTable(Strict):
    """`[check]`."""

    ignore: Texts = Field(default_factory=list)


class ChannelsFile(Strict):
    """channels.toml."""

    calendar: CalendarTable
    networks: dict[str, dict[str, Any]] = Field(default_factory=dict)
    channels: dict[str, ChannelTable] = Field(default_factory=dict)
    groups: dict[str, Texts] = Field(default_factory=dict)
    people: dict[str, PersonTable] = Field(default_factory=dict)
    campaigns: dict[str, CampaignTable] = Field(default_factory=dict)
    approval: ApprovalTable = Field(default_factory=ApprovalTable)
    ledger: LedgerTable = Field(default_factory=LedgerTable)
    pause: list[PauseTable] = Field(default_factory=list)
    alerts: AlertsTable = Field(default_factory=AlertsTable)
    check: CheckTable = Field(default_factory=CheckTable)
    media: MediaTable = Field(default_factory=MediaTable)
