"""What Rocket.Chat reads in channels.toml."""

from __future__ import annotations

import re

from pydantic import field_validator

from smm_cli.networks._server_tables import Server


class Settings(Server):
    """`server`, and `room`: its id."""

    room: str

    @field_validator("room")
    @classmethod
    def _a_room(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9]{6,64}", value):
            raise ValueError(
                'must be the id of a room, like "GENERAL" or "64f0c3a1b2d3e4f5a6b7c8d9" (its address ends in it in the admin area)'
            )
        return value
