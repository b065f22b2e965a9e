"""What Teams reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table

RETIRED = re.compile(r"(^|\.)(webhook\.office\.com|outlook\.office(365)?\.com)$")
"""Hosts of Office 365 connectors, which Microsoft has taken down."""


class Settings(Table):
    """`url`: the workflow's address up to `&sig=`; what follows is the secret. `title`: the post's title heads the card;
    `wide`: the card fills the channel's width. `version` of the Adaptive Card schema.
    """

    url: str
    title: bool = False
    wide: bool = True
    version: str = "1.4"

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value)
        loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
        if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname:
            raise ValueError("must be the https address of a workflow, up to &sig=")
        if RETIRED.search(found.hostname):
            raise ValueError("is an Office 365 connector, which no longer works: make a workflow (smm network show teams)")
        if re.search(r"[?&]sig=", value):
            raise ValueError("ends before &sig=: what follows it is the secret, and belongs into none of these files")
        return value


class Options(Table):
    """`title` for this post."""

    title: bool | None = None
