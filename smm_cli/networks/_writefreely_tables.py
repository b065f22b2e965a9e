"""What WriteFreely reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from smm_cli.networks._article_tables import checked_address
from smm_cli.networks._table import Table

Font = Literal["norm", "sans", "wrap", "mono", "code"]


class Settings(Table):
    """`server` (https://write.as for the hosted one), `collection`: the alias of the blog, `identifier`: who logs in, if another.

    `font` of new posts; `single`: the server holds one blog, whose addresses do not name it.
    """

    server: str
    collection: str = Field(pattern=r"^[0-9A-Za-z-]+$")
    identifier: str = ""
    font: Font = "norm"
    single: bool = False

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return checked_address(value, "https://write.example")


class Options(Table):
    """`slug`: the last part of the address, where it is not to follow from the title. `font` as in the settings."""

    slug: str = ""
    font: Literal["", "norm", "sans", "wrap", "mono", "code"] = ""
