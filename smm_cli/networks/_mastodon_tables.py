"""What Mastodon reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table


class Settings(Server):
    """`server`, and defaults for what a post does not say. `thread_visibility` holds from the second part on."""

    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    thread_visibility: Literal["", "public", "unlisted", "private", "direct"] = ""
    language: str = ""
    numbering: str = ""


class Options(Table):
    """`sensitive` hides media behind a click; `quote_policy`: who may quote the post (Mastodon 4.5 and later); `titled`: Friendica shows
    the post's title above it.
    """

    sensitive: bool = False
    titled: bool = False
    quote_policy: Literal["", "public", "followers", "nobody"] = ""
