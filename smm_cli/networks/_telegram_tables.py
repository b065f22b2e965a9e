"""What Telegram reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table

Preview = Literal["", "none", "small", "large"]


class Settings(Server):
    """`chat`: @name of a public channel or group, or its number. `topic` of a forum; `silent`: without a sound; `preview` of links
    (empty: Telegram decides); `protect`: no forwarding. `server`: another one than Telegram's own, where you run it.
    """

    chat: str
    server: str = "https://api.telegram.org"
    topic: int = 0
    silent: bool = False
    preview: Preview = ""
    protect: bool = False

    @field_validator("chat")
    @classmethod
    def _a_chat(cls, value: str) -> str:
        if not re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-?\d{1,19}", value):
            raise ValueError('must be "@name" of a public channel, or a number like "-1001234567890"')
        return value


class Options(Table):
    """`silent` and `preview` for this post; `spoiler` hides its media until they are tapped; `caption_above` puts them below the text."""

    silent: bool | None = None
    preview: Preview = ""
    spoiler: bool = False
    caption_above: bool = False
