"""What Lemmy reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table


class Settings(Server):
    """`identifier`: user name or mail address to log in with. `community`: where posts go, "news" or "news@elsewhere.example".

    `api`: v3 (Lemmy 0.19) or v4 (1.0); empty: what the server says that it is, v3 until it was asked. `language` of posts that say
    none is left to the community, which may not take every language.
    """

    identifier: str
    community: str
    api: Literal["", "v3", "v4"] = ""
    language: str = ""
    nsfw: bool = False


class Options(Table):
    """`community` of this post, `nsfw` of this post."""

    community: str = ""
    nsfw: bool | None = None
