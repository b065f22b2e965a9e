"""What Pinterest reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """Its table in channels.toml; `client_id` and `redirect_uri` stand once in [networks.pinterest]."""

    board: str = Field(pattern=r"^\d+$", description="the id of the board for posts that name none")
    server: str = Field(
        "https://api.pinterest.com", pattern=r"^https://[^/\s]+$", description="https://api-sandbox.pinterest.com for an app on trial"
    )
    client_id: str = Field("", description="the id of your app at developers.pinterest.com")
    redirect_uri: str = Field("", description="the redirect address registered with the app")


class Options(Table):
    """Its keys in a post."""

    board: str = Field("", pattern=r"^\d*$", description="the id of another board")
    section: str = Field("", pattern=r"^\d*$", description="the id of a section of the board")
    cover_at: int = Field(0, ge=0, description="which second of a film is its cover")
