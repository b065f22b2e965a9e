"""Times as the ledger keeps them: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms(moment: datetime | None) -> int | None:
    """Milliseconds of an aware datetime, None of None."""
    return None if moment is None else (moment - EPOCH) // timedelta(milliseconds=1)


def moment(milliseconds: int | None) -> datetime | None:
    """The aware UTC datetime of `milliseconds`, None of None."""
    return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)
