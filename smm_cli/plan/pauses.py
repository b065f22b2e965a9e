"""Pauses: what stands still, from when, until when."""

from __future__ import annotations

from datetime import UTC, datetime

from smm_cli.calendar.model import Calendar, Pause
from smm_cli.plan.groups import in_scope
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post

EVER = datetime.max.replace(tzinfo=UTC)


def pause_over(calendar: Calendar, post: Post, channel: Channel, moment: datetime) -> Pause | None:
    """The pause that covers `post` on `channel` at `moment`: of several the one that ends last."""
    found = [pause for pause in calendar.pauses if _covers(pause, post, channel, calendar) and is_on(pause, moment)]
    return max(found, key=lambda pause: pause.until or EVER) if found else None


def is_on(pause: Pause, moment: datetime) -> bool:
    """Whether the pause has begun and is not over."""
    return (pause.start is None or pause.start <= moment) and (pause.until is None or moment < pause.until)


def _covers(pause: Pause, post: Post, channel: Channel, calendar: Calendar) -> bool:
    if post.id in pause.exempt:
        return False
    return (
        (not pause.channel or pause.channel == channel.name or pause.channel in channel.formerly)
        and (not pause.group or in_scope(pause.group, channel, calendar))
        and (not pause.network or pause.network == channel.network)
        and (not pause.campaign or pause.campaign == post.campaign)
    )


def ends(calendar: Calendar, post: Post, channel: Channel, moment: datetime) -> datetime | None:
    """When what covers `moment` and follows without a gap is over; None: not by itself."""
    while pause := pause_over(calendar, post, channel, moment):
        if pause.until is None:
            return None
        moment = pause.until
    return moment
