"""What `smm doctor --online` looks at: whether each channel's server answers, all of them asked at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from smm_cli.accounts.masks import masked
from smm_cli.calendar.model import Calendar
from smm_cli.cli.channel_check import Checked, ask_channel
from smm_cli.cli.doctor_machine import Patient
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, Retriable
from smm_cli.networks import load
from smm_cli.words.problem import WARNING, Place, Problem

SECONDS = 20.0
"""The longest that one channel may take."""


def reachable(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """Every channel answers, and to the right account. What its answers tell of the clock is looked at after this."""
    for checked in asyncio.run(_all(calendar, patient)):
        error = checked.error
        if error is None:
            continue
        channel = checked.channel
        place = Place("channels.toml", channel.line, channel=channel.name)
        if isinstance(error, AuthFailed):
            yield Problem(error.slug, masked(error.what), place, error.hint or f"smm channel login {channel.name}")
        else:
            severity = WARNING if isinstance(error, Retriable) else "error"
            hint = error.hint or f"smm channel check {channel.name}     (once its server, or this machine's network, is back)"
            yield Problem("unreachable" if isinstance(error, Retriable) else error.slug, masked(error.what), place, hint, severity)


async def _all(calendar: Calendar, patient: Patient) -> list[Checked]:
    async with Transport(calendar, patient.clock) as transport:

        async def one(name: str) -> Checked:
            channel = calendar.channels[name]
            try:
                async with asyncio.timeout(SECONDS):
                    return await ask_channel(channel, transport, patient.clock)
            except TimeoutError:
                late = Retriable(f"{name} did not answer within {SECONDS:.0f} s", where=name)
                return Checked(channel, error=late)

        asked = [name for name, channel in calendar.channels.items() if load(channel.network).asked_daily]
        return list(await asyncio.gather(*(one(name) for name in asked)))


ONLINE_LOOKS = (reachable,)
"""All of them, in the order in which they are told."""
