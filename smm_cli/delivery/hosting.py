"""The carrier of `media:` requests: a file is put where networks can fetch it, by `[media] host` in channels.toml."""

from __future__ import annotations

from smm_cli.calendar.model import Calendar
from smm_cli.errors import ConfigError
from smm_cli.words.exchange import Answer, Request

STAND_IN = "https://media.example/"
"""Where files are in a rehearsal."""


async def host(calendar: Calendar, request: Request, *, rehearsal: bool) -> Answer:
    """Put the file of `request` where its address ends; the answer is {"url": …}. Raises ConfigError where nobody keeps files."""
    name = request.url.removeprefix("media:")
    if rehearsal:
        return Answer(201, {}, {"url": f"{STAND_IN}{name}"})
    raise ConfigError(
        "this network fetches pictures and films from a public address, and there is none",
        hint='[media] host = "https://…" in channels.toml: see docs/how-to/media.md',
        slug="media-host",
    )
