"""What Communote reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks._forum_tables import Forum


class Settings(Forum):
    """`topic`: the alias of the topic (blog) that notes go to. `tenant` and `version` stand in the API's address."""

    topic: str
    tenant: str = "global"
    version: str = "3.0"
