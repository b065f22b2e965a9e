"""When the login of each channel ends, as far as that is known without asking anybody, and which deliveries come after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.references import file_of
from smm_cli.accounts.tokens import StoredTokens
from smm_cli.calendar.model import Calendar
from smm_cli.errors import SmmError
from smm_cli.ledger.store import Ledger
from smm_cli.networks import load
from smm_cli.plan.endings import SOON, Ending, endings
from smm_cli.words.auth import Session
from smm_cli.words.channel import Account, Channel
from smm_cli.words.delivery import Delivery


def ends_of(calendar: Calendar, ledger: Ledger) -> dict[str, datetime]:
    """By channel, when a person must log in again. Channels made by hand need no login; what nobody knows is left out."""
    known = {name: _end(calendar, channel, ledger.account(name)) for name, channel in calendar.channels.items() if not channel.by_hand}
    return {name: at for name, at in known.items() if at is not None}


def forecast(
    calendar: Calendar, ledger: Ledger, deliveries: Iterable[Delivery], now: datetime, within: timedelta | None = SOON
) -> list[Ending]:
    """Logins that end `within` this time, the first first, with those of `deliveries` that come after; what a delivery renews is saved."""
    ends = ends_of(calendar, ledger)
    return endings(ends, deliveries, now, within, renewed_from(calendar, ends)) if ends else []


def _end(calendar: Calendar, channel: Channel, account: Account | None) -> datetime | None:
    """What the network said last, else what the login said, else what the network's documentation says of a token of that age."""
    network = load(channel.network)
    auth = network.auth_of(channel.settings)
    tokens = None if isinstance(auth, Session) else _tokens(calendar, channel, auth.secrets)
    if tokens is not None and "refresh" in tokens.values and network.refresh is not None:
        return tokens.ends_at
    if account is not None and account.expires_at is not None:
        return account.expires_at
    if tokens is not None and tokens.lasts_until is not None:
        return tokens.lasts_until
    if network.token_lasts is None or not auth.secrets:
        return None
    made = _made_at(calendar, channel, auth.secrets[0])
    return made + timedelta(seconds=network.token_lasts.seconds) if made else None


def renewed_from(calendar: Calendar, ends: Iterable[str]) -> dict[str, datetime]:
    """From when on a delivery renews the login, where a renewal makes it hold longer."""
    found: dict[str, datetime] = {}
    for name in ends:
        channel = calendar.channels[name]
        network = load(channel.network)
        if network.token_lasts is not None and network.token_lasts.extends and network.refresh is not None:
            tokens = _tokens(calendar, channel, network.auth_of(channel.settings).secrets)
            if tokens is not None and "refresh" in tokens.values and tokens.expires_at is not None:
                found[name] = tokens.expires_at
    return found


def _tokens(calendar: Calendar, channel: Channel, names: tuple[str, ...]) -> StoredTokens | None:
    try:
        return Credentials(calendar, channel, names).tokens()
    except SmmError:  # doctor and check say why it cannot be read
        return None


def _made_at(calendar: Calendar, channel: Channel, name: str) -> datetime | None:
    """When the file with the token was written: a login writes it anew."""
    said = channel.secret.get(name, "") if isinstance(channel.secret, Mapping) else channel.secret
    try:
        path = file_of(said, calendar.root) if said else None
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path else None
    except (OSError, SmmError):
        return None
