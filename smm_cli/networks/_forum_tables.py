"""What forums read in channels.toml and in a post's `for:`."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


class Forum(Table):
    """`server`: where the forum is, with its folder where it has one, without a final slash. `tags`: for every topic."""

    server: str
    tags: tuple[str, ...] = ()

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value.strip().rstrip("/"))
        loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
        if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname or found.query or found.fragment:
            raise ValueError('must be the address of the forum, like "https://forum.example" or "https://example.org/forum"')
        return f"{found.scheme}://{found.netloc.lower()}{found.path}"
