"""What posts on YouTube read in channels.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """`channel_id`: the id of the channel (UC…), so that its own form opens; empty: YouTube's start page."""

    channel_id: Annotated[str, Field(pattern=r"^(UC[\w-]{22})?$")] = ""
