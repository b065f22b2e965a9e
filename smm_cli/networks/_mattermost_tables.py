"""What Mattermost reads in channels.toml."""

from __future__ import annotations

import re

from pydantic import field_validator

from smm_cli.networks._server_tables import Server


class Settings(Server):
    """`server`, and `channel`: its id (View Info shows it)."""

    channel: str

    @field_validator("channel")
    @classmethod
    def _an_id(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9]{26}", value):
            raise ValueError("must be the id of a channel: 26 letters and digits, at the end of “View Info”")
        return value
