"""What listmonk reads in channels.toml."""

from __future__ import annotations

from pydantic import Field, field_validator

from smm_cli.networks import _newsletter_tables
from smm_cli.networks._bookmark_tables import an_address


class Settings(_newsletter_tables.Settings):
    """`server`; `lists`: their numbers. `sender`: "Acme <news@acme.example>", else the server's own; `template`: the number of one;
    `tags`: of every campaign, beside the marker by which smm finds it.
    """

    server: str
    lists: tuple[int, ...] = Field(min_length=1)
    sender: str = ""
    template: int = 0
    tags: tuple[str, ...] = ()

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return an_address(value, "https://news.example")
