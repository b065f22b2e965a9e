"""What Google Chat reads in channels.toml."""

from __future__ import annotations

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """Its table in channels.toml; `key` and `token` of the webhook's address are its secrets."""

    space: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="the id of the space: what follows /spaces/ in the webhook's address")
    # That a requestId keeps messages single is in the reference of spaces.messages.create, which speaks of webhooks too; that it
    # holds for them was not tried by us.
    request_ids: bool = Field(False, description="trust request ids: repeat a message whose answer was lost, instead of asking you")
    # No document says how addresses of messages are made.
    addresses: bool = Field(True, description="note the address of a message, as it is usually made from its ids")
