"""What Hashnode reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re

from pydantic import field_validator

from smm_cli.networks._article_tables import checked_address
from smm_cli.networks._table import Table


class Settings(Table):
    """`publication`: the number of your blog (24 digits and letters a to f, in the address of its dashboard). `draft`: articles wait
    there for a person to publish them. `api`: where the GraphQL API is; it has moved before.
    """

    publication: str
    draft: bool = False
    api: str = "https://gql-beta.hashnode.com"

    @field_validator("publication")
    @classmethod
    def _an_id(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{24}", value):
            raise ValueError("must be the number of a publication, 24 digits and letters, as its dashboard shows it in the address")
        return value

    @field_validator("api")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return checked_address(value, "https://gql-beta.hashnode.com")


class Options(Table):
    """`subtitle`; `slug`, the last part of the address; `description` for search engines; `series`, by its number; `cover`: the first
    picture stands above the article; `comments`; `contents`: a table of contents.
    """

    subtitle: str = ""
    slug: str = ""
    description: str = ""
    series: str = ""
    cover: bool = True
    comments: bool = True
    contents: bool = False
