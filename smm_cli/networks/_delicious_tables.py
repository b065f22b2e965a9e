"""What servers of the del.icio.us API read in channels.toml."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Settings):
    """`server`: what stands before `/posts/add`. `auth`: "token" (auth_token in the address, as Pinboard has it) or "basic".

    `answers`: what is asked for; either is read. `separator`: what stands between tags (some clones of Scuttle want ", ": unverified).
    `interval`: seconds between two calls.
    """

    server: str = "https://api.pinboard.in/v1"
    auth: Literal["token", "basic"] = "token"
    answers: Literal["json", "xml"] = "json"
    separator: Literal[" ", ",", ", "] = " "
    interval: float = 3.0
