"""What Brevo reads in channels.toml."""

from __future__ import annotations

from pydantic import Field

from smm_cli.networks import _newsletter_tables


class Settings(_newsletter_tables.Settings):
    """`sender`: an address that Brevo has verified; `sender_name` beside it. `lists`: their numbers. `footer`: HTML below each mail."""

    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    sender_name: str = ""
    lists: tuple[int, ...] = Field(min_length=1)
    footer: str = '<p><a href="{{ unsubscribe }}">Unsubscribe</a></p>'
    api_version: str = "v3"
