"""smm channel list and limits: how the channels of a calendar stand, from files and the ledger; nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.accounts.references import parse
from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping, keep_file, no_channel, read_file
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.clock import SystemClock
from smm_cli.delivery import ledgers
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.ledger.store import Ledger
from smm_cli.networks import load
from smm_cli.plan.say import say_moment
from smm_cli.words.channel import Account, Channel

OK = "ok"
COLOURS = {"ok": "green", "stopped": "red", "wrong account": "red", "ended": "red", "paused": "yellow", "not checked": "yellow"}


@contextmanager
def open_ledger(calendar: Calendar) -> Iterator[Ledger]:
    """The calendar's ledger. Raises LedgerError, ConfigError where the folder cannot be written."""
    try:
        ledger = ledgers.open_ledger(calendar, SystemClock())
    except OSError as error:
        raise ConfigError(f"{calendar.state} cannot be used: {error.strerror}", hint="smm doctor looks closer", slug="state") from None
    with ledger:
        yield ledger


def list_channels(session: Session, *, as_json: bool) -> int:
    """Print every channel of channels.toml. JSON: see `shape_of`."""
    calendar, now = session.calendar(), session.clock.now()
    shapes = [shape_of(channel, calendar, None, "", now) for channel in calendar.channels.values()]
    if ledgers.is_known(calendar):
        with open_ledger(calendar) as ledger:
            stopped = ledger.stopped()
            shapes = [
                shape_of(channel, calendar, ledger.account(name), stopped.get(name, ("", ""))[0], now)
                for name, channel in calendar.channels.items()
            ]
    if as_json:
        output.as_json([{**shape, "checked_at": iso(shape["checked_at"]), "expires_at": iso(shape["expires_at"])} for shape in shapes])
        return 0
    if not shapes:
        output.tell("There is no channel yet: smm channel add")
        return 0
    zone = ZoneInfo(calendar.timezone)
    rows = [(s["name"], s["network"], s["account"] or "", s["secret"] or "", s["state"], _more(s, zone)) for s in shapes]
    output.table(rows, head=("name", "network", "account", "secret", "state", ""), colours=COLOURS)
    return 0


def shape_of(channel: Channel, calendar: Calendar, account: Account | None, stopped: str, now: datetime) -> dict[str, Any]:
    """A channel: `name`, `network`, `title`, `account` (pinned, else as checked), `pinned`, `secret` (env, file, command),
    `state` (ok, not checked, stopped, paused, ended, wrong account, no secret, by hand), `why`, `since`, `formerly`, `software`, `version`,
    `checked_at`, `expires_at`."""
    state, why = _state(channel, calendar, account, stopped, now)
    return {
        "name": channel.name,
        "network": channel.network,
        "title": channel.title or None,
        "account": channel.account or (account.handle if account else "") or None,
        "pinned": bool(channel.account),
        "secret": ", ".join(dict.fromkeys(kinds_of(channel, calendar))) or None,
        "state": state,
        "why": why or None,
        "since": channel.since.isoformat() if channel.since else None,
        "formerly": list(channel.formerly),
        "software": account.software or None if account else None,
        "version": account.version or None if account else None,
        "checked_at": account.checked_at if account else None,
        "expires_at": account.expires_at if account else None,
    }


def kinds_of(channel: Channel, calendar: Calendar) -> list[str]:
    """Where the secrets of a channel come from, never what they are."""
    own = list(channel.secret.values()) if isinstance(channel.secret, Mapping) else [channel.secret]
    shared = calendar.networks.get(channel.network, {}).get("secret", "")
    own = own if any(own) else list(shared.values()) if isinstance(shared, Mapping) else [shared]
    found = []
    for reference in own:
        try:
            found.append(parse(reference)[0]) if reference else None
        except SmmError:
            found.append("unreadable")
    return found


def _state(channel: Channel, calendar: Calendar, account: Account | None, stopped: str, now: datetime) -> tuple[str, str]:
    from smm_cli.accounts.credentials import same_account

    paused = next((p for p in calendar.pauses if _stands(p, now) and _covers(p, channel, calendar)), None)
    if paused is not None:
        return "paused", paused.reason
    if channel.by_hand:
        return "by hand", ""
    if stopped:
        return "stopped", f"{stopped}: smm channel login {channel.name}"
    if account and account.expires_at and account.expires_at <= now:
        return "ended", f"smm channel login {channel.name}"
    if account and channel.account and not same_account(channel.account, account.handle):
        return "wrong account", f"the credential belongs to {account.handle}: smm channel login {channel.name}"
    if load(channel.network).auth.secrets and not kinds_of(channel, calendar):
        return "no secret", f"smm channel login {channel.name}"
    return (OK, "") if account else ("not checked", f"smm channel check {channel.name}")


