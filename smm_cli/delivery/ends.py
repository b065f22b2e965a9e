"""When the credential of each channel ends, as far as it is known without asking anybody."""

from __future__ import annotations

from datetime import datetime

from smm_cli.calendar.model import Calendar
from smm_cli.ledger.store import Ledger


def ends_of(calendar: Calendar, ledger: Ledger) -> dict[str, datetime]:
    """By channel, what its network said last. Channels made by hand need none."""
    known = {name: ledger.account(name) for name, channel in calendar.channels.items() if not channel.by_hand}
    return {name: account.expires_at for name, account in known.items() if account and account.expires_at}
