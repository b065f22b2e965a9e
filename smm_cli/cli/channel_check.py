"""smm channel check: each network is asked whose credential it holds, and what its server takes. Nothing is published."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.accounts.credentials import same_account
from smm_cli.accounts.masks import masked
from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.channel_file import no_channel
from smm_cli.cli.channel_list import open_ledger
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import iso
from smm_cli.clock import Clock
from smm_cli.delivery.converse import converse
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, SmmError, gravest
from smm_cli.ledger.store import Ledger
from smm_cli.networks import load
from smm_cli.plan.say import say_moment
from smm_cli.words.channel import Account, Channel

BY_HAND, NO_WAY = "a person posts there: nothing to check", "this network cannot be asked; it is tried with the first post"
ENDING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of asking about one channel: its account, an error, or why nobody was asked."""

    channel: Channel
    account: Account | None = None
    error: SmmError | None = None
    note: str = ""


def check_channels(session: Session, name: str, *, as_json: bool) -> int:
    """Ask about one channel, or all; the exit code is the gravest of what went wrong."""
    calendar = session.calendar()
    if name and name not in calendar.channels:
        raise no_channel(name, calendar.channels)
    wanted = [calendar.channels[name]] if name else list(calendar.channels.values())
    if not wanted:
        output.tell("There is no channel yet: smm channel add")
    with open_ledger(calendar) as ledger:
        checked = asyncio.run(_ask_all(calendar, wanted, session.clock, ledger))
    if as_json:
        output.as_json([checked_shape(each) for each in checked])
    else:
        for each in checked:
            _show(each, session.clock.now(), ZoneInfo(calendar.timezone))
    return gravest(each.error.exit_code for each in checked if each.error)


async def _ask_all(calendar: Calendar, wanted: list[Channel], clock: Clock, ledger: Ledger) -> list[Checked]:
    async with Transport(calendar, clock) as transport:
        checked = await asyncio.gather(*(ask_channel(channel, transport, clock, ledger.account(channel.name)) for channel in wanted))
        for each in checked:
            if each.account is not None:
                credential = await transport.credential(load(each.channel.network)(each.channel, each.account))
                ledger.save_account(each.channel.name, each.account, clock.now(), credential)
    return checked


async def ask_channel(channel: Channel, transport: Transport, clock: Clock, known: Account | None = None) -> Checked:
    """Whose account it is, as the network says; never raises what a network or a secret can do wrong."""
    try:
        network = load(channel.network)(channel, known)
        if channel.by_hand or network.handoff:
            return Checked(channel, note=BY_HAND)
        if network.verify is None:
            return Checked(channel, note=NO_WAY)
        account = await converse(network.verify(), network, transport, clock)
    except SmmError as error:
        error.where = error.where or channel.name
        error.hint = error.hint or f"smm channel login {channel.name}" if isinstance(error, AuthFailed) else error.hint
        return Checked(channel, error=error)
    if channel.account and account.handle and not same_account(channel.account, account.handle):
        what = f"{channel.name} is bound to {channel.account}; the credential belongs to {account.handle}. Nothing was saved."
        hint = f"smm channel login {channel.name}, as {channel.account}"
        return Checked(channel, error=AuthFailed(what, where=channel.name, hint=hint, slug="wrong-account"))
    return Checked(channel, account)


def checked_shape(checked: Checked) -> dict[str, Any]:
    """A checked channel: `name`, `network`, `ok`, `account`, `url`, `software`, `version`, `limits`, `expires_at`, `error`, `slug`, `hint`,
    `note`."""
    account, error = checked.account, checked.error
    return {
        "name": checked.channel.name,
        "network": checked.channel.network,
        "ok": error is None,
        "account": account.handle if account else None,
        "url": account.url or None if account else None,
        "software": account.software or None if account else None,
        "version": account.version or None if account else None,
        "limits": dict(account.limits) if account else {},
        "expires_at": iso(account.expires_at) if account else None,
        "error": masked(error.what) if error else None,
        "slug": error.slug if error else None,
        "hint": error.hint or None if error else None,
        "note": checked.note or None,
    }


def _show(checked: Checked, now: datetime, zone: ZoneInfo) -> None:
    name, account = checked.channel.name, checked.account
    if checked.error is not None:
        checked.error.what = masked(checked.error.what)
        output.show_error(checked.error)
        return
    if account is None:
        output.out(f"{name}  {checked.note}")
        return
    output.out(f"{output.paint('ok', 'green')}  {name}  {account.handle}  {f'{account.software} {account.version}'.strip()}".rstrip())
    if account.limits:
        output.tell("  " + ", ".join(f"{key} {value}" for key, value in sorted(account.limits.items())))
        output.tell(f"  For checks on other machines: smm channel limits {name} --write")
    if not checked.channel.account and load(checked.channel.network).auth.secrets:
        output.tell(f'  Not bound to an account yet. To bind it: account = "{account.handle}" under [channels.{name}]')
    if account.expires_at:
        ending = f": smm channel login {name}" if account.expires_at - now < ENDING else ""
        output.tell(f"  its token ends {say_moment(account.expires_at, zone)}{ending}")
