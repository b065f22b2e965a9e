"""What Tumblr reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re

from pydantic import field_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`blog`: the name before .tumblr.com. `client_id`, `redirect_uri`: of an app of your own, in [networks.tumblr]: its limits are
    counted by app, so that a shared one would soon be used up. `api_version` stands in the address.
    """

    blog: str
    client_id: str = ""
    redirect_uri: str = ""
    api_version: str = "v2"

    @field_validator("blog")
    @classmethod
    def _a_name(cls, value: str) -> str:
        name = value.removeprefix("https://").removesuffix("/").removesuffix(".tumblr.com").lower()
        if not re.fullmatch(r"[a-z0-9-]{1,32}", name):
            raise ValueError('must be the name of a blog, like "acme" (of acme.tumblr.com)')
        return name


class Options(Table):
    """`slug`: words of the address behind the number of the post; the title's by default."""

    slug: str = ""
