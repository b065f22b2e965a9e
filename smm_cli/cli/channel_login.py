"""smm channel login: a person logs in; the secret is kept here, the account is bound, channels.toml says where the secret is."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from smm_cli.accounts.keychain import reference_for, usable
from smm_cli.accounts.logged_in import FOLDER, LoggedIn, store_login
from smm_cli.accounts.masks import masked, remember
from smm_cli.accounts.private import write_private
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import make_state
from smm_cli.cli import output
from smm_cli.cli.channel_check import ask_channel
from smm_cli.cli.channel_file import Keeping, keep_file, no_channel, read_file
from smm_cli.cli.channel_list import open_ledger
from smm_cli.cli.session import Session
from smm_cli.clock import Clock
from smm_cli.delivery.login import log_in
from smm_cli.delivery.transport import Transport
from smm_cli.errors import ConfigError, UsageError
from smm_cli.networks import load
from smm_cli.networks.base import Network
from smm_cli.words.auth import Basic, OAuth1
from smm_cli.words.auth import Session as SessionAuth
from smm_cli.words.channel import Account, Channel

MOST = 16_384
"""Characters read from standard input: no token is longer."""


def login(session: Session, name: str, *, token_stdin: bool, browser: bool, identifier: str, kept: Kept, keeping: Keeping) -> int:
    """Log the channel in. Raises AuthFailed, UsageError, Retriable, ConfigError: then nothing is saved."""
    calendar = session.calendar()
    if name not in calendar.channels:
        raise no_channel(name, calendar.channels)
    channel = calendar.channels[name]
    network = load(channel.network)(channel)
    if network.handoff or not network.auth.secrets:
        raise UsageError(f"{network.title} needs no login", hint=f"smm channel check {name}", slug="no-login")
    output.tell(f"{name}: {network.title}{f', bound to {channel.account}' if channel.account else ''}")
    if network.steps:
        output.tell(network.steps)
    if keeping.dry_run:
        output.tell("Nothing was done.")
        return 0
    make_state(calendar.state)
    place = kept.place(calendar, channel, network)
    logged_in, account = asyncio.run(_person_logs_in(calendar, network, session.clock, _Asked(token_stdin, browser, identifier)))
    said = store_login(calendar, replace(channel, secret=place), logged_in, session.clock.now())
    _write(calendar, channel, said, logged_in.handle, keeping)
    account = account or asyncio.run(
        _verified(replace(channel, secret=said, account=channel.account or logged_in.handle), calendar, session)
    )
    if account is not None:
        with open_ledger(calendar) as ledger:
            ledger.save_account(name, account, session.clock.now())
    output.out(f"logged in  {name}  {logged_in.handle or (account.handle if account else '')}".rstrip())
    return 0


@dataclass(frozen=True)
class Kept:
    """Where the command line wants the login to be kept: in an encrypted file, in the keyring, else where channels.toml has it."""

    age: str = ""
    keyring: bool = False

    def place(self, calendar: Calendar, channel: Channel, network: Network) -> str | Mapping[str, str]:
        """What channels.toml is to say. Raises UsageError, and ConfigError where there is no keyring, before anybody logs in."""
        if self.age and self.keyring:
            raise UsageError("--age or --keyring, not both")
        if not self.keyring:
            return f"age:{self.age}" if self.age else channel.secret
        names, old = network.auth.secrets, channel.secret if isinstance(channel.secret, Mapping) else {}
        usable(channel.name)
        if len(names) == 1 and not old:
            return reference_for(calendar.name, channel.name)
        return {**old, **{name: reference_for(calendar.name, channel.name, name) for name in names}}


class _Asked:
    """What the command line says about how to log in."""

    def __init__(self, token_stdin: bool, browser: bool, identifier: str) -> None:
        self.token_stdin, self.browser, self.identifier = token_stdin, browser, identifier


async def _person_logs_in(calendar: Calendar, network: Network, clock: Clock, asked: _Asked) -> tuple[LoggedIn, Account | None]:
    """What the login gave, with the handle behind it, which was compared with the pinned one; and the account where it was asked for."""
    session = isinstance(network.auth, SessionAuth)
    if network.login is None or isinstance(network.auth, OAuth1) or (asked.token_stdin and not session):
        logged_in = LoggedIn(_pasted(network, asked.token_stdin), lasting=network.auth.secrets)
    else:
        typed = _typed(network, asked) if session else {}
        if not session and not sys.stdin.isatty():
            hint = f"smm channel login {network.channel.name} --token-stdin takes a token that you have"
            raise UsageError("a person must allow it in the browser: nobody is at the terminal", hint=hint)
        async with Transport(calendar, clock) as transport:
            browser = asked.browser and sys.stdin.isatty()
            logged_in = await log_in(transport, network, typed=typed, ask=_ask, show=output.tell, browser=browser)
    if logged_in.handle or network.verify is None:
        return logged_in, None
    account = await _tried(calendar, network.channel, logged_in, clock)
    return replace(logged_in, handle=account.handle), account


def _ask(question: str) -> str:
    return output.ask(question.strip())


def _typed(network: Network, asked: _Asked) -> dict[str, str]:
    """Whom to log in, and the lasting secret that the person has."""
    settings, channel = network.settings, network.channel
    known = getattr(settings, "identifier", "") or getattr(settings, "handle", "") or channel.account
    who = asked.identifier or known
    if not who and asked.token_stdin:
        raise UsageError("whom shall it log in?", hint=f"smm channel login {channel.name} --identifier ada.example --token-stdin")
    who = who or output.ask("Whom to log in (handle or mail address)?")
    if not who:
        raise UsageError("whom shall it log in?", hint="--identifier ada.example")
    return {"identifier": who.removeprefix("@"), **_pasted(network, asked.token_stdin)}


def _pasted(network: Network, from_stdin: bool) -> dict[str, str]:
    """The lasting secrets, typed unseen or read from standard input: one alone, or lines of name=value."""
    names = network.auth.secrets
    if from_stdin:
        return _read(sys.stdin.read(MOST), names, pairs=isinstance(network.auth, Basic))
    found = {name: output.ask(f"{network.title}, {name}:", hidden=True).strip() for name in names}
    if not all(found.values()):
        raise UsageError("nothing was given", hint=f"smm channel login {network.channel.name} --token-stdin < FILE")
    remember(*found.values())
    return found


def _read(text: str, names: tuple[str, ...], *, pairs: bool) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise UsageError("standard input was empty", hint="smm channel login NAME --token-stdin < FILE")
    remember(*lines)
    named = {
        key.strip(): value.strip() for key, equals, value in (line.partition("=") for line in lines) if equals and key.strip() in names
    }
    if len(named) == len(lines):
        return named
    if len(lines) > 1 or (len(names) > 1 and not pairs):
        raise UsageError("one secret a line is expected, as name=value", hint=f"names: {', '.join(names)}")
    return {names[0]: lines[0]}


async def _tried(calendar: Calendar, channel: Channel, logged_in: LoggedIn, clock: Clock) -> Account:
    """The account behind what a login gave, asked with it before anything is kept. Raises what the network says."""
    place = calendar.root / FOLDER
    files: dict[str, Path] = {name: place / f".trial-{secrets.token_hex(6)}" for name in logged_in.lasting if name in logged_in.values}
    try:
        for name, path in files.items():
            write_private(path, logged_in.values[name].encode() + b"\n")
        references = {name: f"file:{path.relative_to(calendar.root).as_posix()}" for name, path in files.items()}
        secret: Any = references if len(references) > 1 else next(iter(references.values()), "")
        async with Transport(calendar, clock) as transport:
            checked = await ask_channel(replace(channel, secret=secret, by_hand=False), transport, clock)
    except OSError as error:
        raise ConfigError(f"{place} cannot be written: {error.strerror}", slug="not-written") from None
    finally:
        for path in files.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)
    if checked.error is not None:
        said = masked(checked.error.what).removesuffix(" Nothing was saved.").rstrip(".")
        checked.error.what = f"{said}. Nothing was saved."
        raise checked.error
    assert checked.account is not None
    return checked.account


async def _verified(channel: Channel, calendar: Calendar, session: Session) -> Account | None:
    """The account, asked with what is now kept; None (and a word) where the network does not say."""
    async with Transport(calendar, session.clock) as transport:
        checked = await ask_channel(channel, transport, session.clock)
    if checked.error is not None:
        output.tell(f"Logged in, but not checked: {masked(checked.error.what)}. Later: smm channel check {channel.name}")
    return checked.account


def _write(calendar: Calendar, channel: Channel, said: str | Mapping[str, str], handle: str, keeping: Keeping) -> None:
    """Write `secret` and, for a channel that is bound to nobody, `account` into channels.toml."""
    from smm_cli.calendar.toml_edit import set_table

    values: dict[str, Any] = {}
    if said and said != channel.secret:
        values["secret"] = said
    if handle and not channel.account:
        values["account"] = handle
    if not values:
        return
    before = read_file(calendar.root)
    keep_file(calendar.root, before, set_table(before, ("channels", channel.name), values), f"Log in {channel.name}", keeping)
