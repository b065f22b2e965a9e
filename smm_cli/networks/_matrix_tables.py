"""What Matrix reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table


class Settings(Server):
    """`server`: the homeserver's address for clients; `room`: "#news:example.org" or "!id". `sign_in`: with a password, or a token
    that you have. `identifier`: whom the password belongs to. `device`: the login that smm keeps as its own; it must stay, because
    the server knows a repeated message by it. `notice`: as bots write (m.notice). `cleartext`: post into a room that is encrypted,
    so that its members see that it was not. `via`: servers that others find the room at.
    """

    room: str
    sign_in: Literal["password", "token"] = "password"
    identifier: str = ""
    device: str = ""
    notice: bool = False
    cleartext: bool = False
    via: tuple[str, ...] = ()

    @field_validator("room")
    @classmethod
    def _a_room(cls, value: str) -> str:
        if not value.startswith("!") and not (value.startswith("#") and ":" in value):
            raise ValueError('must be a room like "#news:example.org", or its id, which begins with "!"')
        return value


class Options(Table):
    """`notice`: this post as bots write, or not."""

    notice: bool | None = None
