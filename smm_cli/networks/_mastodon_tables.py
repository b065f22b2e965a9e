"""What Mastodon reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`server`, and defaults for what a post does not say. `thread_visibility` holds from the second part on."""

    server: str
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    thread_visibility: Literal["", "public", "unlisted", "private", "direct"] = ""
    language: str = ""
    numbering: str = ""

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value.strip().rstrip("/"))
        loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
        if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname or found.path or found.query:
            raise ValueError('must be the address of your server, like "https://mastodon.example"')
        return f"{found.scheme}://{found.netloc.lower()}"


class Options(Table):
    """`sensitive` hides media behind a click; `quote_policy`: who may quote the post (Mastodon 4.5 and later)."""

    sensitive: bool = False
    quote_policy: Literal["", "public", "followers", "nobody"] = ""
