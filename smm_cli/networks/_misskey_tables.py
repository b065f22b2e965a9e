"""What Misskey reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table


class Settings(Server):
    """`server`, and defaults for what a post does not say. `thread_visibility` holds from the second part on."""

    visibility: Literal["public", "unlisted", "home", "private", "followers"] = "public"
    thread_visibility: Literal["", "public", "unlisted", "home", "private", "followers"] = ""
    numbering: str = ""


class Options(Table):
    """`sensitive` hides media behind a click; `local_only`: the note does not leave its server."""

    sensitive: bool = False
    local_only: bool = False
