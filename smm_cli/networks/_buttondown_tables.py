"""What Buttondown reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks import _newsletter_tables


class Settings(_newsletter_tables.Settings):
    """`api_version`: the version of the API that smm was written for."""

    api_version: str = "2026-04-01"
