"""What Ghost reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from smm_cli.networks._article_tables import ArticleOptions, checked_address
from smm_cli.networks._table import Table


class Settings(Table):
    """`url` of the site, `version` of its API. `status` of new posts, `visibility` for whom.

    `featured`: the first picture is the post's own. `newsletter`: the slug of one to which posts go by e-mail too (nothing can call
    that back), `segment` which members get it. `verbatim`: keep the HTML as it is, in one card, instead of making it editable.
    """

    url: str
    version: str = "v5.0"
    status: Literal["published", "draft"] = "published"
    visibility: Literal["", "public", "members", "paid"] = ""
    featured: bool = True
    newsletter: str = ""
    segment: str = "all"
    verbatim: bool = False

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return checked_address(value, "https://blog.example")


class Options(ArticleOptions):
    """`status`, `newsletter`, `segment` as in the settings; `newsletter: none` sends no e-mail. `top`: the post is featured."""

    status: Literal["", "published", "draft"] = ""
    newsletter: str = ""
    segment: str = ""
    top: bool = False
