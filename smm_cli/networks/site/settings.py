"""The table of a site in channels.toml."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from smm_cli.networks._table import Table


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'"{text}" is not an address: write where the site will be read, as address = "https://www.example.org/blog"')
    if parts.query or parts.fragment or parts.username:
        raise ValueError(f'"{text}" has more than a host and a path')
    return text.rstrip("/")


def _hub(text: str) -> str:
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError(f'"{text}" is not an address of a WebSub hub, such as "https://pubsubhubbub.appspot.com/"')
    return text


def _output(text: str) -> str:
    path = PurePosixPath(text.replace("\\", "/"))
    if path.is_absolute() or not path.parts or ".." in path.parts or ":" in path.parts[0]:
        raise ValueError(f'"{text}" must be a folder below the calendar, such as output = "public"')
    return text


class SiteSettings(Table):
    """`output`: the folder that is written, below the calendar. `address`: where the site is read, with its path if it lives below one.
    `language` is that of lists and feeds (else that of most posts); `hub` is told of changes (WebSub);
    `indexnow` is a key of your own (8 to 128 letters and digits, public) for the search engines of IndexNow, told at `indexnow_engine`;
    `accent` is the colour of links, made readable where it is not.
    """

    output: Annotated[str, AfterValidator(_output)] = "public"
    address: Annotated[str, AfterValidator(_address)]
    title: str = ""
    description: str = ""
    author: str = ""
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""
    hub: Annotated[str, AfterValidator(_hub)] = ""
    indexnow: Annotated[str, Field(pattern=r"^([A-Za-z0-9-]{8,128})?$")] = ""
    indexnow_engine: Annotated[str, AfterValidator(_hub)] = "https://api.indexnow.org/indexnow"
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#8a3b12"
