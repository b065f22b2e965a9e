"""What Shaarli reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Settings):
    """`markdown`: the server's formatter is Markdown, as it is unless somebody changed it. `api_version` as in its address."""

    markdown: bool = True
    api_version: str = "v1"
