"""What phpBB reads in channels.toml."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`server`: the board's address, with its folder; `forum`: the number behind `f=` in the forum's address."""

    server: str
    forum: int = Field(ge=1)

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value.strip())
        if found.scheme not in ("https", "http") or not found.hostname or found.query:
            raise ValueError('must be the address of the board, like "https://board.example/forum"')
        return value.strip().rstrip("/")