def _stands(pause: Any, now: datetime) -> bool:
    return (pause.start is None or pause.start <= now) and (pause.until is None or now < pause.until)


def _covers(pause: Any, channel: Channel, calendar: Calendar) -> bool:
    if pause.campaign:
        return False
    named = [pause.channel == channel.name] if pause.channel else []
    named += [channel.name in calendar.groups.get(pause.group, ())] if pause.group else []
    named += [pause.network == channel.network] if pause.network else []
    return all(named)


def _more(shape: Mapping[str, Any], zone: ZoneInfo) -> str:
    if shape["why"]:
        return str(shape["why"])
    ends = f", ends {say_moment(shape['expires_at'], zone)}" if shape["expires_at"] else ""
    return f"checked {say_moment(shape['checked_at'], zone)}{ends}" if shape["checked_at"] else ""


# -- limits -------------------------------------------------------------------------------------------------------------------


def show_limits(session: Session, name: str, *, write: bool, as_json: bool, keeping: Keeping) -> int:
    """The limits that count on a channel: `name`, `maximum`, `ruler`, `said_by` (channels.toml, the server, smm), `source`, `date`."""
    calendar = session.calendar()
    if name not in calendar.channels:
        raise no_channel(name, calendar.channels)
    channel = calendar.channels[name]
    account: Account | None = None
    if ledgers.is_known(calendar):
        with open_ledger(calendar) as ledger:
            account = ledger.account(name)
    if write:
        return _write_limits(calendar, channel, account, keeping)
    shapes = limit_shapes(channel, account)
    if as_json:
        output.as_json(shapes)
        return 0
    output.table(
        [(s["name"], str(s["maximum"]), s["ruler"] or "", s["said_by"], f"{s['source']}, {s['date']}") for s in shapes],
        head=("limit", "maximum", "ruler", "said by", "source"),
    )
    if account is None and load(channel.network).verify is not None:
        output.tell(f"The server was not asked yet: smm channel check {name}")
    return 0


def limit_shapes(channel: Channel, account: Account | None) -> list[dict[str, Any]]:
    """Declared limits, overridden by the server's and by channels.toml, each with who says so."""
    network = load(channel.network)(channel, account)
    said: dict[str, tuple[str, str, str]] = {}
    if account is not None:
        told = f"{account.software} {account.version}".strip() or account.url
        said |= dict.fromkeys(account.limits, ("the server", told, f"{account.checked_at:%Y-%m-%d}" if account.checked_at else ""))
    said |= dict.fromkeys(channel.limits, ("channels.toml", f"[channels.{channel.name}] limits", ""))
    shapes = []
    for limit in network.text_limits:
        by, source, day = said.pop(limit.name, ("smm", limit.source, limit.date))
        shapes.append(_limit(limit.name, limit.maximum, limit.ruler, by, source, day))
    numbers = {**(account.limits if account else {}), **channel.limits}
    shapes += [_limit(name, numbers[name], None, *said[name]) for name in sorted(said)]
    if "media_count" not in numbers and network.media:
        shapes.append(_limit("media_count", network.media_count, None, "smm", network.media[0].source, network.media[0].date))
    return shapes


def _limit(name: str, maximum: int, ruler: str | None, by: str, source: str, day: str) -> dict[str, Any]:
    return {"name": name, "maximum": maximum, "ruler": ruler, "said_by": by, "source": source, "date": day or None}


def _write_limits(calendar: Calendar, channel: Channel, account: Account | None, keeping: Keeping) -> int:
    from smm_cli.calendar.toml_edit import set_table

    if account is None:
        raise UsageError(f"the server of {channel.name} was not asked yet", hint=f"smm channel check {channel.name}, then this again")
    if not account.limits:
        output.tell(f"The server of {channel.name} names no limits of its own: those of smm count everywhere.")
        return 0
    source = f"{account.software} {account.version}".strip() or account.url
    checked = account.checked_at.astimezone(ZoneInfo(calendar.timezone)).date() if account.checked_at else None
    table = {**dict(sorted(account.limits.items())), "source": source, **({"date": checked} if checked else {})}
    before = read_file(calendar.root)
    after = set_table(before, ("channels", channel.name), {"limits": table})
    keep_file(calendar.root, before, after, f"Limits of {channel.name}", keeping)
    return 0
