"""What WhatsApp reads in channels.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """`number`: whom the text is for, digits with the country's code; empty: WhatsApp asks."""

    number: Annotated[str, Field(pattern=r"^\d{0,15}$")] = ""
