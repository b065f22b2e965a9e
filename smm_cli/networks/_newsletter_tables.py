"""What services for newsletters read in channels.toml."""

from __future__ import annotations

from smm_cli.networks._table import Table


class Settings(Table):
    """`send`: send each campaign to the list. Without it smm leaves a draft, which a person sends."""

    send: bool = False
