"""What somebody must hear of, and what mends it: failures, doubts, holds, credentials that end. Pure; telling is delivery's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.plan.endings import Ending
from smm_cli.plan.say import say_moment
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import FAILED, HELD, UNKNOWN, WAITING, Delivery
from smm_cli.words.frozen import dataclass

FAILURE, DOUBT, HOLD, TOKEN = "failure", "unknown", "hold", "token"
KINDS = (FAILURE, DOUBT, HOLD, TOKEN)
"""What `[alerts] on` may name; all of them where it names none."""
AHEAD = timedelta(hours=24)
"""How long before its time somebody hears that a delivery is held."""
MEND = frozenset({"error", "copy", "approval", "late", "clock", "outage"})
"""Holds that a person must lift; her own hold, a draft, a pause, waiting and quiet hours that end are meant."""
NO_TIME = frozenset({"error", "copy", "approval", "slot", "late"})
"""Those of which somebody hears at once where the delivery has no time: its slot may be the next one, or none will be free."""
DAYS = (1, 3, 7, 14)
"""Days before a credential's end on which it is spoken of, once each."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`name` is the same for as long as it is the same thing; `what` happened; `mend` is a command (or two)."""

    name: str
    kind: str
    what: str
    mend: str = ""


def alerts_of(deliveries: Iterable[Delivery], now: datetime, zone: ZoneInfo) -> Iterator[Alert]:
    """What of the plan needs somebody: failed, perhaps public, to be made by hand and due, held though its time comes within a day."""
    for delivery in deliveries:
        why = f": {delivery.why}" if delivery.why else ""
        when = f", due {say_moment(delivery.due, zone)}" if delivery.due else ""
        name = delivery.name
        if delivery.state == FAILED:
            mend = f"smm check {delivery.path}, then smm queue retry {name}" if delivery.path else f"smm queue retry {name}"
            yield Alert(f"{FAILURE} {name}", FAILURE, f"{name} failed and is surely not published{why}", mend)
        elif delivery.state == UNKNOWN:
            mend = f"smm queue resolve {name} --published URL, or --not-published"
            yield Alert(f"{DOUBT} {name}", DOUBT, f"{name} is perhaps published, perhaps not{why}", mend)
        elif delivery.state == WAITING:
            yield Alert(f"{HOLD} {name}", HOLD, f"{name} is to be made by hand{when}", f"smm queue show {name}")
        elif delivery.state == HELD and _needs_somebody(delivery, now):
            yield Alert(f"{HOLD} {name} {delivery.reason}", HOLD, f"{name} is held{when}{why}", delivery.hint or f"smm queue show {name}")


def _needs_somebody(delivery: Delivery, now: datetime) -> bool:
    """Whether this hold does not end by itself, and matters by now. A time that was written into quiet hours waits for no end."""
    if delivery.due is None:
        return delivery.reason in NO_TIME
    lasting = delivery.reason in MEND or (delivery.reason == "quiet" and delivery.wake is None)
    return lasting and delivery.due - now <= AHEAD


def alerts_of_stops(stopped: Mapping[str, str]) -> Iterator[Alert]:
    """Channels whose credential was refused: why, by channel."""
    for name, why in sorted(stopped.items()):
        yield Alert(f"{TOKEN} {name} refused", TOKEN, f"{name} is stopped, nothing goes out there: {why}", f"smm channel login {name}")


def alerts_of_endings(endings: Iterable[Ending], channels: Mapping[str, Channel], now: datetime, zone: ZoneInfo) -> Iterator[Alert]:
    """Credentials that end, at 14, 7, 3 days and 1 day before, and when they have ended."""
    for ending in endings:
        step = next((days for days in DAYS if ending.at - now <= timedelta(days=days)), None)
        if step is None or ending.channel not in channels:
            continue
        over = ending.at <= now
        count = len(ending.after)
        posts = f"; {count} post{'s' if count != 1 else ''} after it" if count else ""
        what = f"{_title(channels[ending.channel])} {'ended' if over else 'ends'} {say_moment(ending.at, zone)}{posts}"
        mend = f"smm channel login {ending.channel}, or by hand: by_hand = true below [channels.{ending.channel}]"
        yield Alert(f"{TOKEN} {ending.channel} {ending.at:%Y-%m-%dT%H%M} {0 if over else step}", TOKEN, what, mend)


def _title(channel: Channel) -> str:
    """What a person calls a channel: its title or name, and the account behind it."""
    account = f" ({channel.account})" if channel.account else ""
    return f"The login of {channel.title or channel.name}{account}"
