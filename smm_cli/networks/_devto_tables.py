"""What dev.to reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`server`: another community that runs Forem. `draft`: articles wait there for a person to publish them.

    `organization`: the number of one that you belong to. `api`: the version of the API.
    """

    server: str = "https://dev.to"
    draft: bool = False
    organization: int = 0
    api: int = 1

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value.strip())
        schemes = ("https", "http") if found.hostname in ("127.0.0.1", "::1", "localhost") else ("https",)
        if found.scheme not in schemes or not found.netloc or found.path.strip("/") or found.query:
            raise ValueError('must be the address of a community, like "https://dev.to"')
        return f"{found.scheme}://{found.netloc.lower()}"


class Options(Table):
    """`description` for search engines; `series` that the article belongs to; `cover`: the first picture stands above the article;
    `liquid`: `{% … %}` in the text is meant for Forem.
    """

    description: str = ""
    series: str = ""
    cover: bool = True
    liquid: bool = False
