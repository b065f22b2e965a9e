"""What services of bookmarks read in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


def an_address(value: str, example: str) -> str:
    """`value` as an https address (http on loopback) without a final slash. Raises ValueError."""
    found = urlsplit(value.strip().rstrip("/"))
    loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
    if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname or found.query or found.fragment:
        raise ValueError(f'must be the address of your server, like "{example}"')
    return f"{found.scheme}://{found.netloc.lower()}{found.path}"


class Central(Table):
    """`replace`: write over a bookmark of the same link that says something else."""

    replace: bool = False


class Settings(Central):
    """`server`: where it is installed. `visibility`: what a post says that says nothing."""

    server: str
    visibility: Literal["public", "private"] = "public"

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return an_address(value, "https://links.example")


class Options(Table):
    """`replace`: write over a bookmark of the same link that says something else."""

    replace: bool = False
