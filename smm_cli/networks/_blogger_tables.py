"""What Blogger reads in channels.toml."""

from __future__ import annotations

from pydantic import field_validator

from smm_cli.networks._google_tables import GoogleSettings


class Settings(GoogleSettings):
    """`blog`: its number, as blogger.com shows it in its address. `draft`: posts wait there for a person to publish them.
    `version` of the API.
    """

    blog: str
    draft: bool = False
    version: str = "v3"

    @field_validator("blog")
    @classmethod
    def _a_number(cls, value: str) -> str:
        if not value.isdecimal():
            raise ValueError("must be the number of a blog, as blogger.com shows it in the address of its pages")
        return value
