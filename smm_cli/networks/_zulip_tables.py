"""What Zulip reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from smm_cli.networks._server_tables import Server
from smm_cli.networks._table import Table


class Settings(Server):
    """`server`, and `channel`: its name or number. `topic`: where all posts go; empty: each into the topic of its title."""

    channel: str
    topic: str = ""


class Options(Table):
    """`topic` for this post."""

    topic: str = ""
