"""What a login gave, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from smm_cli.accounts.age import write_age
from smm_cli.accounts.credentials import Credentials, same_account
from smm_cli.accounts.masks import remember
from smm_cli.accounts.references import age_file, put_back
from smm_cli.accounts.tokens import StoredTokens
from smm_cli.calendar.model import Calendar
from smm_cli.errors import AuthFailed
from smm_cli.words.channel import Channel
from smm_cli.words.frozen import dataclass

FOLDER = ".smm/secrets"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`values` by name, not shown in repr; `expires_in` seconds or None; `handle` whose account it is.

    `ends_in`: seconds after which it cannot be renewed either.
    `lasting` names those values that channels.toml refers to; the others are short tokens.
    """

    values: Mapping[str, str] = field(repr=False)
    expires_in: float | None = None
    handle: str = ""
    lasting: tuple[str, ...] = ()
    ends_in: float | None = None


def store_login(calendar: Calendar, channel: Channel, logged_in: LoggedIn, now: datetime | None = None) -> str | dict[str, str]:
    """Keeps what a login gave: lasting secrets in files (0600), short tokens in the store.

    Gives what channels.toml must say as `secret`: one reference, or a table of them; never a value. An unchanged reference is given
    back as it was. `now` (aware) is needed where the tokens expire. Raises AuthFailed if the channel is bound to another account;
    nothing is kept then.
    """
    if channel.account and logged_in.handle and not same_account(channel.account, logged_in.handle):
        what = f"{channel.name} is bound to {channel.account}; this login is of {logged_in.handle}. Nothing was saved"
        hint = f"log in as {channel.account}, or change account under [channels.{channel.name}]"
        raise AuthFailed(what, where=channel.name, hint=hint, slug="wrong-account")
    remember(*logged_in.values.values())
    if age_file(channel.secret, calendar.root):
        return _write_age(calendar, channel, logged_in, now)
    said = _write_lasting(calendar, channel, logged_in)
    short = {name: value for name, value in logged_in.values.items() if name not in logged_in.lasting}
    credentials = Credentials(calendar, channel, logged_in.lasting, secret=said)
    with credentials.store.lock(channel.name):
        expires, ends = _after(now, logged_in.expires_in), _after(now, logged_in.ends_in)
        if short or expires:
            handle = channel.account or logged_in.handle
            credentials.store.save(channel.name, short, expires, bound=credentials.bound, handle=handle, ends_at=ends)
        else:
            credentials.store.forget(channel.name)
    return said


def _after(now: datetime | None, seconds: float | None) -> datetime | None:
    return now + timedelta(seconds=seconds) if now and seconds is not None else None


def _write_age(calendar: Calendar, channel: Channel, logged_in: LoggedIn, now: datetime | None) -> str | dict[str, str]:
    """All of it into the channel's encrypted file, in the place of what it held."""
    credentials = Credentials(calendar, channel, logged_in.lasting)
    expires, ends = _after(now, logged_in.expires_in), _after(now, logged_in.ends_in)
    path, said = credentials.age, channel.secret
    assert path is not None
    with credentials.store.lock(channel.name):
        write_age(path, StoredTokens(logged_in.values, expires, credentials.bound, channel.account or logged_in.handle, ends))
        credentials.store.forget(channel.name)
    return said if isinstance(said, str) else dict(said)


def _write_lasting(calendar: Calendar, channel: Channel, logged_in: LoggedIn) -> str | dict[str, str]:
    old = channel.secret if isinstance(channel.secret, Mapping) else dict.fromkeys(logged_in.lasting[:1], channel.secret)
    said = {name: reference for name, reference in old.items() if reference}
    given = [name for name in logged_in.lasting if name in logged_in.values]
    for name in given:
        if not said.get(name, "").startswith(("file:", "keyring:")):
            place = f"{FOLDER}/{channel.name}" if len(logged_in.lasting) == 1 else f"{FOLDER}/{channel.name}.{name}"
            said[name] = f"file:{place}"
        put_back(said[name], calendar.root, logged_in.values[name], name=f"{channel.name} ({name})")
    plain = not isinstance(channel.secret, Mapping) and set(said) <= set(logged_in.lasting[:1])
    return next(iter(said.values()), "") if plain else said
