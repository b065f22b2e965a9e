"""What the webhook reads in channels.toml."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`url` of the receiver. `dedupes`: it drops an event whose webhook-id it got within the last day, as the specification
    advises; smm then repeats an event whose answer was lost. `media_base`: where the calendar's files are public, if anywhere.
    """

    url: str
    dedupes: bool = True
    media_base: str = ""

    @field_validator("url", "media_base")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value)
        loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
        if value and (found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname):
            raise ValueError('must be an https address, like "https://example.org/hook"')
        return value
